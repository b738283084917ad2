"""Instructions of the training kernel by what they are for, from NVIDIA's disassembler.

``python -m benchmarks.gpu.machine_code NVDISASM`` counts them for `prediction.py` and writes
``instructions.json`` beside it; NVRTC and nvdisasm are packages, and no card is needed.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.contest.libraries import MODELS
from benchmarks.harness import report
from tests.support.nvrtc import machine_code
from w2v.backend import FusedSettings
from w2v.backend.gpu.runs import WANTED_WARPS
from w2v.backend.gpu.source import source, training_options

COUNTS = Path(__file__).with_name("instructions.json")
DIMS = (64, 100, 128, 200, 300)
_LANES, _BLOCK = 32, 1 << 10  # bytes that a block takes for itself


class Processor(NamedTuple):
    """A multiprocessor.

    Parameters
    ----------
    shared : int
        Bytes of shared memory.
    warps, blocks : int
        That it holds at most.
    registers : int, default 65536
    """

    shared: int
    warps: int
    blocks: int
    registers: int = 1 << 16


PROCESSORS = {
    75: Processor(64 << 10, 32, 16),
    80: Processor(164 << 10, 64, 32),
    90: Processor(228 << 10, 64, 32),
}
# Functions of the source, by how often what is in them runs; the rest once a window.
REGIONS = {
    "thin_out": "32 tokens", "score_window": "group", "score": "group", "step_tile": "row",
    "refresh": "refresh", "gather_hidden": "four rows", "scatter_hidden": "four rows",
    "clear_ring": "run", "empty_ring": "run", "take_run": "run", "draw_the_rest": "run",
    "merge_outputs": "run",
}  # fmt: skip
_ONCE = {"add_to_weights"}  # within step_tile
_ASIDE = "WARPSYNC.COLLECTIVE"  # from here on: what runs where a warp's lanes are apart, at the end
_SHARED = re.compile(r"(?:mov\.\w+\s+%\w+,|\],) \{?(\d+)")  # the first number that `sizes` has
_REGISTER = re.compile(r"\bU?R\d+")
_WIDE = re.compile(r"\.(64|128)")


def count(architecture: int, skip_gram: bool, dim: int, nvdisasm: str) -> dict[str, Any]:
    """Return a kernel as the engine chooses it: its placement, warps, and counts by region."""
    form = FusedSettings(skip_gram, 5, 5, exact=False, total=1, seed=1)
    text, placement, warps, code = source("train.cu"), -1, 0, b""
    while placement < 0 or warps < WANTED_WARPS[placement]:
        placement += 1
        options = ("-lineinfo", *training_options(dim, form, placement))
        kernels, ptx, code = machine_code(text, options, architecture)
        shared = _SHARED.search(ptx, ptx.index(".entry sizes"))
        assert shared is not None
        warps = fitting(PROCESSORS[architecture], int(shared[1]), kernels["train"].registers)
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(code)
        file.flush()
        command = [nvdisasm, "-gi", "-c", file.name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    counts = _sorted_out(said, _functions(text))
    return {"placement": placement, "warps": warps, "counts": counts}


def fitting(processor: Processor, shared: int, registers: int) -> int:
    """Return how many warps a multiprocessor holds, in blocks of 1 to 4."""
    in_registers = processor.registers // 4 // (-(-registers // 8) * 8 * _LANES) * 4
    most = min(processor.warps, in_registers)
    each = (
        n * min(processor.shared // (n * shared + _BLOCK), most // n, processor.blocks)
        for n in range(1, 5)
    )
    return max(each)


def _functions(text: str) -> list[str]:
    """Return the function that each line of the source, from 1, stands in."""
    found, name = [""], ""
    for line in text.splitlines():
        if begins := re.match(r"(?:DEVICE|KERNEL) [\w& *:<>]*?(\w+)\(", line):
            name = begins[1]
        found.append(name)
    return found


def _sorted_out(said: str, functions: list[str]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    inside, chain, fresh = False, list[str](), True
    for line in said.splitlines():
        if begins := re.match(r"\s*\.section\s+\.text\.(\w+)", line):
            inside = begins[1] == "train"
        elif place := re.search(r"//## File .*?, line (\d+)", line):
            chain = [*([] if fresh else chain), functions[int(place[1])]]
            fresh = False
        elif op := re.match(r"\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+ )?([A-Z][\w.]*)(.*?);", line):
            fresh = True
            inside &= op[1] != _ASIDE
            if inside and not op[1].startswith("NOP"):
                counts.setdefault(_region(chain), Counter()).update(_kinds(op[1], op[2]))
    return counts


def _region(chain: list[str]) -> str:
    """Return what an instruction's innermost known function is run for."""
    known = next((name for name in chain if name in REGIONS), None)
    if known is None or (known == "step_tile" and _ONCE & set(chain)):
        return "window"
    return REGIONS[known]


def _kinds(op: str, operands: str) -> dict[str, int]:
    """Return one instruction, the registers that it names, and its cycles of shared memory.

    Shuffles take the same path.
    """
    wide = {None: 1, "64": 2, "128": 4}[(found := _WIDE.search(op)) and found[1]]
    busy = wide if op.startswith(("LDS", "STS", "SHFL")) else 0
    return {"all": 1, "registers": len(_REGISTER.findall(operands)), "lanes": busy}


def digest() -> str:
    """Return what tells one kernel's source from another's."""
    return hashlib.sha256(source("train.cu").encode()).hexdigest()[:16]


def main() -> None:
    """Count what has not been counted of this source, and write what was found."""
    found = report.read_json(COUNTS) or {}
    if found.get("source") != digest():
        found = {"source": digest()}
    for (kind, skip_gram), dim, architecture in product(MODELS.items(), DIMS, PROCESSORS):
        if (name := f"{kind}, {dim}, sm_{architecture}") not in found:
            found[name] = count(architecture, skip_gram, dim, sys.argv[1])
            text = json.dumps(found, indent=1, sort_keys=True)
            report.write_text(COUNTS, re.sub(r"\n {3,}|(?<=[\d}])\n {1,3}(?=})", " ", text) + "\n")


if __name__ == "__main__":
    main()

"""The test suite on both backends: first what concerns the GPU, then the rest."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.gpu_report import Report
from benchmarks.gpu_smoke import at_hand

ROOT = Path(__file__).parents[1]
FIRST = (
    *("test_gpu_device", "test_backend", "test_sampling", "test_layers", "test_models"),
    *("test_optimizers", "test_stream_training", "test_course", "test_word2vec"),
)


def main(report: Report, words: int) -> None:
    """Run what there is to run it with."""
    missing = [name for name in ("pytest", "hypothesis", "scipy") if not at_hand(name)]
    if missing:
        report.add("tests", "not run", lambda: f"missing: {', '.join(missing)}")
        return
    files = sorted(ROOT.glob("tests/**/test_*.py"))
    first = [path for path in files if path.stem in FIRST]
    rest = [path for path in files if path.stem not in FIRST]
    for name, some in (("on the card", first), ("the rest", rest)):
        log = report.folder / f"gpu-tests-{name.split()[-1]}.log"
        report.add("tests", name, partial(run_tests, some, log))


def run_tests(files: list[Path], log: Path) -> str:
    """Run test files, and return pytest's last line and what failed."""
    # Warnings of other versions of other packages than the project is developed with are
    # no failures here. Tests do not share a process's state, so they may run side by side.
    options = ["-rfE", "-W", "default", "-p", "no:cacheprovider"]
    options += ["--continue-on-collection-errors"]
    options += ["-n", "8"] if at_hand("xdist") else []
    command = [sys.executable, "-m", "pytest", *options, *map(str, files)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False, cwd=ROOT)
    return summary(log.read_text(encoding="utf-8"))


def summary(output: str) -> str:
    """Return what pytest's report comes to: its last line, and the names of what failed."""
    lines = output.strip().splitlines() or ["no output"]
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
    return "; ".join([lines[-1].strip("= "), *failed])

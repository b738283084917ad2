"""Damage by one flipped bit or a lost end, as seen by all that reads, in a process of its own.

A reader is a function of one path, marked by `reader` with the errors that it is documented to
raise. `flip_bits` copies what is to be read, flips one bit of one file at a time and calls every
reader; whatever ends the process, takes too long, takes too much memory or raises anything else
fails the test that asked.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import io
import json
import random
import resource
import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.commands import run_function

HANGS_AFTER = 60  # seconds of one call
MEMORY = 1 << 30  # bytes above what the process had before the first damage

Read = Callable[[Path], Any]


def reader(*documented: type[BaseException]) -> Callable[[Read], Read]:
    """Mark a function as a reader that may raise these errors and no others.

    What it returns is compared with what it returns for the undamaged files: by value, after JSON.
    """

    def mark(function: Read) -> Read:
        function.documented = documented  # type: ignore[attr-defined]
        return function

    return mark


@dataclass
class Outcome:
    """What readers made of damaged files, by the file's name and the reader's.

    Parameters
    ----------
    refused, same, other : Counter of (str, str)
        How often a documented error was raised, the same was read as without damage, and
        something else was read.
    undocumented : list of str
        What must not be.
    """

    refused: Counter[tuple[str, str]]
    same: Counter[tuple[str, str]]
    other: Counter[tuple[str, str]]
    undocumented: list[str]


def flip_bits(
    target: Path,
    readers: Sequence[Read],
    flips: int,
    *,
    files: Sequence[str] = (),
    seed: int = 0,
    cuts: int = 0,
) -> Outcome:
    """Flip bits, one at a time, or cut files off, and read.

    Parameters
    ----------
    target : Path
        A file, or a folder of files; it is not touched.
    readers : sequence of functions
        Functions of a module, marked by `reader`; each is given the path of a damaged copy.
    flips : int
        Bits a file, chosen at random; all, if it has no more.
    files : sequence of str
        Which of a folder's, all by default.
    seed : int

    Returns
    -------
    Outcome

    Raises
    ------
    AssertionError
        If a reader ended the process, hung or took too much memory.
    """
    order = {
        "target": str(target),
        "readers": [f"{read.__module__}:{read.__name__}" for read in readers],
        "flips": flips,
        "files": list(files),
        "seed": seed,
        "cuts": cuts,
    }
    with tempfile.TemporaryDirectory() as folder:
        done = run_function(
            f"{__name__}:serve", {**order, "folder": folder}, W2V_DEBUG="1", TMPDIR=folder
        )
        doing = Path(folder) / "doing"
        last = doing.read_text() if doing.exists() else "nothing yet"
    assert done.returncode == 0, f"status {done.returncode} at {last}: {done.stderr[-3000:]}"
    found = json.loads(done.stdout)
    counts = {
        kind: Counter({(file, read): n for (file, read), n in found[kind]})
        for kind in ("refused", "same", "other")
    }
    return Outcome(**counts, undocumented=found["undocumented"])


def serve(order: dict[str, Any]) -> dict[str, Any]:
    """Do what `flip_bits` asks for, in the other process."""
    faulthandler.enable()
    target, folder = Path(order["target"]), Path(order["folder"])
    readers = {name: _named(name) for name in order["readers"]}
    copy = folder / target.name
    names = order["files"] or (
        sorted(p.name for p in target.iterdir()) if target.is_dir() else [""]
    )
    found: dict[str, Counter[tuple[str, str]]] = {
        k: Counter() for k in ("refused", "same", "other")
    }
    undocumented: list[str] = []
    _renew(target, copy)
    right = {name: _read(read, copy)[1] for name, read in readers.items()}
    most = _memory() + MEMORY
    draw = random.Random(order["seed"])
    for name in names:
        content = (target / name if name else target).read_bytes()
        for what, damaged in _damages(content, order["flips"], order["cuts"], draw):
            for kind, read in readers.items():
                _renew(target, copy)
                (copy / name if name else copy).write_bytes(damaged)
                doing = f"{what} of {name or target.name}, {kind}"
                (folder / "doing").write_text(doing)
                outcome, value = _read(read, copy)
                if outcome == "undocumented":
                    undocumented.append(f"{doing}: {value}")
                    continue
                if outcome == "read":
                    outcome = "same" if value == right[kind] else "other"
                found[outcome][name, kind.partition(":")[2]] += 1
                if _memory() > most:
                    raise MemoryError(f"{_memory():,} bytes were taken")
    counts = {kind: list(counter.items()) for kind, counter in found.items()}
    return {**counts, "undocumented": undocumented}


def _damages(
    content: bytes, flips: int, cuts: int, draw: random.Random
) -> Iterator[tuple[str, bytes]]:
    bits = 8 * len(content)
    for bit in draw.sample(range(bits), min(flips, bits)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", bytes(damaged)
    for length in draw.sample(range(len(content)), min(cuts, len(content))):
        yield f"the first {length} bytes", content[:length]


def _named(name: str) -> Read:
    module, _, function = name.partition(":")
    read: Read = getattr(importlib.import_module(module), function)
    return read


def _renew(target: Path, copy: Path) -> None:
    if copy.is_dir():
        shutil.rmtree(copy)
    (shutil.copytree if target.is_dir() else shutil.copy)(target, copy)


def _read(read: Read, path: Path) -> tuple[str, Any]:
    faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return "read", json.loads(json.dumps(read(path)))
    except read.documented as error:  # type: ignore[attr-defined]
        return "refused", str(error)
    except BaseException:
        return "undocumented", traceback.format_exc(limit=-4)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _memory() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

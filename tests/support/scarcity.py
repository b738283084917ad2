"""Commands where something is short: room for files, memory. Each in a fork of one process.

`run_short` copies a folder, runs a command of the command line in it with a limit of the system
set, and says how it ended and what stands there then.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.commands import run_function

FSIZE, AS = "FSIZE", "AS"
_OUT = 1 << 16
_SECONDS = 60  # of the processor; more is a hang, and ends by a signal


class Ended(NamedTuple):
    """How a command ended.

    Parameters
    ----------
    limit : int
        What it was given, in bytes.
    status : int
        Of the process; negative for a signal.
    stderr : str
    files : dict of str to str
        What stands in its folder, by relative path, with a digest of each file.
    rescued : list of str
        Files in the folder for temporary files.
    longest : int
        Bytes of the longest file that is new or another.
    """

    limit: int
    status: int
    stderr: str
    files: dict[str, str]
    rescued: list[str]
    longest: int


def run_short(
    folder: Path,
    command: Sequence[str],
    kind: str,
    limits: Sequence[int],
) -> list[Ended]:
    """Run a command with each of some limits, each time in a fresh copy of a folder.

    Parameters
    ----------
    folder : Path
    command : sequence of str
        What stands after ``w2v``.
    kind : {"FSIZE", "AS"}
        The limit to set. That of memory is counted from what the process has before.
    limits : sequence of int
        In bytes.

    Returns
    -------
    list of Ended
    """
    order = {
        "folder": str(folder),
        "command": list(command),
        "kind": kind,
        "limits": list(limits),
    }
    with tempfile.TemporaryDirectory() as place:
        done = run_function(f"{__name__}:serve", {**order, "place": place}, TMPDIR=place)
    assert done.returncode == 0, done.stderr[-3000:]
    return [Ended(*each) for each in json.loads(done.stdout)]


def standing(folder: Path) -> dict[str, str]:
    """Return what stands in a folder: each file's relative path, and a digest of it."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        )
        for path in sorted(folder.rglob("*"))
    }


def serve(order: dict[str, Any]) -> list[Ended]:
    """Do what `run_short` asks for, in the other process."""
    return [*_ended(order)]


def _ended(order: dict[str, Any]) -> Iterator[Ended]:
    main = importlib.import_module("w2v.cli").main
    for name in ("w2v.word2vec", "w2v.pictures.explorer", "matplotlib.font_manager"):
        importlib.import_module(name)
    place = Path(order["place"])
    for i, limit in enumerate(order["limits"]):
        copy, temporary = place / f"copy{i}", place / f"tmp{i}"
        shutil.copytree(order["folder"], copy)
        temporary.mkdir()
        before = standing(copy)
        told, tell = os.pipe()
        child = os.fork()
        if not child:
            os.dup2(tell, 2)
            sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            os.close(told)
            os.chdir(copy)
            tempfile.tempdir = None
            os.environ["TMPDIR"] = os.environ["HOME"] = str(temporary)
            _limit(order["kind"], limit)
            sys.argv = ["w2v", *order["command"]]
            status = 99
            try:
                main()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(bool(end.code))
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}".encode())
            finally:
                with contextlib.suppress(BaseException):
                    sys.stderr.flush()
                os._exit(status)
        os.close(tell)
        with os.fdopen(told, "rb") as pipe:
            stderr = pipe.read(_OUT).decode(errors="replace")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        rescued = [str(path) for path in temporary.rglob("*") if path.is_file()]
        files = standing(copy)
        changed = [copy / name for name in files if files[name] != before.get(name)]
        longest = max((path.stat().st_size for path in changed), default=0)
        yield Ended(limit, status, stderr, files, rescued, longest)
        shutil.rmtree(copy)


def _limit(kind: str, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 5))
    if kind == AS:
        size += int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    number = getattr(resource, f"RLIMIT_{kind}")
    resource.setrlimit(number, (size, size))

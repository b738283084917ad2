"""Commands and programs, each in a fork of a process that has imported the library already.

A fork is a process of its own, with a folder, an environment, output and an exit status, but
Python and what a command imports have not to be begun anew for each.  What is said of the first
moments of a process, of terminals and of the shell is tested with ``python -m w2v`` itself.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.support import ROOT
from w2v import Word2Vec

LONGEST = 300  # seconds of one command
# Variables by which a shell or a service may ask for colours or forbid them.
ASKING = ("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TERM", "COLORTERM")
# What commands import when they come to it.
IMPORTED = (
    *("w2v.cli.commands", "w2v.pictures.explorer", "w2v.backend.cpu.backend", "w2v.files.tensors"),
    *("pyarrow.parquet", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
)


def run(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as ``python -m w2v`` does.

    Parameters
    ----------
    *arguments
        What stands after ``w2v``.
    cwd : Path
        The folder to run it in.
    **environment : str
        Variables that are added to those of the tests, or replace them.

    Returns
    -------
    CompletedProcess
    """
    words = [*map(str, arguments)]
    return _asked("command", words, cwd, {"COLUMNS": "100", **environment})


def run_program(text: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program as ``python -c`` does."""
    return _asked("program", [text], cwd, {})


def run_function(
    name: str, argument: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Call a function, ``module:name``, and have what it returns printed as JSON.

    Parameters
    ----------
    name : str
    argument : object
        Its only one, which goes as JSON.
    **environment : str
        As for `run`.

    Returns
    -------
    CompletedProcess
    """
    return _asked("function", [name, json.dumps(argument)], Path.cwd(), environment)


def _asked(
    kind: str, words: list[str], cwd: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        order = {
            "kind": kind,
            "words": words,
            "cwd": str(cwd),
            "environment": {**unasked(), **environment},
            "out": str(out),
            "err": str(err),
        }
        server = _server()
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        return subprocess.CompletedProcess(words, status, out.read_text(), err.read_text())


def unasked() -> dict[str, str]:
    """Return the environment without what asks for colours or forbids them."""
    return {name: value for name, value in os.environ.items() if name not in ASKING}


@cache
def _server() -> subprocess.Popen[str]:
    """Return this process's server, which ends with it."""
    server = subprocess.Popen(
        [sys.executable, __file__, json.dumps([str(ROOT), *sys.path])],
        env=unasked(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def end() -> None:
        server.communicate()

    atexit.register(end)
    return server


def _serve() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    # A training of which every child has the kernels.
    for sg in (0, 1):
        Word2Vec([[*"abcdef"]] * 9, sg=sg, min_count=1, sample=0, workers=1)
    # Not to be taken for a command's own.
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(json.loads(line))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(status, file=answers, flush=True)


def _run(order: dict[str, Any]) -> None:
    """Become what is asked for, and end with it."""
    kind, words = order["kind"], order["words"]
    signal.alarm(0 if kind == "function" else LONGEST)
    for number, path in (0, os.devnull), (1, order["out"]), (2, order["err"]):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), number)
    # The server's know how far they were in other files.
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace", buffering=1, closefd=False)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["environment"])
    tempfile.tempdir = None
    status: Any = 1
    try:
        if kind == "command":
            sys.argv = ["w2v", *words]
            importlib.import_module("w2v.cli").main()
        elif kind == "program":
            sys.argv = ["-c"]
            exec(compile(words[0], "<string>", "exec"), {"__name__": "__main__"})
        else:
            module, _, name = words[0].partition(":")
            function = getattr(importlib.import_module(module), name)
            print(json.dumps(function(json.loads(words[1]))))
        status = 0
    except SystemExit as end:
        status = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else int(status is not None))


if __name__ == "__main__":
    sys.path[:] = json.loads(sys.argv[1])
    # As the module that `w2v` may import; this one is the program.
    importlib.import_module("tests.support.commands")._serve()

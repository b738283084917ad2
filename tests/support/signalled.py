"""Commands that get signals at some moment, and what must hold after each."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support import ROOT, python_path
from w2v import KeyedVectors

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def text(path: Path, words: int, vocabulary: int, *, seed: int = 0) -> Path:
    """Write a text of words drawn alike, a sentence of twenty a line."""
    draw = random.Random(seed)
    lines = (
        " ".join(f"w{draw.randrange(vocabulary)}" for _ in range(20)) + "\n"
        for _ in range(words // 20)
    )
    path.write_text("".join(lines))
    return path


def _hear() -> None:
    """Have a command hear what the tests themselves may have been told to ignore."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


class Signalled:
    """A command in a folder of its own, with a folder for temporary files beside it.

    Parameters
    ----------
    folder : Path
        What is in it is what the command finds, and all that may be there after it, but for
        ``outputs``.
    arguments : sequence of str
    outputs : sequence of str
        Names in ``folder``.
    """

    def __init__(
        self, folder: Path, arguments: Sequence[str], outputs: Sequence[str], **environment: str
    ) -> None:
        self.folder, self.outputs = folder, set(outputs)
        self._temporary = folder.parent / f"{folder.name}-temporary"
        self._temporary.mkdir(exist_ok=True)
        self._before = {path.name for path in folder.iterdir()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "w2v", *arguments],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": python_path(ROOT),
                "TMPDIR": str(self._temporary),
                **environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear,
        )

    def listens(self) -> None:
        """Wait until the command hears signals: Python itself takes a moment to begin."""
        status = Path(f"/proc/{self.process.pid}/status")
        while self.process.poll() is None:
            caught = next(
                (line for line in status.read_text().splitlines() if line.startswith("SigCgt")), ""
            )
            if int(caught.split()[-1], 16) >> (signal.SIGTERM - 1) & 1:
                return
            time.sleep(0.005)

    def wait_for(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        while not holds():
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.01)

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, *sent: int, within: float = 30) -> str:
        """Wait for the end, see to what must hold after it, and return what was said.

        Parameters
        ----------
        *sent : int
            Signals, any of which may be noticed first where the command was busy; it may have been
            done before they came.
        within : float, default 30
            Seconds to wait.
        """
        errors = self.process.communicate(timeout=within)[1]
        report = f"{self.process.args!r}: {self.process.returncode}, {errors!r}"
        assert self.process.returncode in (0, *(128 + number for number in sent)), report
        for noise in ("Traceback", "Exception", "Error", "terminate"):
            assert noise not in errors, report
        if self.process.returncode:
            last = errors.splitlines()[-1]
            assert last.startswith("w2v: stopped") or last.startswith("written: "), report
        left = {path.name for path in self.folder.iterdir()} - self._before - self.outputs
        assert left == set(), report
        assert [*self._temporary.iterdir()] == [], report
        return errors


def same_or_new(path: Path, before: bytes) -> None:
    """See that a file of vectors is what it was, or another that is whole."""
    if path.read_bytes() != before:
        vectors = KeyedVectors.load(path)
        assert len(vectors) > 1

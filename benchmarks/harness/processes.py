"""A program run as a process of its own: its time, its memory and its progress, from outside."""

import math
import os
import re
import resource
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.harness.machine import ROOT

_SAMPLED_EVERY = 0.02  # seconds
_PERCENTAGE = re.compile(rb"Progress: *([\d.]+)%")


class ProcessFailedError(RuntimeError):
    """A program ended with an error; the message has its status and its last line."""


class Finished(NamedTuple):
    """What a process printed, took, and held at most with its children, in 10⁶ bytes."""

    output: str
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float | None
    peak_unmapped_mb: float | None  # without what is mapped from files
    progress_seconds: float | None  # by `ProgressClock`


class ProgressClock:
    """Times training by the percentages that word2vec.c and its descendants print on the way."""

    # Their own words a second are of little use: some are divided by processor time, some are a
    # thread's. A percentage is the same for all, and the clock is ours.

    def __init__(self) -> None:
        self._rest, self._marks = b"", list[tuple[float, float]]()  # of time and percentage

    def feed(self, printed: bytes, now: float) -> None:
        """Take in what was printed, in pieces of any length, and when it came."""
        text = self._rest + printed
        found = list(_PERCENTAGE.finditer(text))
        self._rest = text[found[-1].end() if found else 0 :][-40:]
        if found and (not self._marks or float(found[-1][1]) > self._marks[-1][1]):
            self._marks.append((now, float(found[-1][1])))

    @property
    def seconds(self) -> float | None:
        """Time from 0 to 100 % at the pace between the first and the last percentage seen."""
        if len(self._marks) < 2:
            return None
        (begin, low), (end, high) = self._marks[0], self._marks[-1]
        return (end - begin) * 100 / (high - low)


def watch(
    command: Sequence[str], limit: float = math.inf, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run a command in the repository's folder to its end, and no longer than so many seconds."""
    clock, output, peaks = ProgressClock(), bytearray(), [0, 0]
    spent, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    how: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": ROOT}
    try:
        process = subprocess.Popen(command, env=environment, **how)
    except OSError as error:
        raise ProcessFailedError(f"cannot be started: {error.strerror}") from error
    with process:
        pipes = [process.stdout.fileno()]  # type: ignore[union-attr]
        try:
            while pipes or process.poll() is None:
                for pipe in select.select(pipes, [], [], _SAMPLED_EVERY)[0]:
                    chunk = os.read(pipe, 1 << 16)
                    clock.feed(chunk, time.perf_counter())
                    output.extend(chunk)
                    pipes = pipes if chunk else []
                peaks = [max(each) for each in zip(peaks, _resident(process.pid), strict=True)]
                seconds = time.perf_counter() - begin
                if seconds > limit:
                    raise ProcessFailedError(f"not done after {limit:.0f} s")
        except BaseException:
            process.kill()
            raise
    text = output.decode("utf-8", "replace")
    if process.returncode:
        last = (text.strip().splitlines() or ["without a word"])[-1]
        raise ProcessFailedError(f"exit status {process.returncode}: {last.strip()[:200]}")
    used = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - sum(spent[:2])
    peak, unmapped = (each / 1e6 or None for each in peaks)
    return Finished(text, seconds, used, peak, unmapped, clock.seconds)


def _resident(pid: int) -> tuple[int, int]:
    """Return a process tree's resident bytes: all, and those that no file backs."""
    # psutil looks through all processes for the children: too dear every 20 ms.
    folder = Path("/proc") / str(pid)
    try:
        fields = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        children = [each.read_text().split() for each in folder.glob("task/*/children")]
    except OSError:
        return 0, 0  # no such file system, or the process has just ended
    resident, mapped = (1024 * int(fields.get(k, "0").split()[0]) for k in ("VmRSS", "RssFile"))
    below = [_resident(int(child)) for each in children for child in each]
    return (resident + sum(every for every, _ in below),
            resident - mapped + sum(unmapped for _, unmapped in below))  # fmt: skip

"""How far a benchmark has come and when it will be done, on standard error."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


class Progress(AbstractContextManager["Progress"]):
    """A bar with the time left on a terminal; elsewhere a line a step.

    Parameters
    ----------
    name : str
        Of the benchmark.
    steps : float
        Work in all, in whatever unit :meth:`step` counts.
    seconds : float
        What all of it is expected to take, told before the first step; from then on the
        time left follows from the pace.
    """

    def __init__(self, name: str, steps: float, seconds: float) -> None:
        self.name, self.steps, self.seconds = name, steps, seconds
        self._begin = time.perf_counter()
        self._before = self._weight = 0.0
        self._bar = _bar(name, steps) if sys.stderr.isatty() else None
        self.say(f"takes about {duration(seconds)} on two cores")

    def __enter__(self) -> Progress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()
        if error is None:
            self.say(f"done in {duration(time.perf_counter() - self._begin)}")

    def say(self, line: str) -> None:
        """Print a line."""
        if self._bar:
            self._bar.console.print(f"{self.name}: {line}", markup=False, highlight=False)
        else:
            print(f"{self.name}: {line}", file=sys.stderr, flush=True)

    def step(self, what: str, weight: float = 1) -> None:
        """Begin a step, which ends the one before it.

        Parameters
        ----------
        what : str
        weight : float, default 1
            Its share of the steps; of steps of different length best their expected seconds.
        """
        self._before += self._weight
        self._weight = weight
        left = f"about {duration(self._seconds_left())} left"
        if self._bar:
            task = self._bar.task_ids[0]
            self._bar.update(task, completed=self._before, description=what, left=left)
        else:
            self.say(f"{what}, {left}")

    def _seconds_left(self) -> float:
        # From what was expected at first to the pace so far, as the work goes on.
        done = min(1.0, self._before / self.steps)
        elapsed = time.perf_counter() - self._begin
        return (1 - done) * ((1 - done) * self.seconds + elapsed)


def _bar(name: str, steps: float) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
    )
    bar.add_task(name, total=steps, left="")
    return bar


def duration(seconds: float) -> str:
    """Return seconds as a person says them: ``35 s``, ``4 min``, ``1.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

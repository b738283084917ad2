"""How far a benchmark has come and when it will be done, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from w2v.bench.rounds import alternate


class Progress(AbstractContextManager["Progress"]):
    """A bar with the time left on a terminal; elsewhere a line a step.

    What all of it is expected to take is told before the first step; from then on the time left
    follows from the pace.
    """

    def __init__(self, name: str, seconds: float) -> None:
        self.name, self.seconds = name, max(seconds, 1e-3)
        self._begin = time.perf_counter()
        self._before = self._weight = 0.0
        self._bar = _bar(name, self.seconds) if sys.stderr.isatty() else None
        self.say(f"takes about {duration(seconds)} on two cores")

    def __enter__(self) -> Progress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
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

    def step(self, what: str, seconds: float) -> None:
        """Begin a step that may take so long; it ends the one before it."""
        self._before += self._weight
        self._weight = seconds
        left = f"about {duration(self._seconds_left())} left"
        if self._bar:
            task = self._bar.task_ids[0]
            self._bar.update(task, completed=self._before, description=what, left=left)
        else:
            self.say(f"{what}, {left}")

    def alternate(
        self,
        contestants: Mapping[str, Callable[[], float]],
        rounds: int,
        seconds: Mapping[str, float],
    ) -> dict[str, list[float]]:
        """Let contestants take turns, each of whose measurements may take so long."""
        return alternate(contestants, rounds, lambda what, who: self.step(what, seconds[who]))

    def _seconds_left(self) -> float:
        # From what was expected at first to the pace so far, as the work goes on.
        done = min(1.0, self._before / self.seconds)
        elapsed = time.perf_counter() - self._begin
        return (1 - done) * ((1 - done) * self.seconds + elapsed)


def take_turns(
    name: str,
    contestants: Mapping[str, Callable[[], float]],
    rounds: int,
    seconds: Mapping[str, float],
) -> dict[str, list[float]]:
    """Let a benchmark's contestants take turns, with its progress told."""
    with Progress(name, rounds * sum(seconds.values())) as progress:
        return progress.alternate(contestants, rounds, seconds)


def _bar(name: str, seconds: float) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"), console=Console(stderr=True),
    )  # fmt: skip
    bar.add_task(name, total=seconds, left="")
    return bar


def duration(seconds: float) -> str:
    """Return seconds as a person says them: ``35 s``, ``4 min``, ``1.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

"""How far a benchmark has come and when it will be done, on standard error."""

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from w2v.bench.rounds import alternate

Turns = Mapping[str, tuple[Callable[[], float], float]]
"""Contestants by name: what measures one, and the seconds that may take."""


class Progress(AbstractContextManager["Progress"]):
    """A line a step with the time left, which on a terminal replaces the one before.

    What all of it is expected to take is told before the first step; from then on the time left
    follows from the pace.
    """

    def __init__(self, name: str, seconds: float) -> None:
        self.name, self.seconds = name, max(seconds, 1e-3)
        self._begin, self._before, self._weight = time.perf_counter(), 0.0, 0.0
        self.say(f"takes about {duration(seconds)} on two cores")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.say(f"done in {duration(time.perf_counter() - self._begin)}")

    def say(self, line: str, passing: bool = False) -> None:
        """Print a line, which may be replaced by the next one if it is passing."""
        text, begin, end = f"{self.name}: {line}", "", "\n"
        if sys.stderr.isatty():
            begin = "\r\x1b[K"
            if passing:
                text, end = text[: shutil.get_terminal_size().columns - 1], ""
        print(f"{begin}{text}", end=end, file=sys.stderr, flush=True)

    def step(self, what: str, seconds: float) -> None:
        """Begin a step that may take so long; it ends the one before it."""
        self._before, self._weight = self._before + self._weight, seconds
        # From what was expected at first to the pace so far, as the work goes on.
        rest = 1 - min(1.0, self._before / self.seconds)
        left = rest * (rest * self.seconds + time.perf_counter() - self._begin)
        self.say(f"{what}, about {duration(left)} left", passing=True)

    def alternate(self, turns: Turns, rounds: int) -> dict[str, list[float]]:
        """Let contestants take turns."""
        measures = {name: measure for name, (measure, _) in turns.items()}
        return alternate(measures, rounds, lambda what, who: self.step(what, turns[who][1]))


def take_turns(name: str, turns: Turns, rounds: int) -> dict[str, list[float]]:
    """Let a benchmark's contestants take turns, with its progress told."""
    with Progress(name, rounds * sum(seconds for _, seconds in turns.values())) as progress:
        return progress.alternate(turns, rounds)


def duration(seconds: float) -> str:
    """Return seconds as a person says them: ``35 s``, ``4 min``, ``1.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

"""Contestants that take turns, and how far they have come, on standard error."""

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from w2v.bench.rounds import alternate
from w2v.bench.verdict import duration

Name = TypeVar("Name")
Batch = TypeVar("Batch")
Steps = Callable[[int], float]
"""What makes so many steps and returns their seconds."""


def say(line: str, passing: bool = False) -> None:
    """Print a line, which on a terminal is replaced by the next one if it is passing."""
    end = "\n"
    if sys.stderr.isatty():
        width, end = shutil.get_terminal_size().columns - 1, "" if passing else "\n"
        line = "\r\x1b[K" + (line[:width] if passing else line)
    print(line, end=end, file=sys.stderr, flush=True)


def take_turns(
    name: str, contestants: Mapping[Name, Callable[[], float]], rounds: int
) -> dict[Name, list[float]]:
    """Measure every contestant once a round, and tell the time left by what each took last."""
    took: dict[Name, float] = {}
    begin = time.perf_counter()
    before: list[Any] = []  # the contestant whose turn it is, and since when

    def step(what: str, who: Name) -> None:
        now = time.perf_counter()
        if before:
            took[before[0]] = now - before[1]
        before[:] = who, now
        mean = sum(took.values()) / len(took) if took else 0.0
        left = rounds * sum(took.get(each, mean) for each in contestants) - (now - begin)
        say(f"{name}: {what}" + f", about {duration(max(left, mean))} left" * bool(took), True)

    found = alternate(contestants, rounds, step)
    say(f"{name}: done in {duration(time.perf_counter() - begin)}")
    return found


def steps_of(
    step: Callable[[Batch], object], cut: Callable[[int], list[Batch]],
    synchronize: Callable[[], Any] = lambda: None,
) -> Steps:  # fmt: skip
    """Return what times steps on batches that are cut before the clock starts."""

    def train(steps: int) -> float:
        batches = cut(steps)
        synchronize()
        begin = time.perf_counter()
        for batch in batches:
            step(batch)
        synchronize()
        return time.perf_counter() - begin

    return train


def fit(train: Steps, slice_seconds: float) -> tuple[int, Callable[[], float]]:
    """Compile, touch the memory, and choose a slice's steps; return these, and what measures one.

    That is the mean of a slice, after a quarter of one: others have had the caches meanwhile.
    """
    steps = 1
    train(steps)
    # A few steps are mostly their beginning and end; one of two tries is not held up by others.
    while (seconds := min(train(steps), train(steps))) < slice_seconds / 2:
        steps *= max(2, min(10, int(slice_seconds / seconds)))
    chosen = max(1, int(slice_seconds * steps / seconds))

    def measure() -> float:
        train(-(-chosen // 4))
        return train(chosen) / chosen

    return chosen, measure

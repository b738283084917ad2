"""Steps timed in slices of so many seconds, for contestants of very different paces."""

import time
from collections.abc import Callable
from typing import TypeVar

Steps = Callable[[int], float]
"""What makes so many steps and returns their seconds."""
Batch = TypeVar("Batch")
_UNTIMED = 4  # of a slice, one part in so many goes before it


def steps_of(
    step: Callable[[Batch], object],
    cut: Callable[[int], list[Batch]],
    synchronize: Callable[[], None] = lambda: None,
) -> Steps:
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


def fit(train: Steps, slice_seconds: float) -> tuple[int, Callable[[], float], float]:
    """Compile, touch the memory, and choose the steps of a slice.

    Returned are the steps; what measures the seconds of a step, the mean of a slice; and a
    slice's seconds. Some steps before a slice are not timed: others have had the caches meanwhile.
    """
    steps = 1
    train(steps)
    # A few steps are mostly their beginning and end; one of two tries is not held up by others.
    while (seconds := min(train(steps), train(steps))) < slice_seconds / 2:
        steps *= max(2, min(10, int(slice_seconds / seconds)))
    chosen = max(1, int(slice_seconds * steps / seconds))

    def measure() -> float:
        train(-(-chosen // _UNTIMED))
        return train(chosen) / chosen

    return chosen, measure, chosen * seconds / steps

"""Contestants that take turns, so that a noisy minute is shared by all, and their spread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.progress import Progress


def alternate(
    contestants: Mapping[str, Callable[[], float]],
    rounds: int,
    progress: Progress,
    seconds: Mapping[str, float] | None = None,
) -> dict[str, list[float]]:
    """Measure every contestant once a round, round after round.

    Parameters
    ----------
    contestants : mapping of str to callable
        What measures, and returns a figure: seconds, words a second.
    rounds : int
    progress : Progress
        Told of ``rounds × len(contestants)`` steps.
    weights : mapping of str to float, optional
        Of the contestants' steps, as `Progress.step` takes them; 1 each by default.
    seconds : mapping of str to float, optional
        What a measurement of each is expected to take: the steps' weights, by default 1.

    Returns
    -------
    dict of str to list of float
        A figure a round for every contestant, so that those of one round can be compared.
    """
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for i in range(rounds):
        for name, measure in contestants.items():
            weight = seconds[name] if seconds else 1
            progress.step(f"round {i + 1} of {rounds}: {name}", weight)
            figures[name].append(measure())
    return figures


@dataclass(frozen=True)
class Spread:
    """What several measurements of one thing say.

    Parameters
    ----------
    median, lowest, highest : float
    quartiles : tuple of float
        Lower and upper.
    rounds : int
        Measurements.
    """

    median: float
    lowest: float
    highest: float
    quartiles: tuple[float, float]
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum measurements up."""
        lowest, lower, median, upper, highest = np.percentile(values, (0, 25, 50, 75, 100)).tolist()
        return cls(median, lowest, highest, (lower, upper), len(values))

    def figures(self) -> dict[str, object]:
        """Return the fields, to be kept as JSON."""
        return asdict(self)

    def text(self, unit: float = 1, digits: int = 2) -> str:
        """Return ``median (lowest–highest)`` in a unit, or the median alone of one round."""
        show = [f"{x / unit:,.{digits}f}" for x in (self.median, self.lowest, self.highest)]
        return show[0] if self.rounds == 1 else f"{show[0]} ({show[1]}–{show[2]})"


def ratio(a: Sequence[float], b: Sequence[float]) -> Spread:
    """Return a / b, taken within each round."""
    return Spread.of([x / y for x, y in zip(a, b, strict=True)])

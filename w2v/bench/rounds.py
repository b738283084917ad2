"""Contestants that take turns, so that a noisy minute is shared by all, and their spread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np

Contestant = TypeVar("Contestant")


def alternate(
    contestants: Mapping[Contestant, Callable[[], float]],
    rounds: int,
    begin: Callable[[str, Contestant], None],
) -> dict[Contestant, list[float]]:
    """Measure every contestant once a round, round after round.

    Parameters
    ----------
    contestants : mapping to callable
        What measures, and returns a figure: seconds, words a second.
    rounds : int
    begin : callable
        Is told of every measurement, in words and by its contestant, before it begins.

    Returns
    -------
    dict to list of float
        A figure a round for every contestant, so that those of one round can be compared.
    """
    figures: dict[Contestant, list[float]] = {each: [] for each in contestants}
    for i in range(rounds):
        for each, measure in contestants.items():
            begin(f"round {i + 1} of {rounds}: {each}", each)
            figures[each].append(measure())
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

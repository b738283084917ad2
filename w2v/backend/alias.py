"""The noise distribution of negative sampling, ready to be drawn from."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from w2v.backend.rowgrad import Array

if TYPE_CHECKING:
    from w2v.backend.base import Backend

# Integer weights add up without rounding; 2**62 leaves room for a sign and a carry.
_TOTAL = 2.0**62


class NoiseTable:
    """Words drawn in proportion to ``count ** power``.

    Two forms of one distribution are kept: Walker's alias table, from which a
    word is drawn in constant time whatever the vocabulary's size, and the
    cumulative weights, from which a word is drawn by bisection when some words
    are excluded (see :meth:`w2v.backend.Backend.sample_exact`).

    Parameters
    ----------
    counts : (V,) array of int or float
        Occurrences of every word, all above zero.
    power : float, default 0.75
        Exponent that flattens the counts [1]_; 0 draws uniformly, 1 as in the text.

    Attributes
    ----------
    size : int
        V, the number of words.
    table : (V, 2) uint32 array
        Column i keeps word i if 32 random bits are below ``table[i, 0]``, and
        gives word ``table[i, 1]`` otherwise.
    cumulative : (V + 1,) int64 array
        Running sum of the integer weights, from 0 to about 2**62.

    Raises
    ------
    ValueError
        No words, a count that is not above zero and finite, or such a power.

    References
    ----------
    .. [1] Mikolov et al., "Distributed Representations of Words and Phrases and
       their Compositionality", 2013, section 2.2.
    .. [2] Walker, "An efficient method for generating discrete random variables
       with general distributions", 1977.
    .. [3] Hübschle-Schneider and Sanders, "Parallel Weighted Random Sampling",
       2019: the table from prefix sums, without a loop over words.
    """

    def __init__(self, counts: Any, power: float = 0.75) -> None:
        counts = check_counts(counts)
        if not np.isfinite(power):
            raise ValueError(f"power must be a finite number, got {power}")
        self.size = int(counts.size)
        self.power = float(power)
        # Dividing by the largest first keeps large powers from overflowing.
        weights = (counts / counts.max()).astype(np.float64) ** power
        if not (np.isfinite(weights).all() and (weights > 0).all()):
            raise ValueError(
                f"power {power} is too extreme for these counts: a weight over- or underflows"
            )
        p = weights / weights.sum()
        self.table: Array = _alias_table(p)
        self.cumulative: Array = np.zeros(self.size + 1, dtype=np.int64)
        np.cumsum(np.maximum(p * _TOTAL, 1.0).astype(np.int64), out=self.cumulative[1:])

    def to(self, backend: Backend) -> NoiseTable:
        """Return this table with its arrays on a backend's device."""
        moved = copy(self)
        moved.table = backend.asarray(self.table)
        moved.cumulative = backend.asarray(self.cumulative)
        return moved

    @property
    def p(self) -> Array:
        """(V,) float64 array, the probabilities themselves."""
        weights = self.cumulative[1:] - self.cumulative[:-1]
        return weights / self.cumulative[-1]


def check_counts(counts: Any) -> np.ndarray:
    """Return words' counts as an array, or refuse what no distribution can be made of.

    Raises
    ------
    ValueError
        No words, or a count that is not above zero and finite.
    """
    counts = np.asarray(counts)
    if counts.ndim != 1 or counts.size == 0:
        raise ValueError(
            f"the counts of at least one word are needed, got an array of shape {counts.shape}"
        )
    bad = np.flatnonzero(~((counts > 0) & np.isfinite(counts)))
    if bad.size:
        raise ValueError(
            f"every word needs a count above zero, but word {bad[0]} has count {counts[bad[0]]} "
            f"({bad.size} of {counts.size} words are like this); leave such words out of the "
            f"vocabulary"
        )
    return counts


def _alias_table(p: np.ndarray) -> np.ndarray:
    """Build Walker's table for probabilities p, shape (V, 2), uint32."""
    q = p * p.size
    alias = np.arange(p.size)
    heavy = np.flatnonzero(q > 1.0)
    light = np.flatnonzero(q < 1.0)
    if heavy.size and light.size:
        deficit = np.cumsum(1.0 - q[light])
        excess = np.cumsum(q[heavy] - 1.0)
        # Heavy words fill light columns in order: a column is filled by the heavy word whose
        # excess is being spent when its turn comes, and a heavy word spent below one column's
        # worth is itself filled by the next.
        before = np.concatenate(([0.0], deficit[:-1]))
        filler = np.searchsorted(excess, before, side="right")
        alias[light] = heavy[np.minimum(filler, heavy.size - 1)]
        spent = np.searchsorted(deficit, excess[:-1], side="left")
        spent = np.minimum(spent, light.size - 1)
        q[heavy[:-1]] = 1.0 + excess[:-1] - deficit[spent]
        alias[heavy[:-1]] = heavy[1:]
        q[heavy[-1]] = 1.0
    table = np.empty((p.size, 2), dtype=np.uint32)
    table[:, 0] = np.clip(np.rint(q * 2.0**32), 0, 2.0**32 - 1)
    table[:, 1] = alias
    return table

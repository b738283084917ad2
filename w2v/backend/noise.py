"""The noise distribution of negative sampling, ready to be drawn from."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from w2v.backend.exact_type import check_array
from w2v.backend.rowgrad import Array

if TYPE_CHECKING:
    from w2v.backend.reference.backend import Backend

# Integer weights add up without rounding; 2**62 leaves room for a sign and a carry.
_TOTAL = 2.0**62
_COLUMN = 2**32  # units of a column of the alias table


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
    backend : Backend, optional
        Where to build the table and keep it; by default NumPy, from where :meth:`to` moves it.
        The table is the same everywhere, bit for bit.

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

    def __init__(self, counts: Any, power: float = 0.75, backend: Backend | None = None) -> None:
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
        integers = np.maximum(p * _TOTAL, 1.0).astype(np.int64)
        self.cumulative: Array
        self.table: Array
        if backend is None:
            self.cumulative, self.table = alias_table(np, integers)
        else:
            self.cumulative, self.table = backend.alias_table(integers)

    def to(self, backend: Backend) -> NoiseTable:
        """Return this table with its arrays on a backend's device."""
        moved = copy(self)
        moved.table = backend.asarray(self.table)
        moved.cumulative = backend.asarray(self.cumulative)
        return moved

    def check(self) -> None:
        """Refuse tables that are no longer of these words; of their numbers nothing is read.

        Raises
        ------
        ValueError
        """
        check_array(self.table, np.uint32, (self.size, 2), "the alias table")
        check_array(self.cumulative, np.int64, (self.size + 1,), "the cumulative weights")

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


def alias_table(xp: Any, weights: Array) -> tuple[Array, Array]:
    """Build Walker's table from prefix sums, in whole-array operations.

    All sums are of integers, so the table does not depend on the order in which a device
    adds, and gives each word its share of the columns without loss: a column holds 2**32
    units, the words' shares are whole units and add up to all columns.

    Parameters
    ----------
    xp : module
        The array library: numpy or cupy.
    weights : (V,) int64 array of that library
        All above zero, with a sum below 2**63.

    Returns
    -------
    cumulative : (V + 1,) int64 array
    table : (V, 2) uint32 array
        As in :class:`NoiseTable`.

    References
    ----------
    Hübschle-Schneider and Sanders, "Parallel Weighted Random Sampling", 2019, section 4.2.
    """
    size = int(weights.size)
    cumulative = xp.zeros(size + 1, dtype=xp.int64)
    cumulative[1:] = xp.cumsum(weights)
    units = (cumulative * (size * float(_COLUMN) / float(cumulative[-1]))).astype(xp.int64)
    units[-1] = size * _COLUMN
    share = units[1:] - units[:-1]
    del units
    alias = xp.arange(size)
    heavy, light = xp.flatnonzero(share > _COLUMN), xp.flatnonzero(share < _COLUMN)
    if heavy.size and light.size:
        deficit = xp.cumsum(_COLUMN - share[light])
        excess = xp.cumsum(share[heavy] - _COLUMN)
        # Heavy words fill light columns in order: a column is filled by the heavy word whose
        # excess is being spent when its turn comes, and a heavy word spent below one column's
        # worth is itself filled by the next.
        before = xp.concatenate((xp.zeros(1, dtype=xp.int64), deficit[:-1]))
        alias[light] = heavy[xp.searchsorted(excess, before, side="right")]
        del before
        spent = xp.searchsorted(deficit, excess, side="left")
        share[heavy] = _COLUMN + excess - deficit[spent]
        alias[heavy[:-1]] = heavy[1:]
    table = xp.empty((size, 2), dtype=xp.uint32)
    # A column of its own word alone gives that word by its alias too.
    own = share >= _COLUMN
    table[:, 0] = xp.minimum(share, _COLUMN - 1)
    table[:, 1] = xp.where(own, xp.arange(size), alias)
    return cumulative, table

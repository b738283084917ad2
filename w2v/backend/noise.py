"""The noise distribution of negative sampling, ready to be drawn from."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from w2v.backend.array import Array
from w2v.backend.output import Ops, Output, check_array, check_counts
from w2v.backend.random import RandomStream
from w2v.backend.settings import NEGATIVE_STREAM, FusedSettings

# Integer weights add up without rounding; 2**62 leaves room for a sign and a carry.
_TOTAL = 2.0**62
_COLUMN = 2**32  # units of a column of the alias table


class NoiseTable(Output):
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

    name = "noise distribution"

    def __init__(self, counts: Any, power: float = 0.75, backend: Ops | None = None) -> None:
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

    @property
    def rows(self) -> int:
        """Rows of the matrix of output vectors: one a word."""
        return self.size

    def to(self, backend: Ops) -> NoiseTable:
        """Return this table with its arrays on a backend's device."""
        moved = copy(self)
        moved.table = backend.asarray(self.table)
        moved.cumulative = backend.asarray(self.cumulative)
        return moved

    def check(self) -> None:  # noqa: D102
        check_array(self.table, np.uint32, (self.size, 2), "the alias table")
        check_array(self.cumulative, np.int64, (self.size + 1,), "the cumulative weights")

    def check_two(self) -> None:
        """Refuse to draw a word's negatives where there is no other.

        Raises
        ------
        ValueError
            A single word.
        """
        if self.size < 2:
            raise ValueError("a vocabulary of one word has no negatives: give more text")

    def check_distinct(self, k: int) -> None:
        """Refuse to draw k distinct words beside a target.

        Raises
        ------
        ValueError
            More than there are, or less than one; or tables as :meth:`check` refuses.
        """
        self.check_two()
        self.check()
        if not 1 <= k <= self.size - 1:
            raise ValueError(
                f"cannot draw {k} distinct negatives beside the target from a vocabulary of "
                f"{self.size} words: expected 1 to {self.size - 1}; lower the number of "
                f"negatives or use sampling='fast'"
            )

    def check_settings(self, settings: FusedSettings) -> None:  # noqa: D102
        if settings.hs:
            raise ValueError("hs must be False without a tree")
        self.check_negatives(settings)

    def check_negatives(self, settings: FusedSettings) -> None:
        """Refuse numbers of negatives that cannot be drawn.

        Raises
        ------
        ValueError
            None, or more than exact sampling can find.
        """
        if not settings.negative:
            raise ValueError(f"negative must be 1 or more, got {settings.negative}")
        if settings.exact:
            self.check_distinct(settings.shared_negatives)

    def of_window(
        self, backend: Ops, target: Array, place: int, settings: FusedSettings
    ) -> tuple[Array, Array]:
        """Return the target and its negatives, and labels of which the first is 1."""
        outputs = backend.xp.concatenate((target, self.negatives(backend, target, place, settings)))
        return outputs, backend.xp.arange(outputs.size) == 0

    def negatives(self, backend: Ops, target: Array, place: int, settings: FusedSettings) -> Array:
        """Draw a window's k negatives; parameters as of :meth:`of_window`."""
        k, stream = settings.negative, RandomStream(settings.seed, NEGATIVE_STREAM)
        if settings.exact:
            stream.counter = place
            return backend.sample_exact(self, target, k, stream)[0]
        stream.counter = place * k
        return backend.sample_fast(self, (k,), stream)

    def shared_negatives(self, backend: Ops, place: int, settings: FusedSettings) -> Array:
        """Draw the negatives that windows share.

        Parameters
        ----------
        backend, settings
            As for :meth:`of_window`.
        place : int
            Of the first target in the run.

        Returns
        -------
        (n,) or (n + 1,) int32 array
            One more than windows share if they are drawn without replacement, to stand in for
            a window's target.  Taking one word out of such a sequence leaves a sequence drawn
            without replacement from the others: each window has the very law of exact sampling.
        """
        n, stream = settings.shared_negatives, RandomStream(settings.seed, NEGATIVE_STREAM)
        if settings.exact:
            stream.counter = place
            return backend.sample_distinct(self, (1,), n + 1, stream)[0]
        stream.counter = place * n
        return backend.sample_fast(self, (n,), stream)

    def log_probabilities(self, backend: Ops, W: Array, h: Array) -> Array:
        """Return the softmax's, which negative sampling stands in for."""
        xp = backend.xp
        scores = (W @ h).astype(xp.float64)
        scores -= scores.max()
        return scores - xp.log(xp.exp(scores).sum())

    @property
    def p(self) -> Array:
        """(V,) float64 array, the probabilities themselves."""
        weights = self.cumulative[1:] - self.cumulative[:-1]
        return weights / self.cumulative[-1]


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

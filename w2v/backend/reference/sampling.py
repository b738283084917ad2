"""Negative sampling, exact and fast, in plain array code."""

from __future__ import annotations

import numpy as np

from w2v.backend.array import Array
from w2v.backend.noise import NoiseTable, alias_table
from w2v.backend.random import RandomStream, random_bits
from w2v.backend.reference.checks import ArrayChecks

_LOW_32 = np.uint64(0xFFFFFFFF)
_S11, _S32 = np.uint64(11), np.uint64(32)


def rejection_attempts(k: int) -> int:
    """How often to draw for k distinct words before bisecting instead.

    On text nearly every draw is fresh, so this many are needed only where k comes
    close to the vocabulary's size or a few words hold nearly all mass.
    """
    return 4 * k + 32


class SamplingPrimitives(ArrayChecks):
    """Draws words from a noise distribution."""

    def alias_table(self, weights: np.ndarray) -> tuple[Array, Array]:
        """Build a noise distribution's tables; see :func:`w2v.backend.noise.alias_table`.

        Parameters
        ----------
        weights : (V,) int64 NumPy array

        Returns
        -------
        cumulative : (V + 1,) int64 array
        table : (V, 2) uint32 array
        """
        return alias_table(self.xp, self.asarray(weights))

    def sample_fast(self, noise: NoiseTable, shape: tuple[int, ...], stream: RandomStream) -> Array:
        """Draw words with replacement; the target may be among them.

        Parameters
        ----------
        noise : NoiseTable
            On this backend (``NoiseTable.to``).
        shape : tuple of int
        stream : RandomStream
            Advanced by one counter a word.

        Returns
        -------
        int32 array of that shape
        """
        noise.check()
        n = int(np.prod(shape))
        return self._draw(noise, self._row_bits(stream, n)).reshape(shape)

    def sample_exact(
        self, noise: NoiseTable, targets: Array, k: int, stream: RandomStream
    ) -> Array:
        """Draw k distinct words for each target, never the target itself.

        They come as from drawing one after another without replacement with the
        target's probability set to zero, the distribution of
        ``numpy.random.choice(V, k, replace=False, p=p)``.  Words are drawn from
        the alias table and rejected if taken, at O(k); rows that are not full
        after :func:`rejection_attempts` go on by bisection of the cumulative
        weights with the taken words cut out.  How many draws a row had rejected
        tells nothing about what comes next, so switching keeps the distribution.

        Parameters
        ----------
        noise : NoiseTable
            On this backend (``NoiseTable.to``).
        targets : (...) int array
        k : int
            Negatives a target, at most V − 1.
        stream : RandomStream
            Advanced by one counter a target.

        Returns
        -------
        (..., k) int32 array

        Raises
        ------
        ValueError
            ``k`` is below 1 or above V − 1, or a target is not in 0 .. V − 1.
        """
        self.check_exact(noise, targets, k)
        flat = targets.reshape(-1)
        return self._distinct(noise, flat, k, stream).reshape(*targets.shape, k)

    def sample_distinct(
        self, noise: NoiseTable, shape: tuple[int, ...], k: int, stream: RandomStream
    ) -> Array:
        """Draw k distinct words, as :meth:`sample_exact` does, but with no target to leave out.

        Parameters
        ----------
        noise : NoiseTable
            On this backend (``NoiseTable.to``).
        shape : tuple of int
        k : int
            At most V.
        stream : RandomStream
            Advanced by one counter a draw of k words.

        Returns
        -------
        ``(*shape, k)`` int32 array

        Raises
        ------
        ValueError
            ``k`` is below 1 or above V.
        """
        noise.check_distinct(k - 1 if k > 1 else k)
        nothing = self.xp.full(int(np.prod(shape)), noise.size, dtype=self.xp.int32)
        return self._distinct(noise, nothing, k, stream).reshape(*shape, k)

    def _distinct(self, noise: NoiseTable, other: Array, k: int, stream: RandomStream) -> Array:
        """Draw k words a row that are not the row's other one; V stands for "none"."""
        xp = self.xp
        n = other.size
        keys = self._row_bits(stream, n)
        taken = xp.full((n, 1 + k), noise.size, dtype=xp.int32)
        taken[:, 0] = other
        found = xp.zeros(n, dtype=xp.int32)
        attempts = rejection_attempts(k)
        for attempt in range(attempts):
            if not (found < k).any():
                break
            bits = random_bits(keys, xp.full(1, attempt, dtype=xp.uint64))
            word = self._draw(noise, bits)
            rows = xp.flatnonzero((found < k) & ~(taken == word[:, None]).any(axis=1))
            found[rows] += 1
            taken[rows, found[rows]] = word[rows]
        rows = xp.flatnonzero(found < k)
        while rows.size:
            counter = (found[rows] + attempts).astype(xp.uint64)
            word = self._draw_excluding(noise, taken[rows], random_bits(keys[rows], counter))
            found[rows] += 1
            taken[rows, found[rows]] = word
            rows = rows[found[rows] < k]
        return taken[:, 1:]

    def check_exact(self, noise: NoiseTable, targets: Array, k: int) -> None:
        """Refuse what :meth:`sample_exact` cannot do."""
        noise.check_distinct(k)
        self.check_ids(targets, noise.size, "target id")

    def _row_bits(self, stream: RandomStream, n: int) -> Array:
        """64 random bits for each of the stream's next n counters."""
        counters = self.xp.arange(n, dtype=self.xp.uint64) + np.uint64(stream.take(n))
        return random_bits(stream.key, counters)

    def _draw(self, noise: NoiseTable, bits: Array) -> Array:
        """One word of the alias table for each 64 bits: 32 for the column, 32 for the coin."""
        xp = self.xp
        column = (((bits >> _S32) * np.uint64(noise.size)) >> _S32).astype(xp.int64)
        entry = noise.table[column]
        word = xp.where(bits & _LOW_32 < entry[..., 0], column, entry[..., 1])
        return word.astype(xp.int32)

    def _draw_excluding(self, noise: NoiseTable, taken: Array, bits: Array) -> Array:
        """One word a row that is not among the row's taken ones."""
        xp = self.xp
        taken = xp.sort(taken, axis=1)
        low = noise.cumulative[taken]
        weight = noise.cumulative[xp.minimum(taken + 1, noise.size)] - low
        rest = noise.cumulative[-1] - weight.sum(axis=1)
        x = ((bits >> _S11).astype(xp.float64) * 2.0**-53 * rest).astype(xp.int64)
        x = xp.minimum(x, rest - 1)
        for j in range(taken.shape[1]):
            x += xp.where(x >= low[:, j], weight[:, j], 0)
        word = xp.searchsorted(noise.cumulative, x, side="right") - 1
        return word.astype(xp.int32)

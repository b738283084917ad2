"""What workers who train apart make of each other's rows."""

from __future__ import annotations

import numpy as np

from w2v.backend.array import Array
from w2v.backend.reference.arrays import Arrays


class ExchangePrimitives(Arrays):
    """Rows that have changed, and their sums."""

    def changed_rows(self, before: Array, after: Array) -> Array:
        """Return which rows are no longer what they were, rising.

        Parameters
        ----------
        before, after : (U, H) float32 arrays

        Returns
        -------
        (N,) int32 array
        """
        return self.xp.flatnonzero((before != after).any(axis=1)).astype(np.int32)

    def sum_rows(
        self, a: tuple[Array, Array, Array], b: tuple[Array, Array, Array]
    ) -> tuple[Array, Array, Array]:
        """Return the sum of two matrices of which only some rows are given.

        Parameters
        ----------
        a, b : (U,) int32, (U, H) float32 and (U,) float32 arrays
            Which rows, rising; what stands in them; how often each was used.

        Returns
        -------
        (N,) int32, (N, H) float32 and (N,) float32 arrays
            The same of the rows that are given in either.
        """
        xp = self.xp
        if len(a[0]) < len(b[0]):
            a, b = b, a
        end = max(int(index[-1]) + 1 if len(index) else 0 for index, *_ in (a, b))
        there = xp.zeros(end, dtype=bool)
        there[a[0]] = there[b[0]] = True
        index = xp.flatnonzero(there).astype(xp.int32)
        # Where rows of both lie in the sum, without a search: they are rising.
        places = xp.cumsum(there, dtype=xp.int32) - 1
        if len(a[0]) == len(index):  # all rows, as is usual of outputs
            rows, uses = a[1].copy(), a[2].copy()
        else:
            rows = xp.zeros((len(index), a[1].shape[1]), dtype=xp.float32)
            uses = xp.zeros(len(index), dtype=xp.float32)
            at = places[a[0]]
            rows[at], uses[at] = a[1:]
        at = places[b[0]]
        rows[at] += b[1]
        uses[at] += b[2]
        return index, rows, uses

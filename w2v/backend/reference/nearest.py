"""The nearest vectors of many queries at once, in bounded memory."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from w2v.backend.array import Array
from w2v.backend.reference.arrays import Arrays

_QUERIES = 512
_FIRST_VECTORS = 1024
_VECTORS = 8192
_GROUP = 32


class NearestPrimitive(Arrays):
    """Searches vectors by cosine."""

    def nearest(
        self,
        queries: Array,
        vectors: Array,
        norms: Array,
        n: int,
        exclude: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the ``n`` vectors of highest cosine to each query.

        The products are made in tiles of 512 × 8,192 and only the best of each are
        kept, so memory does not grow with queries × vectors.

        Parameters
        ----------
        queries : (Q, H) float32 array
            Of unit length, if the cosines shall be cosines.  NumPy's or this backend's, as
            those that follow.
        vectors : (V, H) float32 array
        norms : (V,) float32 array
            Lengths of the vectors.
        n : int
            How many to find.
        exclude : (Q, E) int NumPy array, optional
            Rows that a query must not find; -1 stands for none.

        Returns
        -------
        indices : (Q, n) int64 NumPy array
            Rows of the vectors, best first, equal ones in their order; -1 where there are
            not so many.
        cosines : (Q, n) float32 NumPy array
            -inf where ``indices`` is -1.
        """
        queries, vectors, norms = map(self.to_numpy, (queries, vectors, norms))
        width = n + (0 if exclude is None else exclude.shape[1])
        indices = np.full((len(queries), width), -1, np.int64)
        values = np.full((len(queries), width), -np.inf, np.float32)
        edges = [0, *range(min(_FIRST_VECTORS, len(vectors)), len(vectors), _VECTORS), len(vectors)]
        for first in range(0, len(queries), _QUERIES):
            rows = slice(first, first + _QUERIES)
            for start, stop in pairwise(edges):
                tile = queries[rows] @ vectors[start:stop].T
                tile /= np.where(norms[start:stop] > 0, norms[start:stop], np.float32(1))
                _merge(indices[rows], values[rows], tile, start)
        if exclude is not None:
            values[(indices[:, :, None] == exclude[:, None, :]).any(axis=2)] = -np.inf
            order = np.argsort(-values, axis=1, kind="stable")[:, :n]
            indices = np.take_along_axis(indices, order, axis=1)
            values = np.take_along_axis(values, order, axis=1)
            indices[np.isneginf(values)] = -1
        return indices, values


def _merge(indices: np.ndarray, values: np.ndarray, tile: np.ndarray, start: int) -> None:
    """Take into the best so far, in place, whatever in ``tile`` is better."""
    n_queries, width = values.shape
    if not width:
        return
    query, column = _candidates(tile, values[:, -1:], width)
    if not len(query):
        return
    found = np.concatenate([values.ravel(), tile[query, column]])
    where = np.concatenate([indices.ravel(), column + start])
    owner = np.concatenate([np.repeat(np.arange(n_queries), width), query])
    order = np.lexsort((where, -found, owner))
    owner = owner[order]
    place = np.arange(len(owner)) - np.searchsorted(owner, np.arange(n_queries))[owner]
    order = order[place < width]
    values[:] = found[order].reshape(n_queries, width)
    indices[:] = where[order].reshape(n_queries, width)


def _candidates(tile: np.ndarray, bar: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Find what in ``tile`` is above ``bar`` and may be among the ``width`` best of its row.

    The maxima of groups of columns decide for most of the tile at a 32nd of the
    comparisons: ``width`` groups have a value at least as high as the ``width``-th
    highest maximum, so nothing below that is among the best.
    """
    n_groups = tile.shape[1] // _GROUP
    if n_groups <= width:
        query, column = np.nonzero(tile > bar)
        return query, column
    # Columns of a group lie ``n_groups`` apart, which lets the maxima be taken row by row.
    grouped = tile[:, : n_groups * _GROUP].reshape(len(tile), _GROUP, n_groups)
    maxima = grouped.max(axis=1)
    bound = np.partition(maxima, -width, axis=1)[:, [-width]]
    query, group = np.nonzero((maxima > bar) & (maxima >= bound))
    column = group[:, None] + n_groups * np.arange(_GROUP)
    found = tile[query[:, None], column]
    high = (found > bar[query]) & (found >= bound[query])
    rest, tail = np.nonzero(tile[:, n_groups * _GROUP :] > bar)
    query = np.concatenate([np.repeat(query, high.sum(axis=1)), rest])
    return query, np.concatenate([column[high], tail + n_groups * _GROUP])

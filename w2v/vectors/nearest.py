"""The nearest vectors of many queries at once, in bounded memory."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.vectors import similarity
from w2v.vectors.similarity import FloatArray

IndexArray = npt.NDArray[np.int64]

_QUERIES = 512
_FIRST_VECTORS = 1024
_VECTORS = 8192
_GROUP = 32
# Multiplications from which on a GPU, if there is one, is worth sending the vectors to.
_WORTH_SENDING = 10**10


def nearest(
    queries: FloatArray,
    vectors: FloatArray,
    norms: FloatArray,
    n: int,
    exclude: IndexArray | None = None,
) -> tuple[IndexArray, FloatArray]:
    """Find the `n` vectors of highest cosine to each query.

    The products are made in tiles of 512 × 8,192 and only the best of each are
    kept, so memory does not grow with queries × vectors.  Equal cosines keep the
    order of the vectors.  Much work goes to a GPU if there is one.

    Parameters
    ----------
    queries : (n_queries, vector_size) float32 array
        Of unit length, if the cosines shall be cosines.
    vectors : (n_vectors, vector_size) float32 array
    norms : (n_vectors,) float32 array
        Lengths of `vectors`.
    n : int
        How many to find.
    exclude : (n_queries, n_excluded) int array, optional
        Rows of `vectors` that a query must not find; -1 stands for none.

    Returns
    -------
    indices : (n_queries, n) int64 array
        Rows of `vectors`, best first; -1 where there are not so many.
    cosines : (n_queries, n) float32 array
        -inf where `indices` is -1.
    """
    if len(queries) * vectors.size > _WORTH_SENDING:
        from w2v.backend import available_backends, get_backend

        if "gpu" in available_backends():
            on_gpu: Any = get_backend("gpu")
            found: tuple[IndexArray, FloatArray] = on_gpu.nearest(
                queries, vectors, norms, n, exclude
            )
            return found
    width = n + (0 if exclude is None else exclude.shape[1])
    indices = np.full((len(queries), width), -1, np.int64)
    values = np.full((len(queries), width), -np.inf, np.float32)
    edges = [0, *range(min(_FIRST_VECTORS, len(vectors)), len(vectors), _VECTORS), len(vectors)]
    for first in range(0, len(queries), _QUERIES):
        rows = slice(first, first + _QUERIES)
        for start, stop in pairwise(edges):
            tile = similarity.dot_products(queries[rows], vectors[start:stop])
            tile = similarity.cosines(tile, norms[start:stop])
            _merge(indices[rows], values[rows], tile, start)
    if exclude is not None:
        values[(indices[:, :, None] == exclude[:, None, :]).any(axis=2)] = -np.inf
        order = np.argsort(-values, axis=1, kind="stable")[:, :n]
        indices = np.take_along_axis(indices, order, axis=1)
        values = np.take_along_axis(values, order, axis=1)
        indices[np.isneginf(values)] = -1
    return indices, values


def best_of(values: FloatArray, n: int) -> IndexArray:
    """Give the indices of the `n` highest values, highest first.

    Parameters
    ----------
    values : (n_values,) float32 array
    n : int

    Returns
    -------
    (min(n, n_values),) int64 array
    """
    if n < len(values):
        candidates = np.sort(np.argpartition(-values, n)[:n])
    else:
        candidates = np.arange(len(values))
    return candidates[np.argsort(-values[candidates], kind="stable")]


def _merge(indices: IndexArray, values: FloatArray, tile: FloatArray, start: int) -> None:
    """Take into the best so far, in place, whatever in `tile` is better."""
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


def _candidates(tile: FloatArray, bar: FloatArray, width: int) -> tuple[IndexArray, IndexArray]:
    """Find what in `tile` is above `bar` and may be among the `width` best of its row.

    The maxima of groups of columns decide for most of the tile at a 32nd of the
    comparisons: `width` groups have a value at least as high as the `width`-th
    highest maximum, so nothing below that is among the best.
    """
    n_groups = tile.shape[1] // _GROUP
    if n_groups <= width:
        query, column = np.nonzero(tile > bar)
        return query, column
    # Columns of a group lie `n_groups` apart, which lets the maxima be taken row by row.
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

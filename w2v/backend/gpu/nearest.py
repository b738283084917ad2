"""The nearest vectors of many queries, on the GPU."""

from __future__ import annotations

import cupy
import numpy as np

from w2v.backend.array import Array

_TILE = 1 << 28  # products at a time: 1 GB


def nearest(
    queries: Array, vectors: Array, norms: Array, n: int, exclude: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Find the ``n`` vectors of highest cosine to each query; all of them on the device.

    The best is taken ``n`` times: for the few that people ask for, each a pass over
    the products at the memory's speed, that is far less than sorting them.

    Parameters and what is returned are those of :meth:`w2v.backend.Backend.nearest`.
    """
    indices = np.full((len(queries), n), -1, dtype=np.int64)
    values = np.full((len(queries), n), -np.inf, dtype=np.float32)
    lengths = cupy.where(norms > 0, norms, np.float32(1))
    step = max(1, _TILE // max(1, len(vectors)))
    for low in range(0, len(queries), step):
        part = slice(low, low + step)
        products = queries[part] @ vectors.T
        products /= lengths
        each = cupy.arange(len(products))
        if exclude is not None:
            out = cupy.asarray(exclude[part])
            row, column = cupy.nonzero(out >= 0)
            products[row, out[row, column]] = -np.inf
        found, best = [], []
        for _ in range(min(n, len(vectors))):
            found.append(products.argmax(axis=1))
            best.append(products[each, found[-1]])
            products[each, found[-1]] = -np.inf
        if found:
            indices[part, : len(found)] = cupy.asnumpy(cupy.stack(found, axis=1))
            values[part, : len(found)] = cupy.asnumpy(cupy.stack(best, axis=1))
    indices[np.isneginf(values)] = -1
    return indices, values

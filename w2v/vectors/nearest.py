"""The nearest vectors of many queries at once, on the backend that finds them soonest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from w2v.backend import Backend, available_backends, get_backend
from w2v.vectors.similarity import FloatArray

IndexArray = npt.NDArray[np.int64]

# Multiplications from which on a GPU, if there is one, is worth sending the vectors to.
_WORTH_SENDING = 10**10


def nearest(
    queries: FloatArray,
    vectors: FloatArray,
    norms: FloatArray,
    n: int,
    exclude: IndexArray | None = None,
) -> tuple[IndexArray, FloatArray]:
    """Find the ``n`` vectors of highest cosine to each query.

    Much work goes to a GPU if there is one.  Parameters and what is returned are those of
    :meth:`w2v.backend.Backend.nearest`.
    """
    worth_sending = len(queries) * vectors.size > _WORTH_SENDING
    on_gpu = worth_sending and "gpu" in available_backends()
    # The reference serves where no kernel is wanted, as it needs none to be loaded.
    backend = get_backend("gpu") if on_gpu else Backend()
    return backend.nearest(queries, vectors, norms, n, exclude)


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

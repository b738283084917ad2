"""Windows over a corpus of word ids: every centre word with the words around it."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import ArrayLike, NDArray

from w2v.backend import to_cpu


def context_windows(corpus: ArrayLike, window: int) -> NDArray[np.integer]:
    """View the words left and right of every centre, without copying.

    Parameters
    ----------
    corpus : (T,) integers
        Word ids in reading order.
    window : int
        Words taken on each side, 1 or more.

    Returns
    -------
    (T - 2 * window, 2, window) read-only view
        ``[n, 0]`` are the words left of target n, ``[n, 1]`` those right of it, both in
        reading order. Target n is ``corpus[n + window]``.

    Raises
    ------
    ValueError
        A corpus that is not one-dimensional, holds no integers or is shorter than
        ``2 * window + 1``, or a window below 1.
    """
    ids = _checked(corpus, window)
    step = ids.strides[0]
    return as_strided(
        ids,
        shape=(len(ids) - 2 * window, 2, window),
        strides=(step, (window + 1) * step, step),
        writeable=False,
    )


def create_contexts_target(
    corpus: ArrayLike, window_size: int = 1
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Pair every word with the words around it.

    The first and the last ``window_size`` words have no full window and are no targets.

    Parameters
    ----------
    corpus : (T,) integers
        Word ids in reading order.
    window_size : int, default 1
        Words taken on each side.

    Returns
    -------
    contexts : (T - 2 * window_size, 2 * window_size) integers
        The words around each target in reading order, left ones first.
    target : (T - 2 * window_size,) integers
        A view into the corpus.

    Raises
    ------
    ValueError
        As :func:`context_windows`.
    """
    ids = _checked(corpus, window_size)
    contexts = context_windows(ids, window_size).reshape(-1, 2 * window_size)
    return contexts, ids[window_size:-window_size]


def _checked(corpus: ArrayLike, window: int) -> NDArray[np.integer]:
    ids = to_cpu(corpus)
    if window < 1:
        raise ValueError(f"window must be 1 or more, got {window}")
    if ids.ndim != 1:
        raise ValueError(f"corpus must have one dimension, got shape {ids.shape}")
    if len(ids) < 2 * window + 1:
        raise ValueError(
            f"a window of {window} needs {2 * window + 1} words or more, the corpus has {len(ids)}"
        )
    if not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"corpus must hold integer word ids, got dtype {ids.dtype}")
    return ids

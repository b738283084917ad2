"""Matrices whose rows start on cache lines and end in unseen zeros."""

from __future__ import annotations

import numpy as np

LINE = 64  # bytes of a cache line, and of the widest vector


def padded_width(width: int) -> int:
    """Columns that a row of float32 is padded to."""
    per_line = LINE // 4
    return -(-width // per_line) * per_line


def zero_rows(shape: tuple[int, int]) -> np.ndarray:
    """Return a (V, H) float32 matrix of zeros that :func:`padded` finds padded.

    Parameters
    ----------
    shape : (int, int)
    """
    size = shape[0] * padded_width(shape[1])
    flat = np.zeros(size + LINE // 4, dtype=np.float32)
    start = -flat.ctypes.data % LINE // 4
    return flat[start : start + size].reshape(shape[0], -1)[:, : shape[1]]


def padded(W: np.ndarray) -> np.ndarray | None:
    """Return the whole of a matrix made by :func:`zero_rows`, padding included.

    Parameters
    ----------
    W : (V, H) float32 array

    Returns
    -------
    (V, padded_width(H)) float32 array or None
        A view; None if the matrix is laid out differently or its padding is not zero.
    """
    rows, width = W.shape[0], padded_width(W.shape[1])
    flat = W if W.base is None else W.base
    if W.dtype != np.float32 or W.strides != (4 * width, 4) or W.ctypes.data % LINE:
        return None
    if not isinstance(flat, np.ndarray) or flat.dtype != np.float32 or not flat.flags.c_contiguous:
        return None
    flat = flat.reshape(-1)
    start = (W.ctypes.data - flat.ctypes.data) // 4
    if start < 0 or start + rows * width > flat.size:
        return None
    whole = flat[start : start + rows * width].reshape(rows, width)
    return None if whole[:, W.shape[1] :].any() else whole


def padded_copy(W: np.ndarray) -> np.ndarray:
    """Return a copy of a (V, H) matrix that :func:`padded` finds padded."""
    copy = zero_rows((W.shape[0], W.shape[1]))
    copy[:] = W
    return copy

"""Matrices whose rows start on cache lines and end in unseen zeros."""

from __future__ import annotations

from weakref import ref

import numpy as np
from numpy.typing import DTypeLike

# What zero_rows has allocated, by identity, with the columns that can be seen. The rest of
# its rows stays zero, as nobody can reach it; looking would touch every row.
_made: dict[int, tuple[ref[np.ndarray], int]] = {}

LINE = 64  # bytes of a cache line, and of the widest vector
_PAIR = 2 * LINE  # what processors fetch together


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
    key = id(flat)
    _made[key] = ref(flat, lambda _: _made.pop(key, None)), shape[1]
    start = -flat.ctypes.data % LINE // 4
    return flat[start : start + size].reshape(shape[0], -1)[:, : shape[1]]


def own_lines(shape: int | tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
    """Return an array of zeros that shares no cache line with anything else.

    What threads write must not stand beside what others read: each write takes the line away.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : data type
    """
    dtype = np.dtype(dtype)
    size = int(np.prod(shape)) * dtype.itemsize
    flat = np.zeros(-(-size // _PAIR) * _PAIR + _PAIR, np.uint8)
    start = -flat.ctypes.data % _PAIR
    return flat[start : start + size].view(dtype).reshape(shape)


def padded(W: np.ndarray) -> np.ndarray | None:
    """Return the whole of a matrix made by :func:`zero_rows`, padding included.

    Parameters
    ----------
    W : (V, H) float32 array

    Returns
    -------
    (V, padded_width(H)) float32 array or None
        A view; None if the matrix is not one of those, or some columns of one.
    """
    rows, width = W.shape[0], padded_width(W.shape[1])
    flat = W.base
    known, columns = _made.get(id(flat), (None, 0))
    if flat is None or known is None or known() is not flat:
        return None
    if W.strides != (4 * width, 4) or W.shape[1] != columns:
        return None
    start = (W.ctypes.data - flat.ctypes.data) // 4
    if W.ctypes.data % LINE or start + rows * width > flat.size:
        return None
    return flat[start : start + rows * width].reshape(rows, width)


def padded_copy(W: np.ndarray) -> np.ndarray:
    """Return a copy of a (V, H) matrix that :func:`padded` finds padded."""
    copy = zero_rows((W.shape[0], W.shape[1]))
    copy[:] = W
    return copy

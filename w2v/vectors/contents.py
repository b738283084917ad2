"""What a table can hold: vectors and counts that fit its words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.vectors.similarity import FloatArray


def float_type(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return a type of vectors.

    Raises
    ------
    ValueError
        A type that is no float of 16, 32 or 64 bits.
    """
    found = np.dtype(dtype)
    if found.type not in (np.float16, np.float32, np.float64):
        raise ValueError(f"dtype must be float32, float16 or float64, got {found}")
    return np.dtype(found.type)


def fitted_matrix(vectors: npt.ArrayLike, n_words: int, dtype: np.dtype[Any]) -> FloatArray:
    """Return vectors as floats, without a copy where they are, one for each word.

    Raises
    ------
    ValueError
        Another number of vectors than of words, or no table of them.
    """
    matrix = np.asarray(vectors, dtype)
    if matrix.ndim != 2:
        raise ValueError(
            f"vectors have shape {matrix.shape}; a table (n_words, vector_size) is needed"
        )
    if len(matrix) != n_words:
        raise ValueError(f"{n_words:,} words but {len(matrix):,} vectors: each word needs one row")
    return matrix


def fitted_counts(counts: npt.ArrayLike, n_words: int) -> npt.NDArray[np.int64]:
    """Return counts as integers, one for each word.

    Raises
    ------
    ValueError
        Another number of counts than of words, or what is no integer of 64 bits.
    """
    counted = np.asarray(counts)
    if counted.dtype.kind not in "iu" and counted.size:
        raise ValueError(f"counts are {counted.dtype}, expected integers")
    if counted.shape != (n_words,):
        raise ValueError(f"counts have shape {counted.shape}, expected ({n_words},): one a word")
    if counted.size and counted.max() > np.iinfo(np.int64).max:
        raise ValueError(f"counts go up to {counted.max()}, more than 64 bits hold")
    return counted.astype(np.int64, copy=False)

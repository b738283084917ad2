"""The arithmetic under every query: products, norms, unit vectors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_BLOCK_VALUES = 1 << 22
_SMALLEST_SURE = 1e-15


def row_blocks(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Cut rows into slices of about four million values, at least one row each."""
    step = max(1, _BLOCK_VALUES // max(1, n_columns))
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def row_norms(vectors: FloatArray) -> FloatArray:
    """Compute the Euclidean length of each row, without a copy of the matrix.

    Parameters
    ----------
    vectors : (n_vectors, vector_size) float32 array

    Returns
    -------
    (n_vectors,) float32 array
    """
    vectors = vectors.astype(np.float32, copy=False)
    with np.errstate(over="ignore"):
        norms: FloatArray = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    # The squares of numbers beyond 1e19, or below 1e-19, do not fit float32; their root does.
    odd = np.flatnonzero(np.isinf(norms) | (norms < _SMALLEST_SURE))
    for rows in row_blocks(len(odd), vectors.shape[1]):
        with np.errstate(over="ignore"):
            norms[odd[rows]] = np.linalg.norm(vectors[odd[rows]].astype(np.float64), axis=1)
    return norms


def unit(vector: npt.NDArray[np.floating]) -> FloatArray:
    """Scale one vector to length 1; a vector of zeros stays as it is.

    Parameters
    ----------
    vector : (vector_size,) float array

    Returns
    -------
    (vector_size,) float32 array
    """
    # In double precision as gensim has it: figures made of ranks move when the last bit does.
    exact = vector.astype(np.float64)  # a copy, as another thread may train it
    norm = float(np.linalg.norm(exact))
    return (exact * (1.0 / norm) if norm else exact).astype(np.float32)


def cosines(dots: FloatArray, norms: FloatArray) -> FloatArray:
    """Divide products with unit vectors by the lengths, in place; a length of 0 gives 0.

    Parameters
    ----------
    dots : (..., n_vectors) float32 array
        Overwritten.
    norms : (n_vectors,) float32 array

    Returns
    -------
    (..., n_vectors) float32 array
        ``dots``.
    """
    dots /= np.where(norms > 0, norms, np.float32(1))
    return dots

"""The norms of a table's vectors, kept as long as nobody can have changed the vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from w2v.vectors.similarity import FloatArray, row_norms


class KeptNorms:
    """Norms of the vectors of one matrix at a time, computed when first asked for."""

    def __init__(self) -> None:
        self._changes = 0
        self._kept: tuple[FloatArray, int, FloatArray] | None = None

    @property
    def changes(self) -> int:
        """How often vectors have been written to."""
        return self._changes

    def forget(self) -> None:
        """Say that vectors have been written to; to be called when that is done."""
        self._changes += 1

    def of(self, matrix: FloatArray) -> FloatArray:
        """Return the norms of a matrix's rows.

        Parameters
        ----------
        matrix : (n_vectors, vector_size) float32 array

        Returns
        -------
        (n_vectors,) float32 array
        """
        kept = self._kept
        if kept is not None and kept[0] is matrix and kept[1] == self._changes:
            return kept[2]
        # Taken before the vectors are read: what another thread writes meanwhile is noticed.
        changes = self._changes
        norms = row_norms(matrix)
        self._kept = (matrix, changes, norms)
        return norms


def is_shared(matrix: FloatArray, given: Any) -> bool:
    """Tell whether somebody can write to a matrix that was made of what is given.

    Parameters
    ----------
    matrix : array
    given : array or what makes one
        A list, and numbers of another type, have been copied.
    """
    if isinstance(given, list | tuple) or getattr(given, "dtype", matrix.dtype) != matrix.dtype:
        return False
    array: Any = matrix
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return True
        array = array.base
    return False

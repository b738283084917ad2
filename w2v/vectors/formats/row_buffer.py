"""A matrix that grows with the rows that are read."""

from __future__ import annotations

import numpy as np

from w2v.vectors.similarity import FloatArray


class RowBuffer:
    """A matrix that grows by blocks of rows, so that memory follows the data that came.

    Parameters
    ----------
    vector_size : int
    expected_rows : int
        Room made at once; give what is certain to come.
    """

    def __init__(self, vector_size: int, expected_rows: int) -> None:
        self._matrix = np.empty((expected_rows, vector_size), np.float32)
        self._filled = 0

    def append(self, rows: FloatArray) -> None:
        """Add rows of shape (n, vector_size)."""
        needed = self._filled + len(rows)
        if needed > len(self._matrix):
            capacity = max(needed, len(self._matrix) * 3 // 2)
            self._matrix.resize((capacity, self._matrix.shape[1]), refcheck=False)
        self._matrix[self._filled : needed] = rows
        self._filled = needed

    def finish(self) -> FloatArray:
        """Return the matrix of all rows added."""
        if self._filled < len(self._matrix):
            self._matrix.resize((self._filled, self._matrix.shape[1]), refcheck=False)
        return self._matrix

"""Some rows of a matrix, as kernels leave them."""

from __future__ import annotations

import numpy as np

from w2v.backend.array import Array


class TouchedRows:
    """Some rows of a matrix, each once, in no particular order.

    Parameters
    ----------
    index : (U,) int32 array
    rows : (U, H) float array
    """

    def __init__(self, index: Array, rows: Array) -> None:
        self.index = index
        self.rows = rows

    @property
    def padded_index(self) -> Array:
        """The rows' numbers in an array whose length is known without waiting for a device.

        After them one of them may be repeated, with a zero row in :attr:`padded_rows`.
        """
        return self.index

    @property
    def padded_rows(self) -> Array:
        """The rows of :attr:`padded_index`; a view."""
        return self.rows

    def with_rows(self, rows: Array) -> TouchedRows:
        """Return the same places with other rows, one for each of :attr:`padded_index`."""
        return TouchedRows(self.index, rows)

    def to_dense(self, n_rows: int) -> Array:
        """Return the whole matrix of so many rows, zeros included."""
        rows = self.rows
        dense = np.zeros_like(rows, shape=(n_rows, rows.shape[1]))  # CuPy's, for CuPy's rows
        dense[self.index] = rows
        return dense

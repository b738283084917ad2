"""Row-sparse gradients of embedding matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy or a CuPy array, whichever the backend at hand works on."""


@dataclass
class RowGrad:
    """The gradient of a matrix of which only some rows were touched.

    Parameters
    ----------
    index : (U,) int32 array
        The touched rows, each once, in no particular order.
    rows : (U, H) float array
        Their gradients.
    size : int
        V, the number of rows of the whole matrix.
    """

    index: Array
    rows: Array
    size: int

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (V, H) of the whole matrix."""
        return self.size, self.rows.shape[1]

    @property
    def padded_index(self) -> Array:
        """The touched rows in an array whose length is known without waiting for a device.

        After them one of them may be repeated, with a zero row in :attr:`padded_rows`.
        """
        return self.index

    @property
    def padded_rows(self) -> Array:
        """Gradients of :attr:`padded_index`; a view."""
        return self.rows

    def to_dense(self) -> Array:
        """Return the whole (V, H) gradient, zeros included."""
        dense = np.zeros_like(self.rows, shape=self.shape)  # CuPy's, for CuPy's rows
        dense[self.index] = self.rows
        return dense

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        dense = self.to_dense()
        dense = dense.get() if hasattr(dense, "get") else dense
        return dense if dtype is None else dense.astype(dtype)

    def __imul__(self, factor: float) -> RowGrad:
        self.rows *= factor
        return self

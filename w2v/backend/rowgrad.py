"""Row-sparse gradients of embedding matrices."""

from __future__ import annotations

import numpy as np

from w2v.backend.array import Array
from w2v.backend.row_arithmetic import RowArithmetic
from w2v.backend.touched_rows import TouchedRows


class RowGrad(RowArithmetic):
    """The gradient of a matrix of which only some rows were touched.

    It stands for the whole (V, H) matrix in any expression: what keeps a zero zero gives
    another ``RowGrad``, everything else a dense array.  A layer makes one and fills it
    in every backward pass.

    Parameters
    ----------
    index : (U,) int array
        The touched rows, each once, in no particular order.
    rows : (U, H) float array
        Their gradients.
    size : int
        V, the number of rows of the whole matrix.

    Raises
    ------
    ValueError
        Arrays that do not fit together, a row outside 0 .. V − 1, or one that stands twice.
    """

    def __init__(self, index: Array, rows: Array, size: int) -> None:
        if not (hasattr(index, "dtype") and hasattr(rows, "dtype")):
            raise TypeError(
                f"a row-sparse gradient takes arrays, got {type(index).__name__} and "
                f"{type(rows).__name__}"
            )
        if index.ndim != 1 or rows.ndim != 2 or len(index) != len(rows):
            raise ValueError(
                f"a row-sparse gradient takes (U,) row numbers and (U, H) rows, got shapes "
                f"{index.shape} and {rows.shape}"
            )
        if index.size:
            if index.dtype.kind not in "iu" or not index.dtype.isnative:
                raise ValueError(
                    f"row numbers must be integers from 0 to {size - 1}, got {index.dtype!r}"
                )
            low, high = int(index.min()), int(index.max())
            if low < 0 or high >= size:
                raise ValueError(
                    f"row numbers must be integers from 0 to {size - 1}, got {low} to {high}"
                )
            if len(set(index.tolist())) < index.size:
                raise ValueError("a row stands twice in a row-sparse gradient: sum its rows first")
        self.touched = TouchedRows(index.astype("int32", copy=False), rows)
        self.n_rows = size

    @classmethod
    def of(cls, touched: TouchedRows, size: int) -> RowGrad:
        """Return the gradient of rows that are known to be right, such as a kernel's."""
        grad = object.__new__(RowGrad)
        grad.touched = touched
        grad.n_rows = size
        return grad

    @classmethod
    def zeros(cls, W: Array) -> RowGrad:
        """Return the gradient of a matrix before any backward pass.

        Parameters
        ----------
        W : (V, H) float array
        """
        # Copies, as a view would keep W alive where it is replaced.
        rows = W[:0].copy()
        return cls.of(TouchedRows(np.zeros_like(rows, shape=0, dtype=np.int32), rows), len(W))

    def assign(self, other: RowGrad) -> None:
        """Stand for what another gradient stands for now."""
        self.touched = other.touched

    @property
    def index(self) -> Array:
        """(U,) int32 array, the touched rows."""
        return self.touched.index

    @property
    def rows(self) -> Array:
        """(U, H) float array, their gradients."""
        return self.touched.rows

    @property
    def padded_index(self) -> Array:
        """(U or more,) ids, of a length known without waiting for a device; one may be repeated."""
        return self.touched.padded_index

    @property
    def padded_rows(self) -> Array:
        """The rows of :attr:`padded_index`, zeros where an id is repeated; a view."""
        return self.touched.padded_rows

    def _like(self, touched: TouchedRows) -> RowGrad:
        return RowGrad.of(touched, self.n_rows)

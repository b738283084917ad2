"""Looking up rows of a matrix: the product with one-hot vectors, without the product."""

from __future__ import annotations

from typing import Any

from w2v.backend import Array, RowGrad, backend_for
from w2v.layers.base import Layer
from w2v.layers.columns import Columns


class Embedding(Layer):
    """Rows of W by word id.

    Parameters
    ----------
    W : (V, H) float array
        Used in place.

    Attributes
    ----------
    grads : [RowGrad]
        Gradient of the rows that the last batch touched, repeated ids summed.
    idx : (B,) or (B, C) int32 array or None
        Word ids of the last forward pass.
    batch : tuple or None
        Word ids of the last backward pass, and the gradient that it was given.

    Raises
    ------
    ValueError
        W is no matrix of float32 or float64 numbers.
    """

    def __init__(self, W: Array) -> None:
        if getattr(W, "ndim", 0) != 2 or W.dtype not in ("float32", "float64"):
            raise ValueError(
                f"W must be a (V, H) array of float32 or float64, got "
                f"{getattr(W, 'dtype', type(W).__name__)} in shape {getattr(W, 'shape', ())}"
            )
        super().__init__(W)
        self.backend = backend_for(W)
        self.grads = [RowGrad.zeros(W)]
        self.idx: Array = None
        self.batch: Any = None

    def check(self, idx: Array) -> Array:
        """Return word ids as int32, or say which one the matrix has no row for."""
        self.backend.check_matrix(self.params[0])  # it may be another than at first
        idx = self.backend.asarray(idx)
        self.backend.check_ids(idx, self.params[0].shape[0])
        return idx.astype("int32", copy=False)

    def numbers(self, x: Array, what: str) -> Array:
        """Return numbers in the matrix's type, or say that they are none."""
        x, dtype = self.backend.asarray(x), self.params[0].dtype
        if x.dtype == dtype:
            return x
        if x.dtype.kind not in "iuf":
            raise ValueError(f"{what} must be real numbers, got {x.dtype}")
        return x.astype(dtype)

    def forward(self, idx: Array) -> Array:
        """Look the rows up.

        Parameters
        ----------
        idx : (B,) or (B, C) int array
            Word ids.

        Returns
        -------
        (B, H) or (B, C, H) float array

        Raises
        ------
        ValueError
            Ids that are no integers, or one below 0 or above V − 1.
        """
        self.idx = self.check(idx)
        return self.params[0][self.idx]  # as take_rows, which would check once more

    def mean(self, idx: Array) -> Array:
        """Return ``forward(idx).mean(axis=1)``, without the rows in between.

        Parameters
        ----------
        idx : (B, C) int array
            Word ids.

        Returns
        -------
        (B, H) float array

        Raises
        ------
        ValueError
            As :meth:`forward`.
        """
        self.idx = self.check(idx)
        return self.backend.weighted_rows(self.params[0], self.idx, self._shares())

    def backward_mean(self, dh: Array) -> None:
        """Do what :meth:`backward` does, after :meth:`mean`.

        Parameters
        ----------
        dh : (B, H) float array
            Gradient of the mean.
        """
        idx, W = self.idx, self.params[0]
        each = (dh / idx.shape[1])[:, None]
        self.batch = idx, self.backend.xp.broadcast_to(each, (*idx.shape, W.shape[1]))
        self.keep_gradient(self.backend.reduce_outer(idx, self._shares(), dh, W.shape[0]))

    def _shares(self) -> Array:
        shape = self.idx.shape
        return self.backend.xp.full(shape, 1 / shape[1], dtype=self.params[0].dtype)

    def backward(self, dout: Array) -> None:
        """Sum the gradients of equal ids.

        Parameters
        ----------
        dout : (B, H) or (B, C, H) float array
            May be a broadcast view.

        Raises
        ------
        ValueError
            There was no forward pass, or ``dout`` does not broadcast to its output.
        """
        W, idx = self.params[0], self.idx
        if idx is None:
            raise ValueError("a backward pass comes after a forward pass")
        dout = self.numbers(dout, "dout")
        if dout.shape != (*idx.shape, W.shape[1]):
            dout = self.backend.xp.broadcast_to(dout, (*idx.shape, W.shape[1]))
        self.batch = idx, dout
        if idx.ndim not in (1, 2):
            idx, dout = idx.reshape(-1), dout.reshape(-1, W.shape[1])
        self.keep_gradient(self.backend.reduce_rows(idx, dout, W.shape[0]))

    def gradient_of(self, columns: Columns) -> RowGrad:
        """Return the share of some columns in the gradient of the last backward pass."""
        contiguous = self.backend.xp.ascontiguousarray
        idx, dout = (contiguous(columns.of(each)) for each in self.batch)
        return self.backend.reduce_rows(idx, dout, self.params[0].shape[0])

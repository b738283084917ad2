"""Looking up rows of a matrix: the product with one-hot vectors, without the product."""

from __future__ import annotations

from w2v.backend import Array
from w2v.layers.base import EmbeddingLayer


class Embedding(EmbeddingLayer):
    """Rows of W by word id.

    Parameters
    ----------
    W : (V, H) float array
        Used in place.

    Attributes
    ----------
    grads : [RowGrad]
        Gradient of the rows that the last batch touched, repeated ids summed.
    """

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
            An id below 0 or above V − 1.
        """
        self.index = self.check(idx)
        return self.backend.take_rows(self.params[0], self.index)

    def backward(self, dout: Array) -> None:
        """Sum the gradients of equal ids.

        Parameters
        ----------
        dout : (B, H) or (B, C, H) float array
            May be a broadcast view.
        """
        self.grads[0] = self.backend.reduce_rows(self.index, dout, self.params[0].shape[0])

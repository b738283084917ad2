"""Scores of chosen words only: the output layer's product without the other V − 1 − k rows."""

from __future__ import annotations

from w2v.backend import Array
from w2v.layers.base import EmbeddingLayer


class EmbeddingDot(EmbeddingLayer):
    """Dot products of hidden vectors with rows of W.

    Parameters
    ----------
    W : (V, H) float array
        Used in place.

    Attributes
    ----------
    grads : [RowGrad]
        Gradient of the rows that the last batch touched, repeated ids summed.
    """

    def forward(self, h: Array, idx: Array) -> Array:
        """Score words against hidden vectors.

        Parameters
        ----------
        h : (B, H) float array
        idx : (B,) or (B, K) int array
            One word, or K words, for every hidden vector.

        Returns
        -------
        (B,) or (B, K) float array
            ``h[b] · W[idx[b, k]]``.

        Raises
        ------
        ValueError
            An id below 0 or above V − 1.
        """
        idx = self.check(idx)
        self.h = h
        self.index = idx.reshape(len(h), -1)
        return self.backend.row_dot(self.params[0], self.index, h).reshape(idx.shape)

    def backward(self, dout: Array) -> Array:
        """Pass gradients on to h and, summed by word, to W.

        Parameters
        ----------
        dout : (B,) or (B, K) float array

        Returns
        -------
        (B, H) float array
            ``Σ_k dout[b, k] W[idx[b, k]]``.
        """
        W = self.params[0]
        dout = dout.reshape(self.index.shape)
        # First what reads W, while a cache may hold the rows of the forward pass.
        dh = self.backend.weighted_rows(W, self.index, dout)
        self.grads[0] = self.backend.reduce_outer(self.index, dout, self.h, W.shape[0])
        return dh

"""Scores of chosen words only: the output layer's product without the other V − 1 − k rows."""

from __future__ import annotations

from typing import Any

from w2v.backend import Array, RowGrad
from w2v.layers.base import Layer
from w2v.layers.columns import Columns
from w2v.layers.embedding import Embedding


class EmbeddingDot(Layer):
    """Dot products of hidden vectors with rows of W.

    Parameters
    ----------
    W : (V, H) float array
        Used in place.

    Attributes
    ----------
    embed : Embedding
        Has W, its gradient, and the word ids of the last forward pass.
    grads : [RowGrad]
        Gradient of the rows that the last batch touched, repeated ids summed.
    h : (B, H) float array or None
        Hidden vectors of the last forward pass.
    batch : tuple or None
        Word ids and hidden vectors of the last backward pass, and the gradient it was given.
    """

    def __init__(self, W: Array) -> None:
        self.embed = Embedding(W)
        self.backend = self.embed.backend
        self.params = self.embed.params
        self.grads = self.embed.grads
        self.h: Array = None
        self.batch: Any = None

    @property
    def cache(self) -> tuple[Array, Array] | None:
        """Hidden vectors of the last forward pass, and the rows of its words as W has them now.

        A subclass that scores by itself assigns it.
        """
        return self.cache_of(self.embed.idx)

    @cache.setter
    def cache(self, hidden_and_rows: tuple[Array, Array]) -> None:
        self.h = hidden_and_rows[0]

    def cache_of(self, idx: Array) -> tuple[Array, Array] | None:
        """Return what :attr:`cache` is for some of the words; None before a forward pass."""
        return None if idx is None else (self.h, self.params[0][idx])

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
            Hidden vectors of another number or dimension, ids that are no integers, or one
            below 0 or above V − 1.
        """
        W, idx = self.params[0], self.embed.check(idx)
        h = self.embed.numbers(h, "h")
        if idx.ndim not in (1, 2) or h.shape != (len(idx), W.shape[1]):
            raise ValueError(
                f"a hidden vector of {W.shape[1]} numbers is needed for each of the ids in shape "
                f"{idx.shape}, got hidden vectors in shape {h.shape}"
            )
        self.h, self.embed.idx = h, idx
        return self.backend.row_dot(W, idx.reshape(len(h), -1), h).reshape(idx.shape)

    def backward(self, dout: Array) -> Array:
        """Pass gradients on to h and, summed by word, to W.

        Parameters
        ----------
        dout : (B,) or (B, K) float array

        Returns
        -------
        (B, H) float array
            ``Σ_k dout[b, k] W[idx[b, k]]``, by the rows that W has now: it is stepped after
            the backward pass, not between the two.

        Raises
        ------
        ValueError
            There was no forward pass, or ``dout`` has another number of values.
        """
        W, idx = self.params[0], self.embed.idx
        if idx is None:
            raise ValueError("a backward pass comes after a forward pass")
        dout = self.embed.numbers(dout, "dout")
        if dout.size != idx.size:
            raise ValueError(f"a gradient of shape {idx.shape} is needed, got {dout.shape}")
        idx = idx.reshape(len(idx), -1)
        weight = dout.reshape(idx.shape)
        self.batch = idx, self.h, weight
        # First what reads W, while a cache may hold the rows of the forward pass.
        dh = self.backend.weighted_rows(W, idx, weight)
        self.keep_gradient(self.backend.reduce_outer(idx, weight, self.h, W.shape[0]))
        return dh

    def gradient_of(self, columns: Columns) -> RowGrad:
        """Return the share of some columns in the gradient of the last backward pass."""
        contiguous, (idx, h, weight) = self.backend.xp.ascontiguousarray, self.batch
        idx, weight = contiguous(columns.of(idx)), contiguous(columns.of(weight))
        return self.backend.reduce_outer(idx, weight, h, self.params[0].shape[0])

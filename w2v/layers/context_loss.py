"""What the losses that spare the softmax over all words share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from w2v.backend import Array, Backend, HuffmanTree, NoiseTable
from w2v.layers.base import Layer


class ContextLoss(Layer):
    """Loss of predicting words from hidden vectors by a few yes-or-no questions each.

    Attributes
    ----------
    backend : Backend
    sample_size : int
        Negatives a target.
    exact : bool
        Whether they are distinct and never the target.
    """

    backend: Backend
    sample_size: Any
    exact: Any

    @property
    @abstractmethod
    def output(self) -> NoiseTable | HuffmanTree:
        """What words are told by: noise, or a tree."""

    @abstractmethod
    def forward(self, h: Array, target: Array) -> Array:
        """Return the loss of a batch, summed over its targets and averaged over its rows."""

    @abstractmethod
    def backward(self, dout: float = 1) -> Array:
        """Return the gradient by h, shape (B, H)."""

    def log_probabilities(self, h: Array) -> Array:
        """Return how likely every word is.

        Parameters
        ----------
        h : (H,) float array
            A hidden vector.

        Returns
        -------
        (V,) float64 array
            Logarithms of probabilities that add up to 1.
        """
        return self.output.log_probabilities(self.backend, self.params[0], h)

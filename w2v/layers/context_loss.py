"""What the losses that spare the softmax over all words share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple

from w2v.backend import Array, Backend, backend_for
from w2v.backend.output import Output
from w2v.layers.base import Layer
from w2v.layers.embedding_dot import EmbeddingDot
from w2v.layers.sigmoid_with_loss import SigmoidWithLoss

# Whose loss and gradient are zero if the answer is yes.
_CERTAIN = 1e4


class Questions(NamedTuple):
    """The yes-or-no questions that a batch's targets are found by.

    Parameters
    ----------
    rows : (B, Q) int array
        Which output vectors each hidden vector is multiplied by.
    labels : (B, Q) array, or one that broadcasts to it
        1 for yes, 0 for no.
    beyond : (B, Q) bool array or None
        What fills rows up and is no question; its label is yes.
    """

    rows: Array
    labels: Array
    beyond: Array | None = None


class ContextLoss(Layer):
    """Loss of predicting words from hidden vectors by a few yes-or-no questions each.

    Parameters
    ----------
    W : (rows, H) float array
        Output vectors, used in place.

    Attributes
    ----------
    backend : Backend
    sample_size : int
        Negatives a target.
    exact : bool
        Whether they are distinct and never the target.
    sampler : UnigramSampler or None
        What draws the negatives, or what stands for it.
    hs : bool
        Whether there is a tree.
    """

    backend: Backend
    sample_size: Any
    exact: Any
    sampler: Any = None
    hs: ClassVar[bool] = False

    def __init__(self, W: Array) -> None:
        self.backend = backend_for(W)
        self.embed_dot = EmbeddingDot(W)
        self.loss = SigmoidWithLoss()
        self.params = self.embed_dot.params
        self.grads = self.embed_dot.grads

    @property
    @abstractmethod
    def output(self) -> Output:
        """What words are told by: noise, a tree or both."""

    @abstractmethod
    def questions(self, target: Array) -> Questions:
        """Return what is asked of a batch with such targets, (B,) or (B, C) ids."""

    def forward(self, h: Array, target: Array) -> Array:
        """Return the loss of a batch, summed over its targets and averaged over its rows.

        Parameters
        ----------
        h : (B, H) float array
            Hidden vectors.
        target : (B,) or (B, C) int array
            The right words, each of which gets questions of its own.

        Returns
        -------
        0-d float array
            In nats; before training ln 2 a question: 1 + k a target with k negatives, and
            one for each inner node of its path with a tree.

        Raises
        ------
        ValueError
            Another number of targets than of hidden vectors, or one below 0 or above V − 1.
        """
        target = self.backend.asarray(target)
        if len(target) != len(h):
            raise ValueError(f"{len(h)} hidden vectors need as many targets, got {len(target)}")
        rows, labels, beyond = self.questions(target)
        scores = self.embed_dot.forward(h, rows)
        if beyond is not None:
            scores = self.backend.xp.where(beyond, scores.dtype.type(_CERTAIN), scores)
        return self.loss.forward(scores, labels)

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient by h, shape (B, H)."""
        return self.embed_dot.backward(self.loss.backward(dout))

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

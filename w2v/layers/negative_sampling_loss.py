"""Negative sampling: V-way classification turned into 1 + k yes-or-no questions."""

from __future__ import annotations

from typing import Any

from w2v.backend import Array, backend_for
from w2v.layers.base import Layer
from w2v.layers.embedding_dot import EmbeddingDot
from w2v.layers.parts import Columns, EmbeddingDotPart, SigmoidPart
from w2v.layers.sigmoid_with_loss import SigmoidWithLoss
from w2v.layers.unigram_sampler import UnigramSampler


class NegativeSamplingLoss(Layer):
    """Loss of telling target words from sampled ones [1]_.

    Parameters
    ----------
    W : (V, H) float array
        Output vectors, used in place.
    corpus : (N,) int array
        Word ids from which negatives are drawn by count.
    power : float, default 0.75
        Exponent of the counts.
    sample_size : int, default 5
        k, the negatives a target.
    **sampler_options
        Further arguments of :class:`UnigramSampler`: ``counts``, ``sampling``, ``seed``.

    Attributes
    ----------
    sampler : UnigramSampler
        Or whatever else has ``sample_size`` and ``get_negative_sample(target)``.

    References
    ----------
    .. [1] Mikolov et al., "Distributed Representations of Words and Phrases and
       their Compositionality", 2013, equation 4.
    """

    def __init__(
        self,
        W: Array,
        corpus: Array | None,
        power: float = 0.75,
        sample_size: int = 5,
        **sampler_options: Any,
    ) -> None:
        self.backend = backend_for(W)
        self.sampler = UnigramSampler(
            corpus, power, sample_size, backend=self.backend, **sampler_options
        )
        self.embed_dot = EmbeddingDot(W)
        self.loss = SigmoidWithLoss()
        self.params = self.embed_dot.params
        self.grads = self.embed_dot.grads

    def forward(self, h: Array, target: Array) -> Array:
        """Return the loss of a batch, summed over its targets and averaged over its rows.

        Parameters
        ----------
        h : (B, H) float array
            Hidden vectors.
        target : (B,) or (B, C) int array
            The right words, each of which gets k negatives of its own.

        Returns
        -------
        0-d float array
            In nats; (1 + k) ln 2 a target before training.

        Raises
        ------
        ValueError
            A target below 0 or above V − 1.
        """
        xp = self.backend.xp
        target = self.embed_dot.embed.check(target)
        negative = self.backend.asarray(self.sampler.get_negative_sample(target))
        words = xp.concatenate((target[..., None], negative), axis=-1)
        words = words.reshape(len(h), -1)
        labels = xp.arange(words.shape[1]) % (1 + negative.shape[-1]) == 0  # targets stand first
        return self.loss.forward(self.embed_dot.forward(h, words), labels)

    @property
    def sample_size(self) -> int:
        """The sampler's."""
        return self.sampler.sample_size

    @property
    def loss_layers(self) -> list[SigmoidPart]:
        """The losses one by one, to be read: the target's, then each negative's."""
        return [SigmoidPart(self.loss, each) for each in self._columns()]

    @property
    def embed_dot_layers(self) -> list[EmbeddingDotPart]:
        """The scores one by one, to be read: the target's, then each negative's."""
        return [EmbeddingDotPart(self.embed_dot, each) for each in self._columns()]

    def _columns(self) -> list[Columns]:
        width = 1 + self.sample_size
        return [Columns(i, width) for i in range(width)]

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient by h, shape (B, H)."""
        return self.embed_dot.backward(self.loss.backward(dout))

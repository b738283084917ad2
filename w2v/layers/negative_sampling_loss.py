"""Negative sampling: V-way classification turned into 1 + k yes-or-no questions."""

from __future__ import annotations

from typing import Any

from w2v.backend import Array, NoiseTable, backend_for
from w2v.layers.base import Shown
from w2v.layers.columns import Columns
from w2v.layers.context_loss import ContextLoss
from w2v.layers.embedding_dot import EmbeddingDot
from w2v.layers.parts import EmbeddingDotPart, SigmoidPart
from w2v.layers.sigmoid_with_loss import SigmoidWithLoss
from w2v.layers.unigram_sampler import UnigramSampler


class NegativeSamplingLoss(ContextLoss):
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
        Or whatever else has ``sample_size`` and ``get_negative_sample(target)``, which takes
        (N,) word ids and returns (N, k).

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
            Another number of targets than of hidden vectors, or one below 0 or above V − 1.
        """
        xp = self.backend.xp
        target = self.backend.asarray(target)
        if len(target) != len(h):
            raise ValueError(f"{len(h)} hidden vectors need as many targets, got {len(target)}")
        flat = target.reshape(-1)
        negative = self.backend.asarray(self.sampler.get_negative_sample(flat))
        words = xp.concatenate((flat[:, None], negative), axis=1)  # checked with the scores
        labels = xp.arange(target[:1].size * words.shape[1]) % words.shape[1] == 0  # targets first
        words = words.reshape(len(h), labels.size)
        return self.loss.forward(self.embed_dot.forward(h, words), labels)

    @Shown
    def sample_size(self) -> int:
        """The sampler's."""
        return self.sampler.sample_size

    @property
    def exact(self) -> bool:
        """The sampler's."""
        return self.sampler.exact

    @property
    def output(self) -> NoiseTable:
        """The sampler's noise distribution."""
        return self.sampler.noise

    @Shown
    def loss_layers(self) -> list[SigmoidPart]:
        """The losses one by one, to be read: the target's, then each negative's."""
        return [SigmoidPart(self.loss, each) for each in self._columns()]

    @Shown
    def embed_dot_layers(self) -> list[EmbeddingDotPart]:
        """The scores one by one, to be read: the target's, then each negative's."""
        return [EmbeddingDotPart(self.embed_dot, each) for each in self._columns()]

    def _columns(self) -> list[Columns]:
        width = 1 + self.sample_size
        return [Columns(i, width) for i in range(width)]

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient by h, shape (B, H)."""
        return self.embed_dot.backward(self.loss.backward(dout))

"""Negative sampling: V-way classification turned into 1 + k yes-or-no questions."""

from __future__ import annotations

from typing import Any

from w2v.backend import Array, Backend, NoiseTable
from w2v.layers.base import Shown
from w2v.layers.columns import Columns
from w2v.layers.context_loss import ContextLoss, Questions
from w2v.layers.parts import EmbeddingDotPart, SigmoidPart
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
        super().__init__(W)
        self.sampler = UnigramSampler(
            corpus, power, sample_size, backend=self.backend, **sampler_options
        )

    def questions(self, target: Array) -> Questions:
        """Return the targets with their negatives, drawn now."""
        return sampled_questions(self.backend, self.sampler, target)

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


def sampled_questions(backend: Backend, sampler: Any, target: Array) -> Questions:
    """Return a batch's targets with their negatives, which are drawn now.

    Parameters
    ----------
    backend : Backend
    sampler : UnigramSampler
        Or what stands for it.
    target : (B,) or (B, C) int array
    """
    xp, flat = backend.xp, target.reshape(-1)
    negative = backend.asarray(sampler.get_negative_sample(flat))
    words = xp.concatenate((flat[:, None], negative), axis=1)  # checked with the scores
    labels = xp.arange(target[:1].size * words.shape[1]) % words.shape[1] == 0  # targets first
    return Questions(words.reshape(len(target), labels.size), labels)

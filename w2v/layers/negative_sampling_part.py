"""One of the negative sampling losses that a loss layer stands for: a context position's."""

from __future__ import annotations

from w2v.backend import Array, RowGrad
from w2v.layers.columns import Columns
from w2v.layers.negative_sampling_loss import NegativeSamplingLoss
from w2v.layers.parts import EmbeddingDotPart, Part, SigmoidPart
from w2v.layers.unigram_sampler import UnigramSampler


class NegativeSamplingPart(Part):
    """One of the course's ``NegativeSamplingLoss`` layers: a context position's.

    Parameters
    ----------
    layer : NegativeSamplingLoss
    position : int
        Which of the targets of a row.
    """

    def __init__(self, layer: NegativeSamplingLoss, position: int) -> None:
        self._layer = layer
        self._position = position

    @property
    def sampler(self) -> UnigramSampler:  # noqa: D102
        return self._layer.sampler

    @property
    def sample_size(self) -> int:  # noqa: D102
        return self._layer.sample_size

    def _columns(self) -> list[Columns]:
        width = 1 + self.sample_size
        # Far apart: one column each.
        return [Columns(self._position * width + i, 1 << 62) for i in range(width)]

    @property
    def loss_layers(self) -> list[SigmoidPart]:
        """One for the context, then one for each of its negatives."""
        return [SigmoidPart(self._layer.loss, each) for each in self._columns()]

    @property
    def embed_dot_layers(self) -> list[EmbeddingDotPart]:
        """One for the context, then one for each of its negatives."""
        return [EmbeddingDotPart(self._layer.embed_dot, each) for each in self._columns()]

    @property
    def params(self) -> list[Array]:
        """W, once for every word scored."""
        return [param for layer in self.embed_dot_layers for param in layer.params]

    @property
    def grads(self) -> list[RowGrad]:
        """One for every word scored."""
        return [grad for layer in self.embed_dot_layers for grad in layer.grads]

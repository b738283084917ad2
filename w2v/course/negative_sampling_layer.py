"""``ch04/negative_sampling_layer.py``."""

from typing import TYPE_CHECKING

from w2v.course.np import __getattr__  # noqa: F401  # np and GPU, which the star gives here too
from w2v.layers import (
    Embedding,
    EmbeddingDot,
    NegativeSamplingLoss,
    SigmoidWithLoss,
    UnigramSampler,
)

if TYPE_CHECKING:
    from w2v.course.np import GPU, np

__all__ = [
    "GPU",
    "Embedding",
    "EmbeddingDot",
    "NegativeSamplingLoss",
    "SigmoidWithLoss",
    "UnigramSampler",
    "np",
]

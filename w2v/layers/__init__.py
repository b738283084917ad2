"""The course's layers, each with its forward and its backward pass side by side."""

from w2v.layers.base import Layer
from w2v.layers.embedding import Embedding
from w2v.layers.embedding_dot import EmbeddingDot
from w2v.layers.hierarchical_softmax_loss import HierarchicalSoftmaxLoss
from w2v.layers.matmul import MatMul
from w2v.layers.negative_sampling_loss import NegativeSamplingLoss
from w2v.layers.sigmoid_with_loss import SigmoidWithLoss
from w2v.layers.softmax_with_loss import SoftmaxWithLoss
from w2v.layers.tree_and_negatives_loss import TreeAndNegativesLoss
from w2v.layers.unigram_sampler import UnigramSampler

__all__ = [
    "Embedding",
    "EmbeddingDot",
    "HierarchicalSoftmaxLoss",
    "Layer",
    "MatMul",
    "NegativeSamplingLoss",
    "SigmoidWithLoss",
    "SoftmaxWithLoss",
    "TreeAndNegativesLoss",
    "UnigramSampler",
]

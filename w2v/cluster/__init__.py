"""Training on several machines: rounds from common weights, whose changes are combined."""

from w2v.cluster.errors import ClusterError
from w2v.cluster.training import ClusterTraining, train

__all__ = ["ClusterError", "ClusterTraining", "train"]

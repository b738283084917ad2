"""Optimizers and the engines that train models."""

from w2v.training.divergence import DivergedError
from w2v.training.gradients import clip_grads, remove_duplicate
from w2v.training.optimizers import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSprop
from w2v.training.trainer import Trainer

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "DivergedError",
    "Momentum",
    "Optimizer",
    "RMSprop",
    "Trainer",
    "clip_grads",
    "remove_duplicate",
]

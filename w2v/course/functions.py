"""Functions of neural networks, on NumPy and CuPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from w2v.backend import Array, backend_for
from w2v.course.np import __getattr__  # noqa: F401  # np and GPU, which the star gives here too

if TYPE_CHECKING:
    from w2v.course.np import GPU, np


__all__ = ["GPU", "cross_entropy_error", "np", "relu", "sigmoid", "softmax"]


def sigmoid(x: Array) -> Array:
    """Return ``1 / (1 + exp(−x))``, without overflow where x is far below zero."""
    xp = backend_for(x).xp
    return xp.exp(-xp.logaddexp(0, -x))


def relu(x: Array) -> Array:
    """Return x where it is positive, else 0."""
    return backend_for(x).xp.maximum(0, x)


def softmax(x: Array) -> Array:
    """Return ``exp(x) / Σ exp(x)`` over the last axis.

    Parameters
    ----------
    x : (V,) or (B, V) float array
        Logits.
    """
    exp = backend_for(x).xp.exp(x - x.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


def cross_entropy_error(y: Array, t: Array) -> Array:
    """Return ``−Σ log y[t] / B``, in nats.

    Parameters
    ----------
    y : (B, V) or (V,) float array
        Probabilities.
    t : (B,) int array, or one-hot array of y's shape
        The right answers.

    Returns
    -------
    0-d float array
    """
    xp = backend_for(y).xp
    y, t = xp.atleast_2d(y), xp.asarray(t)
    if t.size == y.size:
        t = t.reshape(y.shape).argmax(axis=1)
    right = y[xp.arange(len(y)), t.reshape(-1)]
    return -xp.log(right + 1e-7).mean()  # a right answer held impossible costs much, not all

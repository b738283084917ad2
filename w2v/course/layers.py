"""``common/layers.py``: the library's layers, and those that the course alone has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from w2v.backend import Array, backend_for
from w2v.course.functions import cross_entropy_error, sigmoid, softmax
from w2v.course.np import __getattr__  # noqa: F401  # np and GPU, which the star gives here too
from w2v.layers import (
    Embedding,
    Layer,
    MatMul,
    SigmoidWithLoss,
    SoftmaxWithLoss,
)
from w2v.layers import EmbeddingDot as EmbeddingDot
from w2v.layers import NegativeSamplingLoss as NegativeSamplingLoss
from w2v.layers import UnigramSampler as UnigramSampler

if TYPE_CHECKING:
    from w2v.course.np import GPU, np

# What the star gives is what the course's file has: a notebook may have defined the others itself.
__all__ = [
    "GPU",
    "Affine",
    "Dropout",
    "Embedding",
    "MatMul",
    "Sigmoid",
    "SigmoidWithLoss",
    "Softmax",
    "SoftmaxWithLoss",
    "cross_entropy_error",
    "np",
    "softmax",
]


class Affine(Layer):
    """Product with a matrix, and a bias.

    Parameters
    ----------
    W : (D, H) float array
    b : (H,) float array
        Both used in place.
    """

    def __init__(self, W: Array, b: Array) -> None:
        super().__init__(W, b)
        xp = backend_for(W).xp
        self.grads = [xp.zeros_like(W), xp.zeros_like(b)]
        self.x: Array = None

    def forward(self, x: Array) -> Array:
        """Return ``x W + b``, (B, D) → (B, H)."""
        W, b = self.params
        self.x = x
        return x @ W + b

    def backward(self, dout: Array) -> Array:
        """Return the gradient by x, (B, H) → (B, D), and keep those by W and b."""
        self.grads[0][...] = self.x.T @ dout
        self.grads[1][...] = dout.sum(axis=0)
        return dout @ self.params[0].T


class Softmax(Layer):
    """Softmax of every row."""

    out: Array = None

    def forward(self, x: Array) -> Array:
        """Return probabilities, (B, V) → (B, V)."""
        self.out = softmax(x)
        return self.out

    def backward(self, dout: Array) -> Array:
        """Return the gradient by x, ``y (dout − Σ y dout)``, shape (B, V)."""
        dx = self.out * dout
        dx -= self.out * dx.sum(axis=-1, keepdims=True)
        return dx


class Sigmoid(Layer):
    """Sigmoid of every element."""

    out: Array = None

    def forward(self, x: Array) -> Array:
        """Return σ(x), in x's shape."""
        self.out = sigmoid(x)
        return self.out

    def backward(self, dout: Array) -> Array:
        """Return the gradient by x, ``dout · y (1 − y)``, in x's shape."""
        return dout * (1 - self.out) * self.out


class Dropout(Layer):
    """Layer that sets a share of the elements to zero in training (Srivastava et al., 2014).

    Parameters
    ----------
    dropout_ratio : float, default 0.5
        That share; outside of training all elements are scaled down by what is left.
    """

    mask: Array = None

    def __init__(self, dropout_ratio: float = 0.5) -> None:
        super().__init__()
        self.dropout_ratio = dropout_ratio

    def forward(self, x: Array, train_flg: bool = True) -> Array:
        """Return x with what ``np.random`` drops at zero, or scaled where not training."""
        if not train_flg:
            return x * (1 - self.dropout_ratio)
        backend = backend_for(x)
        self.mask = backend.asarray(backend.xp.random.rand(*x.shape) > self.dropout_ratio)
        return x * self.mask

    def backward(self, dout: Array) -> Array:
        """Return the gradient by x, zero where x was dropped."""
        return dout * self.mask

"""The dense product that embedding lookup and negative sampling do without."""

from __future__ import annotations

from w2v.backend import Array, backend_for
from w2v.layers.base import Layer


class MatMul(Layer):
    """Product with a matrix.

    Parameters
    ----------
    W : (D, H) float array
        Used in place.
    """

    x: Array = None

    def __init__(self, W: Array) -> None:
        super().__init__(W)
        self.grads = [backend_for(W).xp.zeros_like(W)]

    def forward(self, x: Array) -> Array:
        """Return ``x W``.

        Parameters
        ----------
        x : (..., D) float array

        Returns
        -------
        (..., H) float array
        """
        self.x = x
        return x @ self.params[0]

    def backward(self, dout: Array) -> Array:
        """Return the gradient by x and keep that by W, both dense.

        Parameters
        ----------
        dout : (..., H) float array

        Returns
        -------
        (..., D) float array
        """
        W, dW = self.params[0], self.grads[0]
        x, d = self.x.reshape(-1, W.shape[0]), dout.reshape(-1, W.shape[1])
        xp = backend_for(W).xp
        # In W's own memory order, or the optimizer would jump through one while it walks the other.
        if dW.flags.c_contiguous:
            xp.matmul(x.T, d, out=dW)
        else:
            xp.matmul(d.T, x, out=dW.T)
        return dout @ W.T

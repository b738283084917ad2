"""What every layer has: parameters, their gradients, and the backend they live on."""

from __future__ import annotations

from w2v.backend import Array, Backend, RowGrad, backend_for


class Layer:
    """A layer without parameters; those with some call ``super().__init__(W)``.

    Parameters
    ----------
    *params : arrays
        The layer's parameters, used in place and never copied.

    Attributes
    ----------
    params : list of arrays
    grads : list of arrays or RowGrad
        One a parameter, of the last backward pass.
    """

    def __init__(self, *params: Array) -> None:
        self.params: list[Array] = list(params)
        self.grads: list[Array | RowGrad] = []


class EmbeddingLayer(Layer):
    """A layer that reads rows of one (V, H) matrix and has row-sparse gradients.

    Parameters
    ----------
    W : (V, H) float array
    """

    def __init__(self, W: Array) -> None:
        super().__init__(W)
        self.backend: Backend = backend_for(W)
        self.index: Array = self.backend.asarray([], dtype="int32")
        # A copy, as a view would keep W alive where a trainer replaces it.
        self.grads = [RowGrad(self.index, W[:0].copy(), W.shape[0])]

    def check(self, index: Array) -> Array:
        """Return word ids as int32, or say which one the matrix has no row for."""
        index = self.backend.asarray(index)
        self.backend.check_ids(index, self.params[0].shape[0])
        return index.astype("int32", copy=False)

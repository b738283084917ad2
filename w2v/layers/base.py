"""What every layer has: parameters and their gradients."""

from __future__ import annotations

from w2v.backend import Array, RowGrad


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
        One a parameter, of the last backward pass: made once and filled by every one, so that
        a list of several layers' gradients stays true.
    """

    def __init__(self, *params: Array) -> None:
        self.params: list[Array] = list(params)
        self.grads: list[Array | RowGrad] = []

"""What every layer has: parameters and their gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

    def keep_gradient(self, grad: RowGrad) -> None:
        """Fill the gradient of the one parameter, whatever kind of array stands there."""
        kept = self.grads[0]
        if isinstance(kept, RowGrad):
            kept.assign(grad)
        else:
            kept[...] = grad.to_dense()


class Shown:
    """A value that is worked out when it is read, and that an assignment replaces.

    The course's classes have plain attributes of these names, which subclasses assign to.

    Parameters
    ----------
    read : callable
        Takes the object that has the attribute.
    """

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else self._read(owner)

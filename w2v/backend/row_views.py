"""Parts of a row-sparse gradient, which are copies, in the place of NumPy's views."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np


def read_only(x: Any) -> Any:
    """Keep from being written to what would be thought a view, and is a copy."""
    if isinstance(x, np.ndarray) and not hasattr(x, "get"):
        x.flags.writeable = False
    return x


def written_through(grad: Any, key: Any, part: Any) -> Any:
    """Return a part of a dense copy as if it were a view of the gradient, where NumPy's would be.

    What is done to it in place is done to the gradient; anything else that writes is an error.
    """
    if not isinstance(part, np.ndarray) or hasattr(part, "get"):
        return part
    view = read_only(part.view(_PartOfGrad))
    view.whole, view.key = grad, key
    return view


class _PartOfGrad(np.ndarray):
    """Some elements of a gradient; see :func:`written_through`."""

    whole: Any = None
    key: Any = None

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        plain = np.asarray(array)
        return plain[()] if return_scalar else plain

    def _write(self, values: Any) -> Any:
        if self.whole is None:
            raise ValueError("a part of a part of a gradient is read-only: take to_dense()")
        self.whole[self.key] = values
        return self.whole[self.key]

    def __setitem__(self, key: Any, value: Any) -> None:
        values = np.array(self)
        values[key] = value
        self._write(values)
        self.flags.writeable = True
        super().__setitem__(key, value)
        self.flags.writeable = False

    def fill(self, value: Any) -> None:
        """Set every element."""
        self[...] = value


def _in_place(operator: Any) -> Any:
    def write(self: _PartOfGrad, other: Any) -> Any:
        return self._write(operator(np.asarray(self), other))

    return write


for _name in ("add", "sub", "mul", "truediv", "pow", "floordiv", "mod"):
    setattr(_PartOfGrad, f"__i{_name}__", _in_place(getattr(operator, _name)))

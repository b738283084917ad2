"""What an array is: NumPy's or CuPy's, and how to tell."""

from __future__ import annotations

import sys
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy or a CuPy array, whichever the backend at hand works on."""


def on_gpu(array: Any) -> bool:
    """Say whether an array's memory is a device's."""
    # Asked of the type: an array's own answer costs time, and may wait for the device.
    return hasattr(type(array), "__cuda_array_interface__")


def library_of(array: Array) -> Any:
    """Return the array library of an array."""
    return sys.modules["cupy"] if on_gpu(array) else np

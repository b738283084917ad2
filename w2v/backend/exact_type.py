"""Tables that kernels read as what they were made."""

from __future__ import annotations

from typing import Any

import numpy as np


def check_array(x: Any, dtype: Any, shape: tuple[int, ...], what: str) -> None:
    """Refuse a table that is not of exactly a type and a shape.

    Raises
    ------
    ValueError
    """
    got = getattr(x, "dtype", None), getattr(x, "shape", None)
    if got != (np.dtype(dtype), shape):
        raise ValueError(
            f"{what} must be {np.dtype(dtype).name} of shape {shape}, got "
            f"{type(x).__name__ if got[0] is None else got[0]} of shape {got[1]}"
        )

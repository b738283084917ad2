"""Arrays as the kernels take them.

Numba compiles a kernel anew for every type, order and right to write of its arguments, which
takes seconds where the call takes none.  What is read is therefore given in one form.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from w2v.backend.cpu.rows import padded


def read_only(x: np.ndarray, dtype: Any = None) -> np.ndarray:
    """Return x without gaps, of a type, and as memory maps are; a copy only if it must be.

    Parameters
    ----------
    x : array
    dtype : dtype, optional
        That of x by default.
    """
    view = np.ascontiguousarray(x, dtype=dtype).view()
    view.flags.writeable = False
    return view


def row_numbers(index: np.ndarray) -> np.ndarray:
    """Return integers, read-only: int32 stay so, others are looked at as int64."""
    return read_only(index, None if index.dtype == np.int32 else np.int64)


def whole_rows(W: np.ndarray) -> np.ndarray | None:
    """Return a matrix with its rows' padding, as loops over what has no gaps are faster.

    None if it has gaps all the same, or lies by columns: array code is for those.
    """
    whole = padded(W)
    whole = W if whole is None else whole
    return whole if whole.flags.c_contiguous else None

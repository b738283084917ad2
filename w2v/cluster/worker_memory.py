"""Memory that a worker frees stays with it while a run lasts.

Dask starts workers so that the C library hands what is freed back to the system at once.  A round
makes and drops hundreds of arrays of about a megabyte, each page of which the system would have to
give anew: that took as long as all that is computed in them.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt, as <malloc.h> of glibc numbers them
_KEPT = 1 << 28  # bytes
_LARGEST = 1 << 25  # bytes of one array, the most that glibc takes
_USUAL = 1 << 17  # bytes, of both, as glibc begins


def keep_freed_memory() -> None:
    """Keep up to a quarter of a gigabyte for the next arrays; nothing without glibc."""
    _set_thresholds(_KEPT, _LARGEST)


def give_freed_memory_back() -> None:
    """Go on with what the process was started with, or what glibc begins with, and return the rest.

    Where nothing was said at its start glibc would have raised both by itself; now it does not.
    """
    _set_thresholds(*(_started_with(f"MALLOC_{name}_THRESHOLD_") for name in ("TRIM", "MMAP")))
    if malloc_trim := _of_glibc("malloc_trim"):
        malloc_trim(0)


def _started_with(name: str) -> int:
    value = os.environ.get(name, "")
    return min(int(value), 2**31 - 1) if value.isdecimal() else _USUAL


def _set_thresholds(trim: int, mmap: int) -> None:
    if mallopt := _of_glibc("mallopt"):
        mallopt(_TRIM_THRESHOLD, trim)
        mallopt(_MMAP_THRESHOLD, mmap)


def _of_glibc(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (OSError, TypeError, AttributeError):  # Windows, macOS, musl
        return None

"""Memory that is freed goes back to the machine."""

from __future__ import annotations

import ctypes
import os
import sys

_M_MMAP_THRESHOLD = -3  # of <malloc.h>
_BYTES = 1 << 20  # blocks of text and what is made of them are larger


def give_back_freed_memory() -> None:
    """Have the allocators of the C library and of Arrow keep no large block that was freed.

    The GNU C library keeps more with every larger block that it sees freed, up to half of what
    reading a text takes, for as long as the process lives.  That is a matter of whole programs, and
    so of the command line alone.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:  # others have none, and keep less
            mallopt(_M_MMAP_THRESHOLD, _BYTES)

"""Two paths that change places in one step, where the system and the file system can."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


def exchange(one: Path, other: Path) -> bool:
    """Have two files or folders of one file system change places in one step.

    Parameters
    ----------
    one, other : Path

    Returns
    -------
    bool
        Whether they did; if not, nothing has changed.
    """
    call = _call()
    names = os.fsencode(one), os.fsencode(other)
    if call is None:
        return False
    if sys.platform == "darwin":
        return bool(call(*names, _EXCHANGE) == 0)
    return bool(call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) == 0)


@cache
def _call() -> Any:
    """Return the system's function; None where there is none."""
    name = {"linux": "renameat2", "darwin": "renamex_np"}.get(sys.platform)
    try:
        call = getattr(ctypes.CDLL(None), name) if name else None
    except (OSError, AttributeError):
        return None
    if call is not None:
        at = [ctypes.c_int, ctypes.c_char_p]
        call.argtypes = (
            [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint]
            if name == "renamex_np"
            else [*at, *at, ctypes.c_uint]
        )
        call.restype = ctypes.c_int
    return call

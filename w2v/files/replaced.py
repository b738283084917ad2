"""Reading what another process may put something else in the place of meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_TRIES = 10  # of which each takes as long as reading; who replaces more often than that is at fault


def read_as_one(read: Callable[[], T], *paths: Path) -> T:
    """Read a folder, or files that belong together, again if they were replaced meanwhile.

    Parameters
    ----------
    read : callable
        Reads them all.
    *paths : Path
        Whose being replaced is noticed.

    Returns
    -------
    T
        What was read of those that stood there together.

    Raises
    ------
    Exception
        What ``read`` raises of what was not replaced while it read.
    """
    for _ in range(_TRIES):
        before = [*map(_identity, paths)]
        try:
            found = read()
        except Exception:
            if [*map(_identity, paths)] == before:
                raise
        else:
            if [*map(_identity, paths)] == before:
                return found
    return read()


def _identity(path: Path) -> tuple[int, int, int] | None:
    """Return what changes when another file or folder takes a path; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_ctime_ns

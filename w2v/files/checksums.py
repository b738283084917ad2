"""Checksums of files."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

_READ_AT_ONCE = 1 << 20


def checksum(path: str | os.PathLike[str]) -> int:
    """Return the CRC-32 of a file's bytes, which any single damaged bit changes.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    int

    Raises
    ------
    OSError
        A file that cannot be read.
    """
    value = 0
    with Path(path).open("rb") as file:
        while piece := file.read(_READ_AT_ONCE):
            value = zlib.crc32(piece, value)
    return value

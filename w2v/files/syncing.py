"""Bringing what was written to the disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def flush(path: Path) -> None:
    """Ask the system to bring a file, or a folder with all it holds, to the disk."""
    if not path.is_dir():
        # Windows flushes only what is open for writing.
        _flush(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
        return
    for entry in path.iterdir():
        flush(entry)
    flush_folder(path)


def flush_folder(path: Path) -> None:
    """Ask the system to bring a folder's names to the disk."""
    # Not every file system (and no Windows) lets a folder be flushed.
    with suppress(OSError):
        _flush(path, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

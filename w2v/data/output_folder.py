"""Folders that are there whole or not at all, and what to say when the disk is full."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from w2v.data.errors import CorpusError
from w2v.files import atomic_path, is_foreign, named

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextmanager
def replaced_folder(target: str | Path, mark: str) -> Iterator[Path]:
    """Fill a folder beside the target, put in its place when the block succeeds.

    Parameters
    ----------
    target : str or Path
        The folder to make. If it exists it must be empty or hold ``mark``.
    mark : str
        The file by which a folder is known to be ours to replace.

    Yields
    ------
    Path
        The folder to fill.

    Raises
    ------
    CorpusError
        A target that exists and is something else.
    OSError
        A folder that cannot be written; for a full disk with a line that says so.
    """
    check_place(target, mark)
    with clear_when_full(target), atomic_path(target) as aside:
        aside.mkdir()
        yield aside


def check_place(target: str | Path, mark: str) -> None:
    """Refuse a place where something else than an encoded corpus stands, by a CorpusError."""
    if named(target).is_file():
        raise CorpusError(f"{target} is a file; name a folder for the encoded corpus")
    if is_foreign(target, mark):
        raise CorpusError(f"{target} exists and is no encoded corpus; name another folder")


@contextmanager
def clear_when_full(target: str | Path) -> Iterator[None]:
    """Turn the error of a full disk into one that says so.

    Parameters
    ----------
    target : str or Path
        What was being written, for the message.

    Raises
    ------
    OSError
        That of the block, with the same number and a line that names the target.
    """
    try:
        yield
    except OSError as error:
        elsewhere = error.filename and not str(error.filename).startswith(str(target))
        if error.errno is None or error.errno not in _NO_ROOM or elsewhere:
            raise
        raise OSError(
            error.errno,
            f"no room to write {target} ({os.strerror(error.errno)}): "
            "free some space or choose another place; nothing was kept",
        ) from error

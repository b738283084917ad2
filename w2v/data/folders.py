"""Folders that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from w2v.data.errors import CorpusError

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextlib.contextmanager
def replaced_folder(target: str | Path, mark: str) -> Iterator[Path]:
    """Fill a folder beside the target, then rename it into place.

    Whatever ends the block early, the target stays as it was and the new folder is removed.

    Parameters
    ----------
    target : str or Path
        The folder to make. If it exists it must be empty or hold `mark`.
    mark : str
        The file by which a folder is known to be ours to replace.

    Yields
    ------
    Path
        The folder to fill.

    Raises
    ------
    CorpusError
        If the target exists and is something else.
    OSError
        If it cannot be written; for a full disk with a line that says so.
    """
    target = Path(target)
    check_replaceable(target, mark)
    target.parent.mkdir(parents=True, exist_ok=True)
    unique = uuid.uuid4().hex
    aside = target.with_name(f".{target.name}.{unique}.tmp")
    old = target.with_name(f".{target.name}.{unique}.old")
    aside.mkdir()
    try:
        with clear_when_full(target):
            yield aside
        if target.exists():
            target.rename(old)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if old.exists():
            if not target.exists():
                old.rename(target)
            shutil.rmtree(old, ignore_errors=True)


def check_replaceable(target: Path, mark: str) -> None:
    """Refuse to replace what is neither ours nor empty.

    Parameters
    ----------
    target : Path
    mark : str
        See `replaced_folder`.

    Raises
    ------
    CorpusError
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise CorpusError(f"{target} is a file; name a folder for the encoded corpus")
    if not (target / mark).exists() and any(target.iterdir()):
        raise CorpusError(
            f"{target} exists and is no encoded corpus; name another folder or empty it"
        )


@contextlib.contextmanager
def clear_when_full(target: str | Path) -> Iterator[None]:
    """Say in words that the disk is full.

    Parameters
    ----------
    target : str or Path
        What was being written, for the message.

    Raises
    ------
    OSError
        With the same number, and a line that names the target.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or error.errno not in _NO_ROOM:
            raise
        raise OSError(
            error.errno,
            f"no room to write {target} ({os.strerror(error.errno)}): "
            "free some space or choose another place; nothing was kept",
        ) from error

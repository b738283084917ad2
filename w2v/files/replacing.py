"""Writing files so that a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from w2v.files.names import is_empty_file, named
from w2v.files.syncing import flush, flush_folder


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Make a temporary path beside ``path``, put in its place when the block succeeds.

    The block writes one file or makes one folder at the path it is given.  Then
    everything is flushed to the disk and renamed over ``path``; if the block
    raises, the temporary file or folder is removed and ``path`` stays as it was.

    Parameters
    ----------
    path : str or path
        Where the result shall stand.  Missing parent folders are made.  A
        symbolic link is followed.  A device or pipe (``/dev/stdout``) is
        written in place, as there is nothing to rename.

    Yields
    ------
    Path
        Where to write.  It lies in the folder of ``path`` and ends with its name,
        so that writers which look at the suffix see the right one.

    Raises
    ------
    FileNotFoundError
        A block that wrote nothing.

    Notes
    -----
    A file is replaced in one step.  A folder that already has content cannot be:
    the old one is renamed aside, the new one takes its name, the old one is
    removed, and between the first two steps the name is free for a moment.
    """
    target = Path(os.path.realpath(named(path)))
    if target.exists() and not (target.is_file() or target.is_dir()):
        yield target
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # File systems allow 255 bytes a name; the tail keeps the suffix.
    tail = os.fsdecode(os.fsencode(target.name)[-200:])
    beside = target.with_name(f".{os.urandom(4).hex()}-{tail}")
    try:
        yield beside
        if not beside.exists():
            raise FileNotFoundError(f"nothing was written for {target}")
        flush(beside)
        _replace(beside, target)
    except OSError as error:
        _remove(beside)
        if error.errno is None or not str(error.filename or beside).startswith(str(beside)):
            raise
        # The path that the caller knows, not the one beside it.
        raise OSError(error.errno, error.strerror, str(path)) from error
    except BaseException:
        _remove(beside)
        raise
    flush_folder(target.parent)


def _replace(new: Path, target: Path) -> None:
    """Rename ``new`` to ``target``, which may be a folder with content."""
    if not target.is_dir():
        if new.is_dir() and is_empty_file(target):  # no system has a folder take a file's place
            target.unlink()
        new.replace(target)
        return
    if not new.is_dir():
        raise IsADirectoryError(f"{target} is a folder; a file cannot take its place")
    old = new.with_name(new.name + ".old")
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):  # a read-only file system says so of what is not there too
            path.unlink()

"""Writing files so that a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import errno
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from w2v.messages import quoted, shortened

_READ_AT_ONCE = 1 << 20
_LONGEST_PATH = 4096


def named(path: str | os.PathLike[str]) -> Path:
    """Return a path, unless its name is none: empty, which would be the current folder.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        A name that is empty or blank.
    OSError
        A name longer than any can be, as a text given in place of a name is.
    """
    name = os.fspath(path)
    if not name.strip():
        raise ValueError(f"a name is empty, got {quoted(name)}: name a file or folder")
    if len(name) > _LONGEST_PATH:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), shortened(name))
    return Path(name)


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
        _flush(beside)
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
    _flush_folder(target.parent)


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


def is_foreign(folder: str | os.PathLike[str], mark: str) -> bool:
    """Tell whether something stands at a path that is not ours to replace.

    Parameters
    ----------
    folder : str or path
    mark : str
        The file by which a folder is known to be ours.

    Returns
    -------
    bool
        True for a file that is not empty, and for a folder with content that lacks ``mark``.
    """
    folder = named(folder)
    if not folder.is_dir():
        return folder.exists() and not _is_empty_file(folder)
    return any(folder.iterdir()) and not (folder / mark).exists()


def is_pickle(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is that of a file which begins as pickles of Python 3 do."""
    if not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        first, version = file.read(2).ljust(2)
    return first == 0x80 and 2 <= version <= 5


def _is_empty_file(path: Path) -> bool:
    return path.is_file() and not path.stat().st_size


def _replace(new: Path, target: Path) -> None:
    """Rename ``new`` to ``target``, which may be a folder with content."""
    if not target.is_dir():
        if new.is_dir() and _is_empty_file(target):  # no system has a folder take a file's place
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


def _flush(path: Path) -> None:
    """Ask the system to bring a file, or a folder with all it holds, to the disk."""
    if not path.is_dir():
        # Windows flushes only what is open for writing.
        with path.open("r+b") as file:
            os.fsync(file.fileno())
        return
    for entry in path.iterdir():
        _flush(entry)
    _flush_folder(path)


def _flush_folder(path: Path) -> None:
    # Not every file system (and no Windows) lets a folder be flushed.
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

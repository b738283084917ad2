"""Names of files, and what stands at them."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from pathlib import Path

from w2v.files.urls import is_url, was_url
from w2v.messages import quoted, shortened

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
        A name that is empty or blank, or a URL.
    OSError
        A name longer than any can be, as a text given in place of a name is.
    """
    name = os.fspath(path)
    if not name.strip():
        raise ValueError(f"a name is empty, got {quoted(name)}: name a file or folder")
    if is_url(path) if isinstance(path, str) else was_url(path):
        raise ValueError(f"{quoted(name)} is a URL: name a file or folder on a disk")
    if len(name) > _LONGEST_PATH:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), shortened(name))
    return Path(name)


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
        return folder.exists() and not is_empty_file(folder)
    return any(folder.iterdir()) and not (folder / mark).exists()


def files_beside(folder: str | os.PathLike[str], own: Collection[str]) -> list[str]:
    """Return the names in a folder that are not its own, hidden ones left out.

    Parameters
    ----------
    folder : str or path
        None are in what is no folder.
    own : collection of str
    """
    folder = named(folder)
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir())
    return sorted(name for name in names if name not in own and not name.startswith("."))


def is_pickle(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is that of a file which begins as pickles of Python 3 do."""
    if not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        first, version = file.read(2).ljust(2)
    return first == 0x80 and 2 <= version <= 5


def is_empty_file(path: Path) -> bool:
    """Tell whether a path is that of a file without a byte."""
    return path.is_file() and not path.stat().st_size

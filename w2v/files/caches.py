"""Folders that keep files from one run to the next, where nobody else can put anything."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from w2v.messages import quoted

VARIABLE = "W2V_CACHE_DIR"
"""The environment variable that names one."""


def chosen(variable: str = VARIABLE) -> Path | None:
    """Return the folder that an environment variable names, None without one.

    Raises
    ------
    RuntimeError
        It begins with ``~``, and there is no home.
    """
    named = os.environ.get(variable)
    try:
        return Path(named).expanduser().absolute() if named else None
    except RuntimeError:
        raise RuntimeError(
            f"{variable} is {quoted(named)}, whose home folder is not known: give a whole path"
        ) from None


def in_home(folder: str | os.PathLike[str]) -> Path | None:
    """Return a folder in the user's home, None if there is no home.

    Parameters
    ----------
    folder : str or path
        It may begin with ``~``, which libraries leave in it where the home is not known, as of a
        user number without a name: taken for a folder's name it would be made.
    """
    with suppress(RuntimeError):
        known = Path(folder).expanduser()
        return known if known.is_absolute() else None
    return None


def in_temporary() -> Path | None:
    """Return where this user's folder among temporary ones may be made, None for nowhere."""
    with suppress(OSError):
        place = Path(tempfile.gettempdir())
        if place != Path.cwd():  # which Python takes without any other, and is not for this
            return place / f"w2v-cache-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    return None


def is_trusted(folder: Path) -> bool:
    """Tell whether nobody but this user and the system's can put anything into a folder.

    One of this user's own that others could write to is closed to them.
    """
    try:
        found, around = folder.lstat(), folder.parent.stat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    ours = (0, os.geteuid())
    if found.st_uid not in ours or around.st_uid not in ours:
        return False
    if around.st_mode & stat.S_IWOTH and not around.st_mode & stat.S_ISVTX:
        return False  # where others can put another folder in its place
    open_to_others = stat.S_IWGRP | stat.S_IWOTH
    if found.st_mode & open_to_others:
        with suppress(OSError):
            folder.chmod(stat.S_IMODE(found.st_mode) & ~open_to_others)
            found = folder.lstat()
    return not found.st_mode & open_to_others


def is_usable(folder: Path) -> bool:
    """Tell whether a folder, which is made if it is missing, is trusted and can be written to."""
    with suppress(OSError):
        folder.parent.mkdir(0o755, parents=True, exist_ok=True)
        folder.mkdir(0o755, exist_ok=True)
    return is_trusted(folder) and os.access(folder, os.W_OK | os.X_OK)


def can_be_made(folder: Path) -> bool:
    """Tell whether a folder can be written to or, where it is missing, made."""
    for each in (folder, *folder.parents):
        try:
            each.stat()
        except FileNotFoundError:
            continue
        except (OSError, ValueError):  # behind a closed folder, or no name at all
            return False
        return os.access(each, os.W_OK | os.X_OK)
    return False

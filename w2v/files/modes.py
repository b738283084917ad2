"""Who may read what was written: as if it had been opened in its place."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


def give_modes(new: Path, target: Path, usual: int) -> None:
    """Give a file, or a folder and all its files, the modes that people expect.

    Libraries make files that only their owner may read.

    Parameters
    ----------
    new : Path
    target : Path
        What it is going to replace: a file or folder of this user passes on its own mode.
    usual : int
        Of a new folder there: what the umask and the folder around it leave.
    """
    before = _own_mode(target, new.is_dir())
    if not new.is_dir():
        _give(new, usual & 0o666 if before is None else before)
        return
    for folder, _, names in os.walk(new):
        for name in names:
            _give(Path(folder, name), usual & 0o666)
    if before is not None:
        _give(new, before)


def _own_mode(path: Path, is_folder: bool) -> int | None:
    """Return the mode of a file or folder of this user, None if it is none."""
    with suppress(OSError):
        status = path.stat()
        right_kind = (stat.S_ISDIR if is_folder else stat.S_ISREG)(status.st_mode)
        if right_kind and (not hasattr(os, "geteuid") or status.st_uid == os.geteuid()):
            return stat.S_IMODE(status.st_mode)
    return None


def _give(path: Path, mode: int) -> None:
    # Not every file system has modes.
    with suppress(OSError):
        if stat.S_IMODE(path.lstat().st_mode) != mode and not path.is_symlink():
            path.chmod(mode)

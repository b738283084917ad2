"""Room on disks: what is free where, and errors that say what was needed."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def is_full(error: BaseException) -> bool:
    """Tell whether an error is of a disk, a quota or a limit of files that has no more room."""
    return isinstance(error, OSError) and error.errno in _FULL


def size_text(size: float) -> str:
    """Return a number of bytes for people: ``1.2 GB``."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= limit:
            return f"{size / limit:.3g} {unit}"
    return f"{size:.0f} bytes"


def free_at(path: str | os.PathLike[str]) -> tuple[int, Path]:
    """Return the bytes that are free where a path is, or will be, and that file system's folder.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    int, Path

    Raises
    ------
    OSError
        A file system that does not tell.
    """
    import shutil

    folder = Path(os.path.realpath(path))
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # for whom some is kept
        state = os.statvfs(folder)
        free = state.f_bfree * state.f_frsize
    while not os.path.ismount(folder):
        folder = folder.parent
    return free, folder


def most_in_a_file() -> int | None:
    """Return the bytes that a file of this process may have, None where that is not limited."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if most == resource.RLIM_INFINITY else most


def bytes_at(path: Path) -> int:
    """Return the bytes of a file, or of all files of a folder and of its folders."""
    if not path.is_dir():
        return path.stat().st_size if path.exists() else 0
    return sum(map(bytes_at, path.iterdir()))


def without_room(
    error: OSError,
    path: str | os.PathLike[str],
    *,
    wrote: int = 0,
    needs: int | None = None,
    advice: str = "free some or name another place",
) -> OSError:
    """Return the error of a full disk with what was needed, what there is and what to do.

    Parameters
    ----------
    error : OSError
    path : str or path
        What was to be written.
    wrote : int, default 0
        Bytes that were written until it was full, and will be removed.
    needs : int, optional
        All its bytes, where that is known.
    advice : str
        What to do.

    Returns
    -------
    OSError
        With the number of the one given.
    """
    parts = []
    if needs is not None and needs > wrote:
        parts.append(f"needs about {size_text(needs)}")
    elif wrote:
        parts.append(f"needs over {size_text(wrote)}")
    most = most_in_a_file()
    if error.errno == errno.EFBIG and most is not None:
        parts.append(f"files may have {size_text(most)} here: raise that limit (ulimit -f)")
    else:
        with suppress(OSError):
            free, mount = free_at(path)
            parts.append(f"{size_text(free + wrote)} are free on {mount}")
        parts[-1:] = [": ".join((*parts[-1:], advice))]
    why = os.strerror(error.errno or 0)
    return OSError(error.errno, f"no room to write it ({why}): {', '.join(parts)}", str(path))

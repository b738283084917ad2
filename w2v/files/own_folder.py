"""Folders to write in, of which every process can tell whether who made them is still at work.

The process holds a lock on its folder, which ends with the process however that ends, and which
processes of other containers on the same machine see too.  The folder's name says which machine
made it, for file systems that several machines share, and which process.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import sys
import threading
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

if sys.platform != "win32":
    import fcntl

PREFIX = ".w2v-"
WHOLE = ".whole"
_NAME = re.compile(re.escape(PREFIX) + r"([0-9a-f]{8})-(\d+)-[0-9a-f]{8}(?:\.whole)?")
_TRIES = 100
_PATIENCE = 1.0  # seconds
# File systems of one machine: nobody elsewhere can be at work in them.
_LOCAL = {"apfs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "hfs", "overlay", "tmpfs", "xfs", "zfs"}


class OwnFolder:
    """A folder with a name of its own, which is gone with the block or the process.

    Parameters
    ----------
    parent : Path
        Where to make it.
    private : bool, default False
        Whether nobody else may look into it; otherwise it has the mode of any new folder.
    """

    def __init__(self, parent: Path, *, private: bool = False) -> None:
        self._held = _Held(parent, 0o700 if private else 0o777)
        # Whatever comes between two steps, it goes when nothing refers to it any more.
        self._removed = weakref.finalize(self, self._held.remove)

    @property
    def path(self) -> Path:
        """Where it is, which :meth:`commit` changes."""
        return self._held.path

    def __enter__(self) -> Self:
        try:
            self._held.make()
        except BaseException:
            self._removed()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._removed.alive:  # until it is done: what breaks it off has it begin anew
            self._held.remove()
            self._removed.detach()

    def commit(self) -> None:
        """Say that what it holds is whole: from now on that comes into the parent folder.

        However this process ends, whoever looks for it next puts it there.
        """
        whole = self.path.with_name(self.path.name + WHOLE)
        self.path.rename(whole)
        self._held.path = whole

    def outlive(self, owner: Any) -> None:
        """Have it be gone with an object, not with the block."""
        weakref.finalize(owner, self._held.remove)
        self._removed.detach()


class _Held:
    """A folder that this process made and has locked."""

    def __init__(self, parent: Path, mode: int) -> None:
        self._parent, self._mode, self._process = parent, mode, os.getpid()
        self._handle: int | None = None
        self.path = parent

    def make(self) -> None:
        for _ in range(_TRIES):
            name = f"{PREFIX}{_place()}-{self._process}-{os.urandom(4).hex()}"
            self.path = self._parent / name
            _at_work.add(self)
            self.path.mkdir(self._mode)
            try:
                self._handle = _lock(self.path)
            except (BlockingIOError, FileNotFoundError):
                continue  # between the two steps it was taken for one that is left
            except OSError:
                pass  # no locks here: nobody will take it for gone
            return
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self.path))

    def remove(self) -> None:
        if self.path == self._parent or os.getpid() != self._process:  # a fork of it
            return
        for path in (self.path, self.path.with_name(self.path.name + WHOLE)):
            dispose(path)
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)
        _at_work.discard(self)


putting = threading.RLock()
"""Held while what is whole is put in its place."""

marks: set[Path] = set()
"""Files that say that this process is at work, which end with it."""

_at_work: set[_Held] = set()


def abandon() -> None:
    """Remove all folders of this process, which ends without what it was writing.

    A handler of signals may call it, in whatever the main thread was interrupted, or another
    thread.  What the system is putting in its place then is left to it.
    """
    if not putting.acquire(timeout=_PATIENCE):
        return
    for held in sorted(_at_work, key=lambda each: not each.path.name.endswith(WHOLE)):
        for _ in range(_TRIES):  # other threads may be making files in it
            held.remove()
            if not held.path.exists():
                break
    for path in sorted(marks):
        with suppress(OSError):
            path.unlink()


def dispose(path: Path) -> None:
    """Remove such a folder; what was committed in it comes into its place first.

    Parameters
    ----------
    path : Path
        Of a folder that is this process's own, or whose process is gone.
    """
    if path.name.endswith(WHOLE) and not _finish(path):
        return
    shutil.rmtree(path, ignore_errors=True)


def _finish(path: Path) -> bool:
    """Put what was committed into its place; tell whether nothing is left to be put anywhere."""
    done = True
    try:
        since = path.stat().st_ctime_ns
        entries = list(path.iterdir())
    except OSError:
        return False
    for entry in entries:
        target = path.with_name(entry.name)
        try:
            # A folder stands already, the old one; a file may have been written since.
            there = target.exists()
            if not there or not (entry.is_dir() or target.is_dir() or _changed(target) > since):
                entry.replace(target)
        except OSError:
            done = False
    return done


def _changed(path: Path) -> int:
    status = path.stat()
    return max(status.st_ctime_ns, status.st_mtime_ns)


def own_folders(parent: Path) -> list[Path]:
    """Return the folders of this kind in a folder, whosever they are; none if it cannot be read."""
    # A list, and not what os.scandir gives, which an interrupt may leave open.
    with suppress(OSError):
        return [parent / name for name in os.listdir(parent) if _NAME.fullmatch(name)]  # noqa: PTH208
    return []


@contextmanager
def taken_over(path: Path) -> Iterator[bool]:
    """Take such a folder over for the block, if the process that made it is certainly gone.

    Parameters
    ----------
    path : Path

    Yields
    ------
    bool
        Whether it is this process's now.
    """
    match = _NAME.fullmatch(path.name)
    handle = None
    gone = match is not None and (match[1] == _place() or _is_local(path.parent))
    if gone and match and sys.platform == "win32":
        import psutil

        gone = not psutil.pid_exists(int(match[2]))
    elif gone:
        try:
            handle = _lock(path)
        except OSError:  # in use, not there any more, or nobody can tell
            gone = False
    try:
        yield gone
    finally:
        if handle is not None:
            os.close(handle)


def _lock(path: Path) -> int:
    """Lock a folder and return the handle that holds the lock.

    Raises
    ------
    BlockingIOError
        Another has it.
    FileNotFoundError
        It is not there.
    OSError
        Another reason.
    """
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had the lock before may have removed the folder.
        if not os.path.samestat(os.fstat(handle), os.lstat(path)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    except BaseException:
        os.close(handle)
        raise
    return handle


@cache
def _place() -> str:
    """Return what tells this machine, since it was started, from others."""
    try:
        # The same in all containers, which have names and numbers of processes of their own.
        machine = Path("/proc/sys/kernel/random/boot_id").read_bytes()
    except OSError:
        machine = socket.gethostname().encode()
    return f"{zlib.crc32(machine):08x}"


def _is_local(folder: Path) -> bool:
    """Tell whether no other machine can have its hands on a folder's file system."""
    import psutil

    try:
        mounted = {each.mountpoint: each.fstype for each in psutil.disk_partitions(all=True)}
    except OSError:
        return False
    real = Path(os.path.realpath(folder))
    around = (str(each) for each in (real, *real.parents))
    return next((mounted[each] for each in around if each in mounted), "") in _LOCAL

"""One training at a time on a folder of checkpoints, whichever processes ask for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from w2v.files import named
from w2v.files.own_folder import marks
from w2v.training.checkpoint_files import CheckpointError

_guard = threading.Lock()
_held: dict[Path, int] = {}  # by thread


class FolderInUseError(CheckpointError):
    """Another training keeps its checkpoints in the folder."""


@contextmanager
def hold_folder(folder: str | os.PathLike[str] | None) -> Iterator[None]:
    """Have a folder to oneself for a block; a thread that has it can ask again.

    The lock is a file beside the folder, and with it the system's lock of that file, which ends
    with the process however that ends.  Where files cannot be locked, nothing is.

    Parameters
    ----------
    folder : str, path or None
        It need not exist.

    Raises
    ------
    FolderInUseError
        Another thread or process has it.
    OSError
        There can be no file beside it.
    """
    if folder is None:
        yield
        return
    place = Path(os.path.realpath(named(folder)))
    with _guard:
        holder = _held.get(place)
        if holder is None:
            place.parent.mkdir(parents=True, exist_ok=True)
            path = place.with_name(f".{os.fsdecode(os.fsencode(place.name)[-200:])}.lock")
            handle = _take(path, folder)
            _held[place] = threading.get_ident()
            marks.add(path)
    if holder is not None:
        if holder != threading.get_ident():
            raise _in_use(folder, f"process {os.getpid()}, in another thread")
        yield
        return
    try:
        yield
    finally:
        with _guard:
            del _held[place]
            marks.discard(path)
            with suppress(OSError):  # Windows does not remove what is open
                path.unlink()
            os.close(handle)
            if os.name == "nt":
                with suppress(OSError):
                    path.unlink()


def _take(path: Path, folder: str | os.PathLike[str]) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if not _lock(handle):
                holder = os.read(handle, 20).decode("ascii", "replace").strip()
                raise _in_use(folder, f"process {holder}" if holder else "another process")
            # Whoever had it may have removed the file since it was opened here.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), path.stat()):
                    with suppress(OSError):  # a full disk; it is only for a message
                        os.ftruncate(handle, 0)
                        os.write(handle, f"{os.getpid()}\n".encode())
                    return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int) -> bool:
    """Lock a file; False where someone else has. True too where the file system cannot."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            os.lseek(handle, 1 << 20, os.SEEK_SET)  # beyond what is read by others
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _in_use(folder: str | os.PathLike[str], holder: str) -> FolderInUseError:
    return FolderInUseError(
        f"another training keeps its checkpoints in {os.fspath(folder)} ({holder}): wait until it "
        "has ended, or name another folder"
    )

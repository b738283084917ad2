"""Writing files so that a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from w2v.files.exchanging import exchange
from w2v.files.leftovers import clear_leftovers
from w2v.files.modes import give_modes
from w2v.files.names import named
from w2v.files.own_folder import PREFIX, OwnFolder, putting
from w2v.files.room import bytes_at, is_full, without_room
from w2v.files.syncing import flush, flush_folder


@contextmanager
def atomic_path(path: str | os.PathLike[str], *, needs: int | None = None) -> Iterator[Path]:
    """Make a temporary path beside ``path``, put in its place when the block succeeds.

    The block writes one file or makes one folder at the path it is given.  Then
    everything is flushed to the disk and takes the place of ``path`` in one step; if the block
    raises, what it wrote is removed and ``path`` stays as it was.

    Parameters
    ----------
    path : str or path
        Where the result shall stand.  Missing parent folders are made.  A
        symbolic link is followed.  A device or pipe (``/dev/stdout``) is
        written in place, as there is nothing to replace.
    needs : int, optional
        About how many bytes it will have, for the error of a full disk.

    Yields
    ------
    Path
        Where to write: the same name, in a folder of this process beside ``path``.

    Raises
    ------
    FileNotFoundError
        A block that wrote nothing.
    OSError
        A place that cannot be written to, a folder where a file should stand, or a mounted file
        system, which nothing can take the place of.

    Notes
    -----
    What is new has the mode that ``open`` would give it; a file or folder of this user that is
    replaced passes on its own.  Where two folders cannot change places in one step, the old one
    is moved aside first; :func:`w2v.files.standing` finds the new one if the process ends in
    between.  What processes that ended earlier left beside ``path`` is removed.
    """
    with atomic_paths(path, needs=needs) as [beside]:
        yield beside


@contextmanager
def atomic_paths(*paths: str | os.PathLike[str], needs: int | None = None) -> Iterator[list[Path]]:
    """Make temporary paths for several files that belong together; see :func:`atomic_path`.

    Those of one folder are all put in place, the first one last, or none is: if the process ends
    in between, whoever writes there next or asks :func:`w2v.files.recovered` for the first one
    has the rest done.

    Parameters
    ----------
    *paths : str or path
    needs : int, optional
        About how many bytes they will have, for the error of a full disk.

    Yields
    ------
    list of Path
        Where to write each.

    Raises
    ------
    ValueError
        Two of them are one file.
    OSError
        See :func:`atomic_path`.
    """
    targets = [Path(os.path.realpath(named(path))) for path in paths]
    for i, target in enumerate(targets):
        if target in targets[:i]:
            raise ValueError(f"{paths[i]} is named for two files: each needs a name of its own")
    folders: dict[Path, OwnFolder] = {}
    try:
        with ExitStack() as stack:
            besides = [
                target
                if _is_special(target)
                else _own_folder(target, folders, stack).path / target.name
                for target in targets
            ]
            with _told_when_full(targets[0], [each.path for each in folders.values()], needs):
                yield besides
                _check(besides, targets)
                new = [i for i, target in enumerate(targets) if besides[i] != target]
                for i in new:
                    beside, folder = besides[i], folders[targets[i].parent]
                    give_modes(beside, targets[i], folder.path.stat().st_mode)
                    flush(beside)
            with putting:
                _put([(folders[targets[i].parent], targets[i]) for i in new])
    except OSError as error:
        if error.errno is None:
            raise
        # The path that the caller knows, not the one beside it.
        name = str(error.filename or targets[0])
        for path, target in zip(paths, targets, strict=True):
            ours = name.startswith(str(target.parent / PREFIX)) and Path(name).name == target.name
            if name == str(target) or ours:
                raise OSError(error.errno, error.strerror, str(path)) from error
        if name.startswith(tuple(str(target.parent / PREFIX) for target in targets)):
            raise OSError(error.errno, error.strerror, str(paths[0])) from error
        raise


@contextmanager
def _told_when_full(target: Path, folders: list[Path], needs: int | None) -> Iterator[None]:
    """Say of a full disk what is needed there, while what was written can still be measured."""
    try:
        yield
    except OSError as error:
        ours = str(error.filename or target).startswith((str(target), *map(str, folders)))
        if not (ours and folders and is_full(error)):
            raise
        wrote = sum(map(bytes_at, folders))
        raise without_room(error, error.filename or target, wrote=wrote, needs=needs) from error


def _is_special(target: Path) -> bool:
    """Tell whether something stands there that is written to, not replaced: a device or pipe."""
    return target.exists() and not (target.is_file() or target.is_dir())


def check_replaceable(path: str | os.PathLike[str]) -> None:
    """Refuse what nothing can take the place of.

    Parameters
    ----------
    path : str or path

    Raises
    ------
    OSError
        A mounted file system, or a folder whose content may not be changed.
    """
    target = os.path.realpath(path)
    if os.path.ismount(target):
        raise OSError(
            errno.EBUSY,
            "a file system is mounted here, which cannot be replaced: name something in it",
            str(path),
        )
    if os.path.isdir(target) and not os.access(target, os.W_OK):  # noqa: PTH112
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _own_folder(target: Path, folders: dict[Path, OwnFolder], stack: ExitStack) -> OwnFolder:
    """Return the folder of this process beside a target."""
    check_replaceable(target)
    parent = target.parent
    if parent not in folders:
        parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(parent)
        folders[parent] = stack.enter_context(OwnFolder(parent))
    return folders[parent]


def _check(besides: list[Path], targets: list[Path]) -> None:
    for beside, target in zip(besides, targets, strict=True):
        if not beside.exists():
            raise FileNotFoundError(f"nothing was written for {target}")
        if target.is_dir() and not beside.is_dir():
            raise IsADirectoryError(f"{target} is a folder; a file cannot take its place")


def _put(pairs: list[tuple[OwnFolder, Path]]) -> None:
    """Put what stands in folders of this process where it belongs."""
    if len(pairs) != 1 or not _put_at_once(pairs[0][0].path / pairs[0][1].name, pairs[0][1]):
        for folder in dict(pairs):
            flush_folder(folder.path)
            folder.commit()
            flush_folder(folder.path.parent)
        for folder, target in reversed(pairs):
            new = folder.path / target.name
            if not _put_at_once(new, target):
                _put_after(new, target)
    for parent in {target.parent for _, target in pairs}:
        flush_folder(parent)


def _put_at_once(new: Path, target: Path) -> bool:
    """Put a file or folder in its place in one step; tell whether that can be done."""
    is_folder = new.is_dir()
    try:
        if not (is_folder and target.exists()):
            new.replace(target)
            return True
    except OSError:
        if not is_folder:  # otherwise, another process may just have made one there
            raise
    return exchange(new, target)


def _put_after(new: Path, target: Path) -> None:
    """Put a folder in its place after what is there was moved aside."""
    with OwnFolder(target.parent) as aside:
        old = aside.path / target.name
        try:
            target.rename(old)
            new.rename(target)
        except BaseException:
            if old.exists() and not target.exists():
                old.rename(target)
            raise

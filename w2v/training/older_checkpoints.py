"""The checkpoints before the newest, in folders of its name and a number: run.1, run.2, …."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from w2v.files import named, standing
from w2v.files.own_folder import OwnFolder

MOST_KEPT = 1_000
"""More names would take long to look at."""


def older_folders(folder: str | Path, keep: int) -> list[Path]:
    """Return where the checkpoints before the newest stand, of ``keep`` in all."""
    place = Path(os.path.realpath(named(folder)))
    return [place.with_name(f"{place.name}.{i}") for i in range(1, keep)]


def moves(folder: str | Path, keep: int) -> list[tuple[Path, Path]]:
    """Return which checkpoints there are to stand where, when there is a new one.

    Parameters
    ----------
    folder : str or Path
        Of the newest.
    keep : int
        Checkpoints to keep, the new one with them.

    Returns
    -------
    list of (Path, Path)
        Each moves on by one, up to the first name that is free; the last gives way.
    """
    newest, older = standing(named(folder)), older_folders(folder, keep)
    if not newest.is_dir() or not any(newest.iterdir()):
        return []
    moved: list[tuple[Path, Path]] = []
    for path in older:
        moved.append((moved[-1][1] if moved else newest, path))
        if not path.exists():
            break
    return moved


def remove_while(holds: Callable[[Path], bool], folder: str | Path, keep: int) -> None:
    """Remove the checkpoints beyond the number to keep, up to the first that is another's.

    Parameters
    ----------
    holds : callable
        Tells whether a folder may be removed.
    folder : str or Path
        Of the newest.
    keep : int
        Of which there were more at another time.
    """
    for path in older_folders(folder, MOST_KEPT)[keep - 1 :]:
        if not path.is_dir() or not holds(path):
            return
        with suppress(OSError), OwnFolder(path.parent) as aside:
            path.rename(aside.path / path.name)


def link_files(folder: Path, other: Path) -> None:
    """Have the files of a folder, which nobody writes to, stand in a new one as well."""
    other.mkdir()
    for file in folder.iterdir():
        try:
            os.link(file, other / file.name)
        except OSError:  # a file system that has no links
            shutil.copy2(file, other / file.name)

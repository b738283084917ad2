"""The checkpoints before the newest, in folders of its name and a number: run.1, run.2, …."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from w2v.files import atomic_path, named, standing
from w2v.training.checkpoint import Checkpoint


def older_folders(folder: str | Path, keep: int) -> list[Path]:
    """Return where the checkpoints before the newest stand, of ``keep`` in all.

    Raises
    ------
    CheckpointError
        Something else stands there.
    """
    place = Path(os.path.realpath(named(folder)))
    older = [place.with_name(f"{place.name}.{i}") for i in range(1, keep)]
    for path in older:
        Checkpoint.check_place(path)
    return older


def save_and_keep(save: Callable[[], None], folder: str | Path, keep: int) -> None:
    """Have a new checkpoint written, and keep those before it.

    Each of them stands whole under one name or another all the while, the one before the newest
    until that is whole and on the disk.

    Parameters
    ----------
    save : callable
        Writes the folder.
    folder : str or Path
    keep : int
        Checkpoints to keep, the newest with them.
    """
    older = older_folders(folder, keep)
    if not older or not Checkpoint.stands_at(folder):
        save()
        return
    with atomic_path(older[0]) as aside:
        _link(standing(named(folder)), aside)
        save()
        _make_room(older)


def _make_room(older: list[Path]) -> None:
    """Give each folder the next one's name, up to the first that is free, or the last."""
    free = next((i for i, path in enumerate(older) if not path.exists()), len(older) - 1)
    for i in range(free, 0, -1):
        with atomic_path(older[i]) as aside:
            older[i - 1].rename(aside)


def _link(folder: Path, other: Path) -> None:
    """Have the files of a folder, which are never written to, stand in another as well."""
    other.mkdir()
    for file in folder.iterdir():
        try:
            os.link(file, other / file.name)
        except OSError:  # a file system that has no links
            shutil.copy2(file, other / file.name)

"""Folders that are there whole or not at all, and what to say when the disk is full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from w2v.data.errors import CorpusError
from w2v.data.manifest import MANIFEST, OFFSETS, TOKENS, VOCAB
from w2v.files import atomic_path, files_beside, is_foreign, named
from w2v.files.room import bytes_at, is_full, without_room

_OWN = (MANIFEST, TOKENS, OFFSETS, VOCAB)


@contextmanager
def replaced_folder(target: str | Path) -> Iterator[Path]:
    """Fill a folder beside the target, put in its place when the block succeeds.

    Parameters
    ----------
    target : str or Path
        The folder to make. If it exists it must be empty or hold an encoded corpus alone.

    Yields
    ------
    Path
        The folder to fill.

    Raises
    ------
    CorpusError
        A target that exists and is something else.
    OSError
        A folder that cannot be written; for a full disk with a line that says so.
    """
    check_place(target)
    with atomic_path(target) as aside:
        aside.mkdir()
        yield aside


def check_place(target: str | Path) -> None:
    """Refuse a place where something else than an encoded corpus stands, by a CorpusError."""
    if named(target).is_file():
        raise CorpusError(f"{target} is a file; name a folder for the encoded corpus")
    if is_foreign(target, MANIFEST):
        raise CorpusError(f"{target} exists and is no encoded corpus; name another folder")
    if others := files_beside(target, _OWN):
        raise CorpusError(
            f"{target} holds {', '.join(others[:3])} beside an encoded corpus, which is replaced "
            "as a whole: move what is not of it elsewhere"
        )


@contextmanager
def clear_when_full(folder: Path) -> Iterator[None]:
    """Turn the error of a full disk under a temporary folder into one that says so.

    Parameters
    ----------
    folder : Path
        What is being filled.

    Raises
    ------
    OSError
        That of the block, with the same number and what is needed, what is free and what to do.
    """
    try:
        yield
    except OSError as error:
        elsewhere = error.filename and not str(error.filename).startswith(str(folder))
        if elsewhere or not is_full(error):
            raise
        advice = "free some, or name another folder for temporary files by TMPDIR"
        raise without_room(error, folder, wrote=bytes_at(folder), advice=advice) from error

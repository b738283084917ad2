"""What a user names as text: files, folders, patterns, standard input, datasets."""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from w2v.data.datasets.registry import dataset, dataset_names
from w2v.data.errors import CorpusError, NoCorpusError
from w2v.data.reading.remote import find_remote
from w2v.data.reading.source_file import TextSource, kind_of
from w2v.files.urls import is_url
from w2v.messages import quoted, shortened

Name = str | os.PathLike[str]

_LONGEST_PATTERN = 4096
_OTHERWISE = (
    f"datasets are {', '.join(dataset_names())}; sentences themselves are given as lists of "
    "words (tokens)"
)


def names_of(source: Any) -> list[str] | None:
    """Return a source's names of files, if these are what it holds.

    Parameters
    ----------
    source : str, path, sequence of these, or iterable

    Returns
    -------
    list of str, or None
        None if the source holds the sentences themselves.

    Raises
    ------
    CorpusError
        A source that is neither names nor sentences.
    """
    if isinstance(source, str | bytes | os.PathLike):
        source = [source]
    elif not (
        isinstance(source, Sequence) and source and isinstance(source[0], str | bytes | os.PathLike)
    ):
        if not (isinstance(source, Iterable) or is_arrow(source) or is_open_file(source)):
            lazy = ": give its collect()" if hasattr(source, "collect") else ""
            raise NoCorpusError(
                f"expected paths, a table or an iterable of token lists, got {quoted(source)} of "
                f"type {type(source).__name__}{lazy}"
            )
        return None
    for name in source:
        if not isinstance(name, str | bytes | os.PathLike):
            raise NoCorpusError(
                f"among names of files stands {quoted(name)} of type {type(name).__name__}; give "
                "names alone, or sentences as lists of words alone"
            )
    return [os.fsdecode(name) for name in source]


def is_arrow(source: Any) -> bool:
    """Tell whether an object gives Arrow's data, as those of pandas, polars and pyarrow do."""
    return hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__")


def is_open_file(source: Any) -> bool:
    """Tell whether an object is a file that is open for reading."""
    return callable(getattr(source, "read", None)) and not isinstance(source, os.PathLike)


def find_sources(
    names: Iterable[Name], storage_options: Mapping[str, Any] | None = None
) -> list[TextSource]:
    """Find the files behind the names, in the order given.

    Parameters
    ----------
    names : iterable of str or path
        Files; folders (all files in them and below, by name, hidden ones left out); patterns
        with ``*``, ``?`` or ``[``; ``-`` for standard input; names of datasets, where no file
        is called so; URLs, which fsspec reads.
    storage_options : mapping, optional
        For the file systems of URLs.

    Returns
    -------
    list of TextSource

    Raises
    ------
    CorpusError
        A name under which nothing is there.
    """
    found = [source for name in names for source in _find_one(os.fsdecode(name), storage_options)]
    if not found:
        raise CorpusError("no source of text was named")
    return found


def _find_one(name: str, storage_options: Mapping[str, Any] | None) -> list[TextSource]:
    if is_url(name):
        return find_remote(name, storage_options)
    if name == "-":
        return [TextSource(None, "text")]
    if not name.strip():
        # As a path it would be the current folder.
        raise CorpusError(f"a name is empty, got {quoted(name)}: name a file or folder")
    path = Path(name).expanduser()
    if _is_there(path):
        if not path.is_dir():
            return [_file(path)]
        files = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p, path))
        if not files:
            raise CorpusError(
                f"{shortened(name)} is a folder without files; name a file or fill it"
            )
        return [_file(p) for p in files]
    if name in dataset_names():
        return [_file(p) for p in dataset(name)]
    if glob.has_magic(name) and len(name) < _LONGEST_PATTERN:
        # Path.glob takes no absolute patterns.
        matches = sorted(filter(Path.is_file, map(Path, glob.iglob(str(path), recursive=True))))  # noqa: PTH207
        if matches:
            return [_file(p) for p in matches]
        raise CorpusError(f"no file matches {quoted(name)}; {_OTHERWISE}")
    words = name.split()
    such = f", such as {quoted(words[:5])}" if len(words) > 1 else ""
    raise NoCorpusError(
        f"{quoted(name)}: no such file or folder, and no dataset; {_OTHERWISE}{such}"
    )


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except ValueError:  # a NUL in it
        return False
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return False


def _file(path: Path) -> TextSource:
    return TextSource(path, kind_of(path.name))


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)

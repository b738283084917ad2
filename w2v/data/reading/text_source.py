"""What a user names as text: files, folders, patterns, standard input, datasets."""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.data.datasets.registry import dataset, dataset_names
from w2v.data.errors import CorpusError, NoCorpusError
from w2v.messages import quoted, shortened

Name = str | os.PathLike[str]

_COMPRESSIONS = {".gz", ".bz2", ".zst"}
_LONGEST_PATTERN = 4096
_OTHERWISE = (
    f"datasets are {', '.join(dataset_names())}; sentences themselves are given as lists of "
    "words (tokens)"
)
_KINDS = {
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    ".csv": "csv",
    ".tsv": "tsv",
}


@dataclass(frozen=True)
class TextSource:
    """One file to read.

    Parameters
    ----------
    path : Path or None
        None is standard input.
    kind : {"text", "parquet", "jsonl", "csv", "tsv"}
    """

    path: Path | None
    kind: str

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return "standard input" if self.path is None else shortened(self.path)

    @property
    def compressed(self) -> bool:
        """Whether the name says that the file is compressed."""
        return self.path is not None and self.path.suffix in _COMPRESSIONS

    @property
    def size(self) -> int | None:
        """Bytes of the file as it stands, None for what has no end yet."""
        return self.path.stat().st_size if self.path and self.path.is_file() else None

    def fingerprint(self) -> dict[str, Any]:
        """Return what the file is now, to notice later that it changed."""
        if self.path is None or not self.path.is_file():
            return {"name": self.name}
        stat = self.path.stat()
        return {
            "path": str(self.path.resolve()),
            "bytes": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
        }


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
        if not isinstance(source, Iterable):
            raise NoCorpusError(
                f"expected paths or an iterable of token lists, got {quoted(source)} of type "
                f"{type(source).__name__}"
            )
        return None
    for name in source:
        if not isinstance(name, str | bytes | os.PathLike):
            raise NoCorpusError(
                f"among names of files stands {quoted(name)} of type {type(name).__name__}; give "
                "names alone, or sentences as lists of words alone"
            )
    return [os.fsdecode(name) for name in source]


def find_sources(names: Iterable[Name]) -> list[TextSource]:
    """Find the files behind the names, in the order given.

    Parameters
    ----------
    names : iterable of str or path
        Files; folders (all files in them and below, by name, hidden ones left out); patterns
        with ``*``, ``?`` or ``[``; ``-`` for standard input; names of datasets, where no file
        is called so.

    Returns
    -------
    list of TextSource

    Raises
    ------
    CorpusError
        A name under which nothing is there.
    """
    found = [source for name in names for source in _find_one(os.fsdecode(name))]
    if not found:
        raise CorpusError("no source of text was named")
    return found


def _find_one(name: str) -> list[TextSource]:
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
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] in _COMPRESSIONS:
        suffixes.pop()
    return TextSource(path, _KINDS.get(suffixes[-1] if suffixes else "", "text"))


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)

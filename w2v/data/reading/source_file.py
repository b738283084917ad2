"""One source of text: a file, or standard input."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.data.errors import CorpusError
from w2v.messages import shortened

COMPRESSIONS = (".gz", ".bz2", ".zst")
_KINDS = {
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    ".csv": "csv",
    ".tsv": "tsv",
}
WITH_COLUMNS = tuple(_KINDS)
DELIMITERS = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True)
class TextSource:
    """One file to read.

    Parameters
    ----------
    path : Path or None
        None is standard input.
    kind : {"text", "parquet", "jsonl", "csv", "tsv", "table"}
    """

    path: Path | None
    kind: str

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return "standard input" if self.path is None else shortened(self.path)

    @property
    def is_told_by(self) -> str:
        """How its kind is told, for messages, where that is not by a suffix alone."""
        return ""

    @property
    def compressed(self) -> bool:
        """Whether the name says that the file is compressed."""
        return self.path is not None and self.path.suffix in COMPRESSIONS

    @property
    def size(self) -> int | None:
        """Bytes of the file as it stands, None for what has no end yet."""
        return self.path.stat().st_size if self.path and self.path.is_file() else None

    @property
    def is_decoded(self) -> bool:
        """Whether the file gives text, whose encoding is settled."""
        return False

    @property
    def start(self) -> int:
        """Where in its file it begins: beyond 0 the file's beginning has been judged already."""
        return 0

    @property
    def stays_open(self) -> bool:
        """Whether what :meth:`open` gives is somebody else's, and not to be closed."""
        return self.path is None

    def open(self) -> Any:
        """Return a file of bytes to read."""
        return _standard_input() if self.path is None else self.path.open("rb")

    def seekable(self) -> Any:
        """Return a path or a file in which places can be sought, for Parquet."""
        return self.path

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


def kind_of(name: str) -> str:
    """Return the kind of source that a file's name says, also of a compressed one."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes[-2:]]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    return _KINDS.get(suffixes[-1] if suffixes else "", "text")


def _standard_input() -> Any:
    """Open standard input without a buffer, whose lock a thread left waiting would hold forever."""
    if sys.stdin is None:
        raise CorpusError("standard input is closed: pipe a text into it, or name a file")
    try:
        return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    except OSError:  # not a file of the system
        return sys.stdin.buffer

"""Files that are open for reading, of bytes or of text: whatever has ``read``."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from w2v.data.reading.source_file import DELIMITERS, TextSource, kind_of
from w2v.data.reading.text_source import is_open_file
from w2v.messages import shortened

_LONGEST_FIRST_LINE = 1 << 16
_INPUT = TextSource(None, "text").name


@dataclass(frozen=True)
class OpenFile(TextSource):
    """A file that somebody has opened, read from where it stands and left open.

    Parameters
    ----------
    path : None
    kind : {"text", "parquet", "jsonl", "csv", "tsv"}
    file : file of bytes or of text
        Text is decoded already; bytes are decompressed and decoded as those of a path are.
    """

    file: Any = None

    @property
    def name(self) -> str:
        """The file's name, or its type where it has none."""
        name = getattr(self.file, "name", None)
        return shortened(name) if isinstance(name, str) else f"the {type(self.file).__name__}"

    @property
    def is_told_by(self) -> str:
        """How its kind is told, for messages."""
        named = "" if self.name == _INPUT else " by its name (file.name = 'text.csv') or"
        return f", told{named} by how it begins"

    @property
    def is_decoded(self) -> bool:
        """Whether it gives text."""
        return isinstance(self.file.read(0), str)

    @property
    def stays_open(self) -> bool:
        """True."""
        return True

    def open(self) -> Any:
        """Return a file of bytes to read."""
        return _Encoded(self.file) if self.is_decoded else self.file

    def seekable(self) -> Any:
        """Return a file in which places can be sought."""
        can = getattr(self.file, "seekable", None)
        return self.file if can is not None and can() else io.BytesIO(self.file.read())


class _Encoded:
    """A file of text as one of bytes."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        # What stands for bytes that were no text becomes these again, which the reader tells.
        data: bytes = self._file.read(size).encode("utf-8", "surrogateescape")
        return data


class Begun:
    """A file of which a piece has been read, which it gives once more.

    Parameters
    ----------
    head : bytes or str
    file : open file
    """

    def __init__(self, head: Any, file: Any) -> None:
        self._head, self._file = head, file
        name = getattr(file, "name", None)
        self.name = name if isinstance(name, str) else f"the {type(file).__name__}"

    def read(self, size: int = -1) -> Any:
        """Read about so many bytes or characters."""
        if size == 0:
            return self._head[:0]
        head, self._head = self._head, self._head[:0]
        if size < 0:
            return head + self._file.read()
        return head or self._file.read(size)


def open_file_of(source: Any, column: Any) -> OpenFile | None:
    """Return an open file as a source; None for what is none.

    Parameters
    ----------
    source : object
    column : str or None
        Where there is one, what a name does not tell is told by how the file begins.
    """
    if not is_open_file(source):
        return None
    name = getattr(source, "name", None)
    kind = kind_of(name) if isinstance(name, str) else "text"
    if kind != "text" or column is None:
        return OpenFile(None, kind, source)
    kind, file = _told_by_its_beginning(source, column)
    return OpenFile(None, kind, file)


def standard_input_of(source: TextSource, column: Any) -> TextSource:
    """Return standard input as the open file that it is where a column of it is to be read.

    Parameters
    ----------
    source : TextSource
        Others are returned as they are.
    column : str or None
    """
    if type(source) is not TextSource or source.path is not None or column is None:
        return source
    kind, file = _told_by_its_beginning(source.open(), column)
    file.name = _INPUT
    return OpenFile(None, kind, file)


def _told_by_its_beginning(file: Any, column: Any) -> tuple[str, Begun]:
    """Tell a kind with columns by a file's first line; return the file, still with all of it."""
    pieces = []
    while piece := file.read(_LONGEST_FIRST_LINE):
        pieces.append(piece)
        end = "\n" if isinstance(piece, str) else b"\n"
        if end in piece or sum(map(len, pieces)) >= _LONGEST_FIRST_LINE:
            break
    head = pieces[0][:0].join(pieces) if pieces else b""
    raw = head.encode("utf-8", "surrogateescape") if isinstance(head, str) else bytes(head)
    return _kind_within(raw, str(column)), Begun(head, file)


def _kind_within(head: bytes, column: str) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    line = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    if line.startswith(b"{") or line.lstrip().startswith(b"[{"):
        return "jsonl"
    for kind, delimiter in DELIMITERS.items():
        fields = line.decode(errors="replace").rstrip("\r").split(delimiter)
        if len(fields) > 1 and column in (field.strip('"') for field in fields):
            return kind
    return "text"

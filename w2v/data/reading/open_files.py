"""Files that are open for reading, of bytes or of text: whatever has ``read``."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from w2v.data.reading.source_file import TextSource, kind_of
from w2v.data.reading.text_source import is_open_file
from w2v.messages import shortened


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
        self.name = getattr(file, "name", None)

    def read(self, size: int = -1) -> Any:
        """Read about so many bytes or characters."""
        if size == 0:
            return self._head[:0]
        head, self._head = self._head, self._head[:0]
        if size < 0:
            return head + self._file.read()
        return head or self._file.read(size)


def open_file_of(source: Any) -> OpenFile | None:
    """Return an open file as a source; None for what is none."""
    if not is_open_file(source):
        return None
    name = getattr(source, "name", None)
    return OpenFile(None, kind_of(name) if isinstance(name, str) else "text", source)

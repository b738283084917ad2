"""Some of the lines of a file, so that several machines can read it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from w2v.data.reading.decoding import UTF8
from w2v.data.reading.source_file import TextSource
from w2v.data.reading.utf8_reader import COMPRESSED

_PIECE = 1 << 16
_NOTHING = TextSource(None, "text")


@dataclass(frozen=True)
class LineRange(TextSource):
    """The lines of a file of plain text that begin within some of its bytes.

    Parameters
    ----------
    path, kind
        Those of the file.
    file : TextSource
    begin, end : int
    """

    file: TextSource = _NOTHING
    begin: int = 0
    end: int = 0

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.name

    @cached_property
    def start(self) -> int:
        """Where its first line begins."""
        file = self.open()
        try:
            return int(file.first())
        finally:
            file.close()

    @property
    def size(self) -> int:
        """Bytes, about."""
        return self.end - self.begin

    @property
    def stays_open(self) -> bool:
        """False: the reading opens it."""
        return False

    def open(self) -> Any:
        """Return a file of bytes to read, which has these lines alone."""
        return _Lines(self.file.open(), self.begin, self.end)

    def fingerprint(self) -> dict[str, Any]:
        """Return what the file is now."""
        return self.file.fingerprint()


class _Lines:
    """A file of the lines that begin from one place on and before another."""

    def __init__(self, raw: Any, begin: int, end: int) -> None:
        self._raw, self._first = raw, end if begin else 0
        self._pieces = self._of_range(begin, end)

    def first(self) -> int:
        """Return where the first line begins, or where the range ends if none does."""
        self.read()
        return self._first

    def read(self, size: int = -1) -> bytes:
        """Read some bytes, none only at the end; how many is not asked for."""
        return next(self._pieces, b"")

    def close(self) -> None:
        self._raw.close()

    def _of_range(self, begin: int, end: int) -> Iterator[bytes]:
        # A line begins after the end of another: one that ends just before is looked for too.
        at = max(0, begin - 1)
        self._raw.seek(at)
        inside = begin == 0
        while at < end - 1 and (piece := self._raw.read(min(_PIECE, end - 1 - at))):
            at += len(piece)
            if not inside:
                skipped = piece.find(b"\n") + 1
                inside, piece = skipped > 0, piece[skipped:] if skipped else b""
                self._first = at - len(piece) if inside else self._first
            if piece:
                yield piece
        while inside and (piece := self._raw.read(_PIECE)):
            ended = piece.find(b"\n") + 1
            yield piece[:ended] if ended else piece
            inside = not ended


def cut_sources(sources: list[TextSource], part_bytes: int, encoding: str) -> list[TextSource]:
    """Cut files into parts that can be read each by itself, in the order of the text.

    Plain text is cut between lines; what is compressed, has columns or another encoding, whose
    line ends are not to be seen among its bytes, stays whole.

    Parameters
    ----------
    sources : list of TextSource
    part_bytes : int
        Of a part, about.
    encoding : str
    """
    parts: list[TextSource] = []
    for source in sources:
        size = source.size
        if size is None or size <= part_bytes or encoding != UTF8 or not _can_be_cut(source):
            parts.append(source)
            continue
        n = -(-size // part_bytes)
        bounds = [size * i // n for i in range(n + 1)]
        parts += [
            LineRange(source.path, source.kind, source, bounds[i], bounds[i + 1]) for i in range(n)
        ]
    return parts


def _can_be_cut(source: TextSource) -> bool:
    if source.kind != "text" or source.compressed or source.stays_open:
        return False
    file = source.open()
    try:
        return bool(file.seekable()) and not file.read(16).startswith(tuple(COMPRESSED))
    finally:
        file.close()

"""Bytes of a source: opened, decompressed and known to be text."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from w2v.data.errors import CorpusError
from w2v.data.sources import Source

_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}
_FOREIGN = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\x7fELF": "a program",
    b"%PDF": "a PDF: take its text out first",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"PAR1": "a Parquet file: give it the suffix .parquet and name a column",
    b"ARROW1": "an Arrow file",
    b"\x93NUMPY": "a NumPy array",
    b"SQLite format 3": "a database",
    b"\xfd7zXZ": "an xz archive: unpack it first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"\xff\xfe": "UTF-16 text: convert it to UTF-8 first",
    b"\xfe\xff": "UTF-16 text: convert it to UTF-8 first",
}
_BOM = b"\xef\xbb\xbf"
_SAMPLE = 1 << 16
# So small a file of odd bytes may well be text somebody made up.
_SMALLEST_JUDGED = 256
_MOST_ODD = 0.1


class ByteStream:
    """A source's bytes, decompressed, without the mark some editors put first.

    Parameters
    ----------
    source : Source
    """

    def __init__(self, source: Source) -> None:
        import pyarrow as pa

        self._source = source
        self._raw: Any = _standard_input() if source.path is None else source.path.open("rb")
        self._counted = _Counted(self._raw)
        head = self._counted.read(16)
        codec = next((c for magic, c in _COMPRESSED.items() if head.startswith(magic)), None)
        if source.compressed and codec is None and head:
            self.close()
            raise CorpusError(f"{source.name} is not compressed as its name says; rename it")
        self._counted.unread(head)
        self._stream: Any = self._counted
        if codec:
            self._stream = pa.CompressedInputStream(pa.PythonFile(self._counted, "r"), codec)
        self._first = True

    @property
    def consumed(self) -> int:
        """Bytes taken from the file so far, compressed ones if it is compressed."""
        return self._counted.taken

    def read(self, size: int) -> bytes:
        """Read up to so many bytes, fewer only at the end.

        Parameters
        ----------
        size : int

        Returns
        -------
        bytes

        Raises
        ------
        CorpusError
            If the source is no text, or its compressed form is cut short or damaged.
        """
        chunk = self._read(max(size, _SAMPLE) if self._first else size)
        if self._first:
            self._first = False
            _refuse_binary(chunk[:_SAMPLE], self._source.name)
            chunk = chunk.removeprefix(_BOM)
        return chunk

    def _read(self, size: int) -> bytes:
        pieces = []
        while size > 0:
            try:
                piece = self._stream.read(size)
            except OSError as error:
                if self._stream is self._counted or isinstance(error.errno, int):
                    raise
                raise CorpusError(
                    f"{self._source.name} is cut short or damaged ({str(error).lower()}); "
                    "fetch it again"
                ) from error
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._source.path is not None:
            self._raw.close()


@contextmanager
def opened(source: Source) -> Iterator[ByteStream]:
    """Open a source for the length of a block.

    Parameters
    ----------
    source : Source

    Yields
    ------
    ByteStream
    """
    stream = ByteStream(source)
    try:
        yield stream
    finally:
        stream.close()


def _standard_input() -> Any:
    """Open standard input without a buffer, whose lock a thread left waiting would hold forever."""
    try:
        return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    except OSError:  # not a file of the system
        return sys.stdin.buffer


class _Counted:
    """A file that counts what is taken from it and lets its first bytes be put back."""

    closed = False

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._back = b""
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        if self._back:
            head, self._back = self._back, b""
            return head
        chunk: bytes = self._raw.read(size)
        self.taken += len(chunk)
        return chunk

    def unread(self, head: bytes) -> None:
        self._back = head

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return True


def _refuse_binary(sample: bytes, name: str) -> None:
    for magic, what in _FOREIGN.items():
        if sample.startswith(magic):
            raise CorpusError(f"{name} is {what}; expected text in UTF-8")
    if len(sample) < _SMALLEST_JUDGED:
        return
    controls = len(sample) - len(
        sample.translate(None, bytes({*range(32)} - set(b"\t\n\v\f\r\x1b")))
    )
    text = sample.decode("utf-8", errors="replace")
    odd = (controls + text.count("\ufffd") - sample.count(b"\xef\xbf\xbd")) / len(text)
    if odd > _MOST_ODD:
        raise CorpusError(
            f"{name} looks like a binary file ({odd:.0%} of its first {len(sample)} bytes are no "
            "text in UTF-8); expected text"
        )

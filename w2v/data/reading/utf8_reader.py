"""Bytes of a source: opened, decompressed, known to be text, and decoded to UTF-8."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from w2v.data.errors import CorpusError
from w2v.data.reading.decoding import UTF8, Decoder
from w2v.data.reading.encoding_guess import (
    encoding_advice,
    escaped_encoding,
    guess_encoding,
    marked_encoding,
)
from w2v.data.reading.source_file import TextSource
from w2v.files.foreign import foreign_kind
from w2v.messages import quoted

COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}
_BOM = b"\xef\xbb\xbf"
_SAMPLE = 1 << 16
# So small a file of odd bytes may well be text somebody made up.
_SMALLEST_JUDGED = 256
_MOST_ODD = 0.1
_CONTROLS = bytes({*range(32)} - set(b"\t\n\v\f\r\x1b"))


class Utf8Reader:
    """A source's text as bytes of UTF-8, decompressed, without the mark some editors put first.

    Parameters
    ----------
    source : TextSource
    encoding : str, default "utf-8"
        Of the source; UTF-8 is passed on as it is, with its faults.
    strict : bool, default False
        Whether bytes that are no text in another encoding are an error; U+FFFD takes their
        place otherwise.
    """

    def __init__(self, source: TextSource, encoding: str = UTF8, *, strict: bool = False) -> None:
        import pyarrow as pa

        self._source, self._strict = source, strict
        self._encoding = UTF8 if source.is_decoded else encoding
        self._decoder: Decoder | None = None
        self._raw: Any = source.open()
        self._counted = _Counted(self._raw)
        # In the middle of a file a line may begin as something else would.
        head = b"" if source.start else self._counted.read(16)
        codec = next((c for magic, c in COMPRESSED.items() if head.startswith(magic)), None)
        if source.compressed and codec is None and head:
            self.close()
            raise CorpusError(f"{source.name} is not compressed as its name says; rename it")
        self._counted.unread(head)
        self._bytes: Any = self._counted
        if codec:
            self._bytes = pa.CompressedInputStream(pa.PythonFile(self._counted, "r"), codec)
        self._first = not source.start

    @property
    def consumed(self) -> int:
        """Bytes taken from the file so far, compressed ones if it is compressed."""
        return self._counted.taken

    @property
    def replaced(self) -> int:
        """Sequences of bytes replaced so far in decoding another encoding than UTF-8."""
        return self._decoder.replaced if self._decoder else 0

    def read(self, size: int) -> bytes:
        """Read about so many bytes, none only at the end.

        Parameters
        ----------
        size : int

        Returns
        -------
        bytes

        Raises
        ------
        CorpusError
            A source that is no text, or whose compressed form is cut short or damaged.
        """
        while True:
            chunk = self._read(max(size, _SAMPLE) if self._first else size)
            text = self._begun(chunk) if self._first else self._utf8(chunk)
            # A piece may hold a mark only, or part of a character.
            if text or not chunk:
                return text

    def _begun(self, chunk: bytes) -> bytes:
        """Judge the first piece and decode it."""
        self._first = False
        name, encoding, sample = self._source.name, self._encoding, chunk[:_SAMPLE]
        _refuse_foreign(chunk, name, encoding)
        if encoding == UTF8:
            if escaped := escaped_encoding(chunk):
                raise CorpusError(
                    f"{name} is no text in UTF-8; it looks like text in {escaped}: try "
                    f"encoding={quoted(escaped)}"
                )
            _refuse_binary(sample, name)
            return chunk.removeprefix(_BOM)
        self._decoder = Decoder(encoding, self._strict, name, chunk)
        text = self._utf8(chunk)
        odd = (_controls(text) + self.replaced) / max(1, len(text))
        if len(text) >= _SMALLEST_JUDGED and odd > _MOST_ODD:
            raise CorpusError(
                f"{name} is no text in {encoding} ({odd:.0%} of its beginning is none); "
                f"{encoding_advice(sample)}"
            )
        return text

    def _utf8(self, chunk: bytes) -> bytes:
        return self._decoder.decoded(chunk, final=not chunk) if self._decoder else chunk

    def _read(self, size: int) -> bytes:
        pieces = []
        while size > 0:
            try:
                piece = self._bytes.read(size)
            except OSError as error:
                if self._bytes is self._counted or isinstance(error.errno, int):
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
        """Close the file; standard input and files that were given open stay so."""
        if not self._source.stays_open:
            self._raw.close()


@contextmanager
def open_utf8(
    source: TextSource, encoding: str = UTF8, *, strict: bool = False
) -> Iterator[Utf8Reader]:
    """Open a source for the length of a block.

    Parameters
    ----------
    source, encoding, strict
        See :class:`Utf8Reader`.

    Yields
    ------
    Utf8Reader
    """
    reader = Utf8Reader(source, encoding, strict=strict)
    try:
        yield reader
    finally:
        reader.close()


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


def _refuse_foreign(head: bytes, name: str, encoding: str) -> None:
    """Refuse what says itself that it is no text, or text in another encoding."""
    if what := foreign_kind(head):
        raise CorpusError(f"{name} is {what}; expected text")
    marked = marked_encoding(head)
    if marked and not encoding.startswith(marked):
        raise CorpusError(
            f"{name} is {marked.upper()} text, expected {encoding}: name its encoding, as "
            f"encoding={quoted(marked)}"
        )


def _refuse_binary(sample: bytes, name: str) -> None:
    if 0 in sample and guess_encoding(sample):
        raise CorpusError(f"{name} is no text in UTF-8; {encoding_advice(sample)}")
    if len(sample) < _SMALLEST_JUDGED:
        return
    text = sample.decode("utf-8", errors="replace")
    odd = (_controls(sample) + text.count("\ufffd") - sample.count(b"\xef\xbf\xbd")) / len(text)
    if odd > _MOST_ODD:
        raise CorpusError(
            f"{name} looks like a binary file ({odd:.0%} of its first {len(sample)} bytes are no "
            f"text in UTF-8); expected text; {encoding_advice(sample)}"
        )


def _controls(sample: bytes) -> int:
    """Count the control characters that text has no use for."""
    return len(sample) - len(sample.translate(None, _CONTROLS))

"""Text in blocks that end between two words."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.data.reading.column_values import ListBlock, pieces_of
from w2v.data.reading.columns import column_name, csv_arrays, json_lines_arrays, parquet_arrays
from w2v.data.reading.decoding import UTF8
from w2v.data.reading.encoding_guess import encoding_advice
from w2v.data.reading.source_file import DELIMITERS, WITH_COLUMNS, TextSource
from w2v.data.reading.tables import TableSource
from w2v.data.reading.utf8_reader import open_utf8
from w2v.messages import quoted

BLOCK_BYTES = 1 << 20
_WHITE = b" \n\t\r\v\f"
_PADDING = bytes(8)
# What has no break for so long is neither words nor lines, and would have to fit in memory.
_LONGEST_UNBROKEN = 1 << 28


@dataclass(frozen=True)
class TextBlock:
    """A run of whole words.

    Parameters
    ----------
    data : bytes
        Ends with white space.
    source : TextSource
    offset : int
        Where in the source's text it begins.
    """

    data: bytes
    source: TextSource
    offset: int

    def padded(self) -> NDArray[np.uint8]:
        """Return the bytes with as many after them as kernels may look at."""
        return np.frombuffer(self.data + _PADDING, dtype=np.uint8)

    def is_utf8(self) -> bool:
        """Tell whether the bytes are valid UTF-8, without the GIL and without a copy."""
        import pyarrow as pa

        ends = pa.py_buffer(np.array([0, len(self.data)], np.int64))
        whole = pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(self.data))
        try:
            whole.validate(full=True)
        except pa.ArrowInvalid:
            return False
        return True

    def text(self, *, strict: bool) -> tuple[str, int]:
        """Decode the bytes.

        Parameters
        ----------
        strict : bool
            Whether bytes that are no UTF-8 are an error; U+FFFD takes their place otherwise.

        Returns
        -------
        text : str
        replaced : int
            How often U+FFFD took the place of something.

        Raises
        ------
        CorpusError
            Bytes that are none, if strict; it names the first and its place in the source's text.
        """
        try:
            return self.data.decode("utf-8"), 0
        except UnicodeDecodeError as error:
            if strict:
                raise CorpusError(
                    f"{self.source.name} has byte 0x{self.data[error.start]:02x} at "
                    f"{self.offset + error.start}, which is no UTF-8; "
                    f"{encoding_advice(self.data)}, or errors='replace'"
                ) from error
        text = self.data.decode("utf-8", errors="replace")
        return text, text.count("\ufffd") - self.data.count("\ufffd".encode())


class TextBlocks:
    """The text of several sources, block after block.

    Every source ends its last line, so that no sentence runs from one into the next.

    Parameters
    ----------
    sources : list of TextSource
    column : str, optional
        The column of Parquet, JSON Lines and CSV files; a string is a line, a list a sentence.
    block_bytes : int
        About how long a block is; a longer word is never cut.
    lines_only : bool, default False
        End blocks at line ends only.
    encoding : str, default "utf-8"
        Of plain text, JSON Lines and CSV.
    strict : bool, default False
        Whether bytes that are no text in another encoding than UTF-8 are an error.
    one_line : bool, default False
        Whether line ends are spaces, so that no sentence ends.

    Attributes
    ----------
    replaced : int
        Sequences of bytes replaced so far in decoding another encoding than UTF-8.
    bytes_total : int or None
        None if a source has no known size.
    """

    def __init__(
        self,
        sources: list[TextSource],
        *,
        column: str | None = None,
        block_bytes: int = BLOCK_BYTES,
        lines_only: bool = False,
        encoding: str = UTF8,
        strict: bool = False,
        one_line: bool = False,
    ) -> None:
        self._one_line = one_line
        self._encoding, self._strict = encoding, strict
        self.replaced = 0
        self._sources = sources
        self._column = column
        self._block_bytes = block_bytes
        self._breaks = b"\n" if lines_only else _WHITE
        self._before = 0
        self._within: Callable[[], int] = lambda: 0
        sizes = [source.size for source in sources]
        self.bytes_total = None if None in sizes else sum(size or 0 for size in sizes)

    @property
    def bytes_done(self) -> int:
        """Bytes of the files taken so far."""
        return self._before + self._within()

    def __iter__(self) -> Iterator[TextBlock | ListBlock]:
        for source in self._sources:
            offset = source.start
            # Closed at an error too, not when its traceback is forgotten.
            with closing(self._chunks(source)) as chunks:
                for data in _cut(chunks, self._breaks, source.name):
                    if isinstance(data, ListBlock):
                        yield data
                        continue
                    if self._one_line:
                        data = data.replace(b"\n", b" ")
                    yield TextBlock(data, source, offset)
                    offset += len(data)
            self._within = lambda: 0
            self._before += source.size or 0

    def _chunks(self, source: TextSource) -> Generator[bytes | ListBlock, None, None]:
        self._check_column(source)
        if source.kind in ("table", "parquet"):
            if self._encoding != UTF8:
                raise CorpusError(
                    f"{source.name} holds UTF-8, as all Parquet files and tables do; leave "
                    "encoding out"
                )
            arrays = (
                source.arrays()
                if isinstance(source, TableSource)
                else parquet_arrays(source, str(self._column))
            )
            yield from self._pieces(arrays, source)
            return
        with open_utf8(source, self._encoding, strict=self._strict) as reader:
            self._within = lambda: reader.consumed
            if source.kind == "jsonl":
                arrays = json_lines_arrays(reader, source.name, str(self._column))
                yield from self._pieces(arrays, source)
            elif source.kind in DELIMITERS:
                delimiter = DELIMITERS[source.kind]
                arrays = csv_arrays(reader, source.name, str(self._column), delimiter)
                yield from self._pieces(arrays, source)
            else:
                while chunk := reader.read(self._block_bytes):
                    yield chunk
            self.replaced += reader.replaced

    def _pieces(self, arrays: Iterable[Any], source: TextSource) -> Iterator[bytes | ListBlock]:
        name = (
            source.column_name
            if isinstance(source, TableSource)
            else column_name(source.name, self._column)
        )
        for array in arrays:
            yield from pieces_of(array, name)

    def _check_column(self, source: TextSource) -> None:
        """Refuse a column of what has none, and none of what has several."""
        if source.kind == "table":
            return
        if source.kind != "text" and self._column is None:
            raise CorpusError(
                f"{source.name} has columns; say which holds the text (column=…), or name it .txt "
                "if it is plain text"
            )
        if source.kind == "text" and self._column is not None:
            *some, last = WITH_COLUMNS
            raise CorpusError(
                f"{source.name} is plain text and has no column {quoted(self._column)}; columns "
                f"are for {', '.join(some)} and {last}{source.is_told_by}"
            )


def _cut(
    chunks: Iterable[bytes | ListBlock], breaks: bytes, name: str
) -> Iterator[bytes | ListBlock]:
    """Move what follows a chunk's last break to the next one; sentences pass as they are."""
    carried: list[bytes] = []
    length = 0
    for chunk in chunks:
        if isinstance(chunk, ListBlock):
            yield chunk
            continue
        end = _last_break(chunk, breaks)
        if end:
            yield b"".join((*carried, chunk[:end]))
            carried, length = [], 0
        if end < len(chunk):
            carried.append(chunk[end:])
            length += len(chunk) - end
        if len(carried) > 1 and length > _LONGEST_UNBROKEN:
            what = "line end" if breaks == b"\n" else "white space"
            raise CorpusError(
                f"{name} has no {what} in {_LONGEST_UNBROKEN >> 20} MiB; put one between words"
            )
    if carried:
        yield b"".join((*carried, b"\n"))


def _last_break(chunk: bytes, breaks: bytes) -> int:
    """Return where the last break of a chunk ends, 0 if it has none."""
    # Words are short: look at the end before looking everywhere.
    for start in (max(0, len(chunk) - 1000), 0):
        end = max(chunk.rfind(bytes([b]), start) for b in breaks) + 1
        if end:
            return end
    return 0

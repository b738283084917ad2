"""Rows of text, a word and its numbers each: what word2vec's text and GloVe's share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

import numpy as np

from .contents import (
    ReadOptions,
    RowBuffer,
    VectorData,
    check_unique,
    decode_words,
    encode_word,
)
from .errors import VectorFormatError, shown
from .similarity import row_blocks
from .streams import read_line

_BLOCK_ROWS = 1024
_NUMBER_AT_END = re.compile(r" [-+]?\d*\.?\d+(e[-+]?\d+)?$", re.IGNORECASE)


def read_rows(
    file: IO[bytes],
    vector_size: int,
    n_rows: int | None,
    rows: RowBuffer,
    options: ReadOptions,
    first: bytes = b"",
) -> VectorData:
    """Read rows up to a number or to the end.

    Numbers are parsed as doubles and then rounded to float32, as other readers
    do.  The numbers are taken from the end of the line, so a word may hold spaces.

    Parameters
    ----------
    file : binary file
        At the start of a row.
    vector_size : int
    n_rows : int, optional
        How many rows there must be; all to the end of the file by default.
    rows : RowBuffer
        To be filled.
    options : ReadOptions
    first : bytes, optional
        A row read already.

    Returns
    -------
    VectorData

    Raises
    ------
    VectorFormatError
        If a row has another number of fields, one is no number, or rows lack.
    """
    words: list[str] = []
    block: list[tuple[bytes, list[float]]] = []

    def store() -> None:
        found = decode_words([word for word, _ in block], len(words), options)
        if options.unique:  # seen early, a small archive cannot unpack to endless rows
            check_unique(found, len(words))
        words.extend(found)
        values = np.array([numbers for _, numbers in block], np.float64)
        # What does not fit float32 becomes infinite here and is reported as such later.
        with np.errstate(over="ignore"):
            rows.append(values.astype(np.float32).reshape(len(block), vector_size))
        block.clear()

    stop = n_rows if options.limit is None else min(options.limit, n_rows or options.limit)
    while stop is None or len(words) + len(block) < stop:
        row = len(words) + len(block)
        line = first or read_line(file, f"row {row}")
        first = b""
        if not line:
            if n_rows is not None:
                raise VectorFormatError(
                    f"the file ends after {row:,} rows of {n_rows:,} that its header "
                    "announces: it was cut off, or its header is wrong"
                )
            break
        block.append(_parse(line, vector_size, row))
        if len(block) == _BLOCK_ROWS:
            store()
    store()
    if words and all(_NUMBER_AT_END.search(word) for word in words):
        raise VectorFormatError(
            f"every row has more than {vector_size} numbers, as the header or first row wants: "
            f"{shown(words[0])} would be a word; the header is wrong"
        )
    return VectorData(words, rows.finish())


def write_rows(file: IO[bytes], data: VectorData) -> None:
    """Write one row a word, numbers with the fewest digits that give the same float32.

    Parameters
    ----------
    file : binary file
    data : VectorData

    Raises
    ------
    VectorFormatError
        If a word holds a space or a line end: other readers would read it wrong.
    """
    for word in data.words:
        if " " in word or "\n" in word:
            raise VectorFormatError(
                f"the word {shown(word)} has a space or a line end, which text formats cannot "
                "store: save as .safetensors, or join its parts with '_'"
            )
    start = 0
    for block in _formatted(data):
        words = data.words[start : start + len(block)]
        start += len(block)
        lines = (encode_word(w) + b" " + n + b"\n" for w, n in zip(words, block, strict=True))
        file.write(b"".join(lines))


def _formatted(data: VectorData) -> Iterator[list[bytes]]:
    """Yield blocks of rows as text without the words."""
    # Six times faster than str() on each number; imported here as it takes a while.
    import pyarrow as pa
    import pyarrow.compute as pc

    size = data.vectors.shape[1]
    for rows in row_blocks(len(data.words), size * 8):
        values = pa.array(np.ascontiguousarray(data.vectors[rows]).reshape(-1))
        edges = pa.array(np.arange(0, len(values) + 1, size, dtype=np.int32))
        fields = pa.ListArray.from_arrays(edges, pc.cast(values, pa.string()))
        yield [row.encode() for row in pc.binary_join(fields, " ").to_pylist()]


def _parse(line: bytes, vector_size: int, row: int) -> tuple[bytes, list[float]]:
    fields = line.rstrip().rsplit(b" ", vector_size)
    if len(fields) != vector_size + 1:
        raise VectorFormatError(
            f"row {row} has {len(fields) - 1} numbers after its word, expected {vector_size}: "
            f"{shown(line)}; the file is damaged or of another format"
        )
    try:
        return fields[0], [float(field) for field in fields[1:]]
    except ValueError as error:
        raise VectorFormatError(
            f"row {row} has a field that is no number ({error}), expected a word and "
            f"{vector_size} numbers between single spaces: {shown(line)}"
        ) from None

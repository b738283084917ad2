"""Rows of text, a word and its numbers each: what word2vec's text and GloVe's share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

import numpy as np

from w2v.messages import quoted
from w2v.vectors.errors import CutOffError, VectorFormatError
from w2v.vectors.formats.lines import read_line
from w2v.vectors.formats.row_buffer import RowBuffer
from w2v.vectors.formats.vector_data import ReadOptions, VectorData, check_unique
from w2v.vectors.formats.words import as_text, decode_words, encode_word
from w2v.vectors.similarity import row_blocks

_BLOCK_ROWS = 1024
_NUMBER_AT_END = re.compile(r"[ \t][-+]?\d*\.?\d+(e[-+]?\d+)?$", re.IGNORECASE)
_FEWEST_OTHERS = 20  # numbers of short rows often have fewer digits than all beside them


class RowReader:
    """A reader of rows, up to a number of them or to the end.

    Numbers are parsed as doubles and then rounded to float32, as other readers
    do.  The numbers are taken from the end of the line, so a word may hold spaces.

    Parameters
    ----------
    file : binary file
        At the start of a row.
    vector_size : int
    n_rows : int, optional
        How many rows there must be; all to the end of the file by default.
    options : ReadOptions
    first : bytes, optional
        A row read already.
    """

    def __init__(
        self,
        file: IO[bytes],
        vector_size: int,
        n_rows: int | None,
        options: ReadOptions,
        first: bytes = b"",
    ) -> None:
        self._file, self._size, self._n_rows, self._options = file, vector_size, n_rows, options
        self._first = first
        self._words: list[str] = []
        self._rows = RowBuffer(vector_size, 0)
        self._previous = b""
        self._with_number = 0  # words that end in a number
        self._block: list[tuple[bytes, list[float]]] = []

    def read(self) -> VectorData:
        """Read all that is wanted.

        Raises
        ------
        VectorFormatError
            A row with another number of fields, or one that is no number, or rows that lack.
        """
        wanted, limit = self._n_rows, self._options.limit
        stop = wanted if limit is None else min(limit, limit if wanted is None else wanted)
        row = 0
        while stop is None or row < stop:
            line = self._first or read_line(self._file, f"row {row}")
            self._first = b""
            if not line:
                if wanted is not None:
                    raise CutOffError(
                        f"the file ends after {row:,} rows of {wanted:,} that its header "
                        "announces: it was cut off, or its header is wrong"
                    )
                break
            self._block.append(self._parsed(line, row))
            row += 1
            if len(self._block) == _BLOCK_ROWS:
                self._store()
        self._store()
        # The first row of a file without a header has as many numbers as it says itself.
        suspected = len(self._words) - (self._n_rows is None)
        if suspected > 0 and self._with_number >= suspected:
            raise VectorFormatError(
                f"every row has more than {self._size} numbers, as the header or first row wants: "
                f"{quoted(self._words[-1])} would be a word; the header is wrong"
            )
        return VectorData(self._words, self._rows.finish())

    def _parsed(self, line: bytes, row: int) -> tuple[bytes, list[float]]:
        word, numbers = _split(line, self._size, row)
        if not line.endswith(b"\n"):
            _check_last(word, line, self._previous)
        self._previous = line
        return word, numbers

    def _store(self) -> None:
        block = self._block
        first_row = len(self._words)
        options = self._options
        raw = [word for word, _ in block]
        found = decode_words(raw, first_row, options.unicode_errors, options.encoding)
        if options.unique:  # seen early, a small archive cannot unpack to endless rows
            check_unique(found, first_row)
        for row, word in enumerate(found, first_row):
            number = _NUMBER_AT_END.search(word) if word[-1:].isdigit() else None
            if number is None:
                continue
            self._with_number += 1
            if (row or self._n_rows is not None) and ("." in number[0] or "e" in number[0].lower()):
                raise VectorFormatError(
                    f"row {row} has more than {self._size} numbers, as the header or first row "
                    f"wants: {quoted(word)} would be a word; the file is damaged or its "
                    "header wrong"
                )
        self._words.extend(found)
        values = np.array([numbers for _, numbers in block], np.float64)
        # What does not fit float32 becomes infinite here and is reported as such later.
        with np.errstate(over="ignore"):
            self._rows.append(values.astype(np.float32).reshape(len(block), self._size))
        block.clear()


def read_headless(file: IO[bytes], first: bytes, options: ReadOptions) -> VectorData:
    """Read rows to the end, of which the first, read already, tells the dimensions.

    Parameters
    ----------
    file : binary file
        After the first row.
    first : bytes
    options : ReadOptions

    Returns
    -------
    VectorData

    Raises
    ------
    VectorFormatError
        A row that is none, or another number of numbers in one than in the first.
    """
    vector_size = vector_size_of(first)
    if vector_size < 1:
        raise VectorFormatError(
            f"the first line is {quoted(first)}; expected '<words> <dimensions>' or a word and "
            "its numbers: the file is empty, damaged or holds no vectors"
        )
    return RowReader(file, vector_size, None, options, first).read()


def vector_size_of(line: bytes) -> int:
    """Count the numbers of a row whose word may hold spaces; 0 if it is none."""
    fields = line.split()
    numbers = 0
    while numbers < len(fields) and _numbers(b"", [b"", fields[-1 - numbers]], 1) is not None:
        numbers += 1
    return numbers if line[:1] in (b" ", b"\t") else min(numbers, len(fields) - 1)


def _split(line: bytes, vector_size: int, row: int) -> tuple[bytes, list[float]]:
    """Cut a row into its word and its numbers."""
    text = line.rstrip()
    fields = text.rsplit(b" ", vector_size)
    numbers = _numbers(text, fields, vector_size)
    if numbers is None:  # between tabs, or several spaces
        fields = text.rsplit(None, vector_size)
        if len(fields) == vector_size and line[:1].isspace():
            fields.insert(0, b"")
        numbers = _numbers(text, fields, vector_size)
    if numbers is not None:
        return fields[0].rstrip(b" \t"), numbers
    if len(fields) != vector_size + 1:
        raise VectorFormatError(
            f"row {row} has {max(0, len(fields) - 1)} numbers after its word, expected "
            f"{vector_size}: {quoted(line)}; the file is damaged or of another format"
        )
    wrong = next(field for field in fields[1:] if _numbers(field, [b"", field], 1) is None)
    comma = " (numbers have a decimal point, no comma)" if b"," in wrong else ""
    raise VectorFormatError(
        f"row {row} has a field that is no number, {quoted(wrong)}{comma}, expected a word and "
        f"{vector_size} numbers between single spaces: {quoted(line)}"
    )


def _numbers(text: bytes, fields: list[bytes], vector_size: int) -> list[float] | None:
    """Parse all fields of a text but the first; None if these are not as many numbers."""
    if len(fields) != vector_size + 1:
        return None
    try:
        numbers = [float(field) for field in fields[1:]]
    except ValueError:
        return None
    # Python's numbers may have underscores, those of files have none.
    return None if b"_" in text[len(fields[0]) :] else numbers


def _check_last(word: bytes, line: bytes, previous: bytes) -> None:
    """Refuse a row without a line end whose last number seems cut off.

    It has then fewer digits than all others of its row and the row before, of which there must
    be some.
    """
    if line[-1:].isspace():
        return
    *others, last = (_digits(field) for field in (previous.split()[1:] + line.split()[1:]))
    if len(others) < _FEWEST_OTHERS:
        return
    for digits, those in zip(last, zip(*others, strict=True), strict=True):
        if digits < min(those):
            raise VectorFormatError(
                f"the last row, of {quoted(word)}, has no line end and its last number fewer "
                "digits than others: the file was cut off. If it is complete, add a line end"
            )


def _digits(number: bytes) -> tuple[int, int]:
    """Count the digits after a number's point, and those of its exponent, many for none."""
    mantissa, _, exponent = number.lower().partition(b"e")
    return len(mantissa.partition(b".")[2]), len(exponent.lstrip(b"+-")) or 99


def write_rows(file: IO[bytes], data: VectorData) -> None:
    """Write one row a word, numbers with the fewest digits that give the same float32.

    Parameters
    ----------
    file : binary file
    data : VectorData

    Raises
    ------
    VectorFormatError
        A word with a space or a line end, or a tab last: it would be read wrong.
    """
    texts = as_text(data.words)
    for word in texts:
        tabbed = "\t" in word and (word.endswith("\t") or _NUMBER_AT_END.search(word))
        if " " in word or "\n" in word or tabbed:
            raise VectorFormatError(
                f"the word {quoted(word)} has a space, a line end, or a tab last or before a "
                "number, which text formats cannot store: save as .safetensors, or join its parts "
                "with '_'"
            )
    start = 0
    for block in _formatted(data):
        words = texts[start : start + len(block)]
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

"""GloVe's text format: a row of text for each word and no header."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from w2v.messages import quoted
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.compression import open_for_reading, open_for_writing, read_first_line
from w2v.vectors.formats.text_rows import RowReader, vector_size_of, write_rows
from w2v.vectors.formats.vector_data import ReadOptions, VectorData


def read(path: Path, options: ReadOptions) -> VectorData:
    """Read a file without a header, compressed or not.

    Parameters
    ----------
    path : Path
    options : ReadOptions

    Returns
    -------
    VectorData

    Raises
    ------
    VectorFormatError
        If the file is empty or cut off, or a row is malformed.
    """
    with open_for_reading(path) as source:
        return read_from(source.file, read_first_line(source.file), options)


def read_from(file: IO[bytes], first: bytes, options: ReadOptions) -> VectorData:
    """Read a file whose first line was read already; that line tells the dimensions."""
    vector_size = vector_size_of(first)
    if vector_size < 1:
        raise VectorFormatError(
            f"the first line is {quoted(first)}; expected '<words> <dimensions>' or a word and "
            "its numbers: the file is empty, damaged or holds no vectors"
        )
    return RowReader(file, vector_size, None, options, first).read()


def write(path: Path, data: VectorData) -> None:
    """Write a file without a header, compressed if the suffix says so.

    Parameters
    ----------
    path : Path
    data : VectorData
        At least one word, as the first row tells the dimensions.

    Raises
    ------
    VectorFormatError
        If there is no word, or one that would be read as another.
    """
    if not data.words:
        raise VectorFormatError("GloVe's format cannot store an empty vocabulary")
    if str(data.words[0]).startswith("\ufeff"):
        raise VectorFormatError("the first word begins with a byte order mark: save with a header")
    with open_for_writing(path) as file:
        write_rows(file, data)

"""GloVe's text format: a row of text for each word and no header."""

from __future__ import annotations

from pathlib import Path

from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.compression import open_for_reading, open_for_writing
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.lines import read_first_line
from w2v.vectors.formats.text_rows import read_headless, write_rows
from w2v.vectors.formats.vector_data import ReadOptions, VectorData


def read(path: Path, options: ReadOptions) -> VectorData:
    """Read a file without a header, compressed or not.

    Raises
    ------
    VectorFormatError
        A file that is empty or cut off, or a malformed row.
    """
    with open_for_reading(path) as unpacked:
        return read_headless(unpacked.file, read_first_line(unpacked.file), options)


def write(path: Path, data: VectorData, beside: Path | None = None) -> None:
    """Write a file without a header, compressed if the suffix says so.

    Raises
    ------
    VectorFormatError
        No words, as the first row tells the dimensions, or one that would be read as another.
    """
    if not data.words:
        raise VectorFormatError("GloVe's format cannot store an empty vocabulary")
    if str(data.words[0]).startswith("\ufeff"):
        raise VectorFormatError("the first word begins with a byte order mark: save with a header")
    with open_for_writing(path) as file:
        write_rows(file, data)


FORMAT = Format(
    "glove",
    (),
    read,
    write,
    can_be_compressed=True,
    keeps_counts=False,
    keeps_every_word=False,
    tells_integers=False,
)

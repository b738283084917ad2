"""word2vec's text format: a header line, then a row of text for each word."""

from __future__ import annotations

from pathlib import Path

from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.compression import open_for_reading, open_for_writing
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.lines import read_first_line
from w2v.vectors.formats.text_rows import RowReader, read_headless, write_rows
from w2v.vectors.formats.vector_data import ReadOptions, VectorData
from w2v.vectors.formats.word2vec_header import Header, is_header, parse_header


def read(path: Path, options: ReadOptions) -> VectorData:
    """Read a text file, compressed or not; one without a header is read as GloVe's.

    Raises
    ------
    VectorFormatError
        A header that lies, a file that is cut off, or a malformed row.
    """
    with open_for_reading(path) as unpacked:
        line = read_first_line(unpacked.file)
        if line and not is_header(line):
            return read_headless(unpacked.file, line, options)
        header = parse_header(line)
        limit = options.limit
        # Shortest row: an empty word, then a space and a digit for each number; the last row may
        # lack its line end.
        header.check_room(2 * header.vector_size + 1, unpacked.most_bytes - len(line) + 1, limit)
        data = RowReader(unpacked.file, header.vector_size, header.n_words, options).read()
        complete = limit is None or limit > header.n_words
        if complete and unpacked.file.read(4096).strip():
            raise VectorFormatError(
                f"there are more rows than the {header.n_words:,} that the header announces: "
                f"the header is wrong; load with limit={header.n_words} to read so many"
            )
    return header.with_items(data)


def write(path: Path, data: VectorData, beside: Path | None = None) -> None:
    """Write a text file, compressed if the suffix says so.

    Raises
    ------
    VectorFormatError
        A word with a space or a line end.
    """
    with open_for_writing(path) as file:
        file.write(Header.of(data).encode())
        write_rows(file, data)


FORMAT = Format(
    "word2vec-text",
    (".txt", ".vec"),
    read,
    write,
    can_be_compressed=True,
    keeps_counts=False,
    keeps_every_word=False,
)

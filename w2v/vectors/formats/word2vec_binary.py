"""word2vec's binary format: a header line, then for each word its text, a space, its floats."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from w2v.messages import quoted
from w2v.vectors.errors import CutOffError, VectorFormatError
from w2v.vectors.formats.compression import open_for_reading, open_for_writing
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.lines import MAX_LINE, SNIFFED, begins_a_text, read_first_line
from w2v.vectors.formats.row_buffer import RowBuffer
from w2v.vectors.formats.vector_data import ReadOptions, VectorData, check_unique
from w2v.vectors.formats.word2vec_header import Header, parse_header
from w2v.vectors.formats.words import as_text, decode_words, encode_word
from w2v.vectors.similarity import FloatArray


def read(path: Path, options: ReadOptions) -> VectorData:
    """Read a binary file, compressed or not.

    Raises
    ------
    VectorFormatError
        A header that lies, a file that is cut off, or a word that is not UTF-8.
    """
    with open_for_reading(path) as unpacked:
        line = read_first_line(unpacked.file, 100)
        if not line.endswith(b"\n"):
            line = b""  # no header is as long
        header = parse_header(line)
        row_bytes = 4 * header.vector_size
        n_words = header.n_words
        header.check_room(1 + row_bytes, unpacked.most_bytes - len(line), options.limit)
        n_words = n_words if options.limit is None else min(n_words, options.limit)
        room = min(n_words, unpacked.most_bytes // (1 + row_bytes))
        rows = RowBuffer(header.vector_size, room if unpacked.exact else 0)
        words: list[str] = []
        ended: list[bool] = []  # each row before one that was found, by a line end
        chunk = b""
        while len(words) < n_words:
            more = unpacked.read_some()
            chunk += more
            found, starts, end = _scan(chunk, n_words - len(words), row_bytes)
            if not starts and (not more or len(chunk) > MAX_LINE + row_bytes):
                raise CutOffError(_cut_off(chunk, len(words), header, bool(more)))
            # Some writers end each row with a line end, which then precedes the next word.
            ended += [word.startswith(b"\n") for word in found]
            found = [word.lstrip(b"\n") for word in found]
            decoded = decode_words(found, len(words), options.unicode_errors, options.encoding)
            if options.unique:  # seen early, a small archive cannot unpack to endless rows
                check_unique(decoded, len(words))
            words += decoded
            _gather(chunk, starts, rows, header.vector_size)
            chunk = chunk[end:]
        _check_ends(ended)
        if options.limit is None or options.limit > header.n_words:
            rest = chunk + unpacked.read_some(16)
            if any(ended[1:]) and not rest:
                raise CutOffError("the last row lacks its line end: the file was cut off")
            if rest.strip(b"\n"):
                raise VectorFormatError(
                    f"there are more bytes after the {n_words:,} words that the header announces: "
                    "its numbers are wrong, or the file is of another format; load with "
                    f"limit={n_words} to read so many"
                )
    return header.with_items(VectorData(words, rows.finish()))


def write(path: Path, data: VectorData, beside: Path | None = None) -> None:
    """Write a binary file, compressed if the suffix says so.

    Raises
    ------
    VectorFormatError
        A word with a space, or a line end first: no reader could tell where it stops.  Or so
        few numbers that their bytes are letters all: readers would take them for a text.
    """
    encoded = [_encode(word) for word in as_text(data.words)]
    vectors = data.vectors.astype("<f4", copy=False)
    with open_for_writing(path) as file:
        file.write(Header.of(data).encode())
        pieces = (piece + row.tobytes() for piece, row in zip(encoded, vectors, strict=True))
        block = b"".join(islice(pieces, 4096))
        if begins_a_text(block[:SNIFFED]):
            raise VectorFormatError(
                "the bytes of these few numbers are letters all, and readers would take them for "
                "a text: save as .txt or .safetensors"
            )
        while block:
            file.write(block)
            block = b"".join(islice(pieces, 4096))


def _encode(word: str) -> bytes:
    if " " in word or word.startswith("\n"):
        raise VectorFormatError(
            f"the word {quoted(word)} has a space or a leading line end, which word2vec's binary "
            "format cannot store: save as .safetensors, or join its parts with '_'"
        )
    return encode_word(word) + b" "


def _scan(chunk: bytes, limit: int, row_bytes: int) -> tuple[list[bytes], list[int], int]:
    """Find words, where the floats of each start, and where the last of these rows ends."""
    words: list[bytes] = []
    starts: list[int] = []
    position = 0
    last = len(chunk) - row_bytes
    for _ in range(limit):
        space = chunk.find(b" ", position)
        if space < 0 or space >= last:
            break
        words.append(chunk[position:space])
        starts.append(space + 1)
        position = space + 1 + row_bytes
    return words, starts, position


def _check_ends(ended: list[bool]) -> None:
    """Refuse rows of which some, and not all, end with a line end: bytes are missing there."""
    if len({*ended[1:]}) > 1:
        row = ended.index(not ended[1], 1) - 1
        raise VectorFormatError(
            f"row {row} ends {'without' if ended[1] else 'with'} a line end, unlike those before: "
            "bytes are missing or were added there, the file is damaged"
        )


def _gather(chunk: bytes, starts: list[int], rows: RowBuffer, vector_size: int) -> None:
    """Copy the floats that begin at each of ``starts``, which need not be aligned."""
    if not starts:
        return
    row = np.dtype((np.void, 4 * vector_size))
    # One overlapping item a byte, so that an index picks a whole row wherever it begins.
    everywhere = np.ndarray((len(chunk) - row.itemsize + 1,), dtype=row, buffer=chunk, strides=(1,))
    picked: FloatArray = everywhere[starts].view("<f4").reshape(len(starts), vector_size)
    rows.append(picked)


def _cut_off(chunk: bytes, row: int, header: Header, more: bool) -> str:
    if more:
        return f"the word of row {row} has no end within 16 MiB: the file is damaged"
    return (
        f"the file ends inside row {row} of the {header.n_words:,} that its header announces "
        f"({len(chunk):,} bytes are left, a row takes at least {1 + 4 * header.vector_size:,}): "
        "it was cut off, or its header is wrong"
    )


FORMAT = Format(
    "word2vec-binary",
    (".bin",),
    read,
    write,
    can_be_compressed=True,
    keeps_counts=False,
    keeps_every_word=False,
)

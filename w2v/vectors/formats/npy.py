"""NumPy's .npy: the matrix alone, mapped, with its words as a text file beside it.

Two files cannot be replaced in one step: the matrix carries the checksum of its words.
"""

from __future__ import annotations

import math
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from w2v.files import atomic_path
from w2v.items import are_integers
from w2v.messages import quoted
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.array_header import read_array_header
from w2v.vectors.formats.compression import BYTE_ORDER_MARK
from w2v.vectors.formats.vector_data import (
    ReadOptions,
    VectorData,
    as_integers,
    as_text,
    decode_words,
    encode_word,
)
from w2v.vectors.similarity import row_blocks

_TEXT, _INTEGERS = "text", "integers"
# Python's comment in the header, which NumPy passes over.
_TIE = re.compile(rb"# words ([0-9a-f]{8}) (\w+) *\n")


def words_path(path: Path) -> Path:
    """Name the file with the words: ``vectors.words.txt`` for ``vectors.npy``."""
    return path.with_name(path.stem + ".words.txt")


def read(path: Path, options: ReadOptions) -> VectorData:
    """Map a matrix and read its words, one a line.

    Parameters
    ----------
    path : Path
    options : ReadOptions

    Returns
    -------
    VectorData
        The vectors are mapped: read when used, and changes to them stay in memory.

    Raises
    ------
    VectorFormatError
        If the matrix is damaged, its words are others than it was written with, or there
        are not as many as rows.
    """
    with path.open("rb") as file:
        header = read_array_header(file, path.stat().st_size, "the array")
    if header.dtype.kind != "f" or len(header.shape) != 2:
        raise VectorFormatError(
            f"the array is {header.dtype} of shape {header.shape}; expected floats of shape "
            "(n_words, vector_size)"
        )
    beside = words_path(path)
    if not beside.exists():
        raise VectorFormatError(
            f"its words are missing: expected {beside.name} beside it, one word a line"
        )
    text = beside.read_bytes()
    integers = _check_tie(path, header.start, text, beside.name)
    lines = text.removeprefix(b"" if integers is not None else BYTE_ORDER_MARK).split(b"\n")
    if lines.pop() != b"" or len(lines) != header.shape[0]:
        complete = text.count(b"\n")
        raise VectorFormatError(
            f"{header.shape[0]:,} vectors, but {beside.name} has {complete:,} complete lines; "
            "expected one word a line: one of the files was cut off or replaced"
        )
    words: list[Any] = decode_words(lines, 0, options)
    if integers:
        words = as_integers(words)
    if math.prod(header.shape) == 0:
        return VectorData(words, np.empty(header.shape, np.float32))
    order: Any = "F" if header.fortran_order else "C"
    mapped = np.memmap(path, header.dtype, "c", header.start, header.shape, order)
    words = words[: options.limit]
    return VectorData(words, np.asarray(mapped)[: len(words)].astype(np.float32, copy=False))


def write(path: Path, data: VectorData, target: Path) -> None:
    """Write the matrix to `path` and the words beside `target`.

    Parameters
    ----------
    path : Path
        Where to write the matrix; it is going to be renamed to `target`.
    data : VectorData
        Counts are not stored.
    target : Path

    Raises
    ------
    VectorFormatError
        If a word holds a line end.
    """
    texts = as_text(data.words)
    for word in texts:
        if "\n" in word:
            raise VectorFormatError(
                f"the word {quoted(word)} has a line end, which a list of one word a line cannot "
                "store: save as .safetensors or .npz"
            )
    words = b"".join(encode_word(word) + b"\n" for word in texts)
    kind = _INTEGERS if are_integers(data.words) else _TEXT
    header = (
        f"{{'descr': '<f4', 'fortran_order': False, 'shape': {data.vectors.shape}, }} "
        f"# words {zlib.crc32(words):08x} {kind}"
    )
    with path.open("wb") as file:
        size = len(header) + 1 + 10
        header += " " * (-size % 64) + "\n"
        file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
        for rows in row_blocks(*data.vectors.shape):
            file.write(np.ascontiguousarray(data.vectors[rows], "<f4").data)
    with atomic_path(words_path(target)) as beside:
        beside.write_bytes(words)


def _check_tie(path: Path, start: int, words: bytes, name: str) -> bool | None:
    """Tell whether items are integers; None for a matrix that was written elsewhere.

    Raises
    ------
    VectorFormatError
        The words are not those that the matrix was written with.
    """
    with path.open("rb") as file:
        header = file.read(start)
    if b"#" not in header:
        return None
    tie = _TIE.search(header)
    if tie is None or tie[2].decode() not in (_TEXT, _INTEGERS):
        raise VectorFormatError("what ties the vectors to their words is unreadable: damaged")
    if int(tie[1], 16) != zlib.crc32(words):
        raise VectorFormatError(
            f"{name} does not have the words that these vectors were written with: one of the two "
            "files was replaced or damaged; write both anew"
        )
    return tie[2].decode() == _INTEGERS

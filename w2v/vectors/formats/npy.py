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

from w2v.items import are_integers
from w2v.messages import quoted
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.lines import BYTE_ORDER_MARK
from w2v.vectors.formats.numpy_arrays import check_array, map_array
from w2v.vectors.formats.vector_data import ReadOptions, VectorData
from w2v.vectors.formats.words import as_integers, as_text, decode_words, encode_word
from w2v.vectors.similarity import row_blocks

_MAGIC = b"\x93NUMPY"
_TEXT, _INTEGERS = "text", "integers"
# Python's comment in the header, which NumPy passes over.
_TIE = re.compile(rb"# words ([0-9a-f]{8}) (\w+) *\n")


def words_path(path: Path) -> Path:
    """Name the file with the words: ``vectors.words.txt`` for ``vectors.npy``."""
    return path.with_name(path.stem + ".words.txt")


def read(path: Path, options: ReadOptions) -> VectorData:
    """Map a matrix and read its words, one a line.

    Raises
    ------
    VectorFormatError
        A damaged matrix, or words that are others, or another number, than it was written with.
    """
    with path.open("rb") as file:
        shape, dtype = check_array(file, path.stat().st_size, "the array")
        start = file.tell()
        file.seek(0)
        header = file.read(start)
    if dtype.kind != "f" or len(shape) != 2:
        raise VectorFormatError(
            f"the array is {dtype} of shape {shape}; expected floats of shape "
            "(n_words, vector_size)"
        )
    beside = words_path(path)
    if not beside.exists():
        raise VectorFormatError(
            f"its words are missing: expected {beside.name} beside it, one word a line"
        )
    text = beside.read_bytes()
    integers = _check_tie(header, text, beside.name)
    lines = text.removeprefix(b"" if integers is not None else BYTE_ORDER_MARK).split(b"\n")
    if lines.pop() != b"" or len(lines) != shape[0]:
        complete = text.count(b"\n")
        raise VectorFormatError(
            f"{shape[0]:,} vectors, but {beside.name} has {complete:,} complete lines; "
            "expected one word a line: one of the files was cut off or replaced"
        )
    words: list[Any] = decode_words(lines, 0, options.unicode_errors)
    if integers:
        words = as_integers(words)
    if math.prod(shape) == 0:  # nothing can be mapped
        return VectorData(words, np.empty(shape, np.float32))
    data = VectorData(words, map_array(path)).first(options.limit)
    return data._replace(vectors=data.vectors.astype(np.float32, copy=False))


def write(path: Path, data: VectorData, beside: Path | None) -> None:
    """Write the matrix, and the words beside it.

    Raises
    ------
    VectorFormatError
        A word with a line end.
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
        file.write(_MAGIC + b"\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
        for rows in row_blocks(*data.vectors.shape):
            file.write(np.ascontiguousarray(data.vectors[rows], "<f4").data)
    if beside is not None:
        beside.write_bytes(words)


def _check_tie(header: bytes, words: bytes, name: str) -> bool | None:
    """Tell whether items are integers; None for a matrix that was written elsewhere.

    Raises
    ------
    VectorFormatError
        Words that are not those that the matrix was written with.
    """
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


def _begins(head: bytes, size: int) -> bool:
    """Tell a matrix by its first bytes."""
    return head.startswith(_MAGIC)


FORMAT = Format(
    "npy",
    (".npy",),
    read,
    write,
    begins=_begins,
    keeps_counts=False,
    keeps_every_word=False,
    mapped=True,
    beside=words_path,
)

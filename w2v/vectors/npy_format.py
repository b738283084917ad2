"""NumPy's .npy: the matrix alone, mapped, with its words as a text file beside it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from w2v.files import atomic_path

from .contents import ReadOptions, VectorData, decode_words, encode_word
from .errors import VectorFormatError, shown
from .npy_header import read_array_header


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
        If the matrix is damaged or there are not as many words as rows.
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
    lines = text.split(b"\n")
    if lines.pop() != b"" or len(lines) != header.shape[0]:
        complete = text.count(b"\n")
        raise VectorFormatError(
            f"{header.shape[0]:,} vectors, but {beside.name} has {complete:,} complete lines; "
            "expected one word a line: one of the files was cut off or replaced"
        )
    words = decode_words(lines, 0, options)
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
    for word in data.words:
        if "\n" in word:
            raise VectorFormatError(
                f"the word {shown(word)} has a line end, which a list of one word a line cannot "
                "store: save as .safetensors or .npz"
            )
    with atomic_path(words_path(target)) as beside:
        beside.write_bytes(b"".join(encode_word(word) + b"\n" for word in data.words))
    with path.open("wb") as file:
        np.save(file, data.vectors, allow_pickle=False)

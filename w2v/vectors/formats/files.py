"""Saving and loading: which format a file has, and the checks that come with all."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import Any, Literal

from w2v.files import atomic_path, named
from w2v.items import is_integer
from w2v.messages import quoted, shortened
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats import glove, npy, npz, safetensors, word2vec_binary, word2vec_text
from w2v.vectors.formats.compression import (
    COMPRESSIONS,
    compression_of,
    open_for_reading,
    read_first_line,
)
from w2v.vectors.formats.text_rows import vector_size_of
from w2v.vectors.formats.vector_data import ReadOptions, VectorData, check_finite, check_unique
from w2v.vectors.formats.word2vec_header import is_header

_READERS = {
    "word2vec-binary": word2vec_binary.read,
    "word2vec-text": word2vec_text.read,
    "glove": glove.read,
    "safetensors": safetensors.read,
    "npz": npz.read,
    "npy": npy.read,
}
_WRITERS = {
    "word2vec-binary": word2vec_binary.write,
    "word2vec-text": word2vec_text.write,
    "glove": glove.write,
    "safetensors": safetensors.write,
    "npz": npz.write,
}
_BY_SUFFIX = {
    ".bin": "word2vec-binary",
    ".txt": "word2vec-text",
    ".vec": "word2vec-text",
    ".safetensors": "safetensors",
    ".kv": "safetensors",  # what gensim's users call their vectors
    ".npz": "npz",
    ".npy": "npy",
}
_CAN_BE_COMPRESSED = ("word2vec-binary", "word2vec-text", "glove")
_SNIFFED = 1 << 16
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r"))


def format_of(path: str | os.PathLike[str], format: str | None = None) -> str:
    """Tell the format of a file by its suffix.

    Parameters
    ----------
    path : str or path
        A suffix ``.gz``, ``.bz2``, ``.xz`` or ``.zst`` after that of a word2vec format is fine.
    format : str, optional
        Settles it without the suffix.

    Returns
    -------
    {"word2vec-binary", "word2vec-text", "glove", "safetensors", "npz", "npy"}

    Raises
    ------
    VectorFormatError
        If the suffix or the name is not known, or the format cannot be compressed.
    """
    path = Path(path)
    name = format or _by_suffix(path)
    if name is None:
        raise VectorFormatError(
            f"{shortened(path)}: got suffix {quoted(path.suffix)}, expected one of "
            f"{', '.join(_BY_SUFFIX)} (also with {', '.join(COMPRESSIONS)} after .bin, .txt or "
            ".vec): rename the file or pass a format"
        )
    if name not in _READERS:
        raise VectorFormatError(f"got format {quoted(name)}, expected one of {', '.join(_READERS)}")
    if path.suffix.lower() in COMPRESSIONS and name not in _CAN_BE_COMPRESSED:
        raise VectorFormatError(
            f"{path}: the {name} format cannot be mapped when compressed: leave out {path.suffix}"
        )
    return name


def load(
    path: str | os.PathLike[str],
    format: str | None = None,
    limit: int | None = None,
    unicode_errors: str = "strict",
    duplicates: Literal["error", "first"] = "error",
) -> VectorData:
    """Read and check a vectors file; see `KeyedVectors.load`."""
    if limit is not None and not (is_integer(limit) and limit >= 1):
        raise ValueError(f"limit is {quoted(limit)}, expected an integer of at least 1")
    if duplicates not in ("error", "first"):
        raise ValueError(f"duplicates is {quoted(duplicates)}, expected 'error' or 'first'")
    path = named(path)
    _refuse_what_is_no_file_of_vectors(path)
    try:
        reader = _READERS[_format_of_content(path, format)]
        data = reader(path, ReadOptions(limit, unicode_errors, duplicates == "error"))
        if data.vectors.shape[1] < 1:
            raise VectorFormatError("the vectors have no dimensions: the file is damaged")
        if duplicates == "first":
            data = _first_of_each(data)
        check_unique(data.words)
        check_finite(data.words, data.vectors)
    except VectorFormatError as error:
        message = str(error)
        raise VectorFormatError(
            message if message.startswith(f"{path}: ") else f"{path}: {message}"
        ) from None
    except (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise VectorFormatError(
            f"{path}: the archive is damaged or cut off ({error}): get the file anew"
        ) from None
    except OSError as error:
        # What gzip finds wrong is an OSError without a number; the system's have one.
        if error.errno is not None:
            raise
        raise VectorFormatError(f"{path}: the archive is damaged ({error})") from None
    return data


def save(data: VectorData, path: str | os.PathLike[str], format: str | None = None) -> None:
    """Write a vectors file aside and rename it into place; see `KeyedVectors.save`."""
    # After hours of training a name should not matter: content tells the format when loading.
    by_suffix = _by_suffix(Path(path))
    if Path(path).suffix.lower() in COMPRESSIONS and by_suffix not in _CAN_BE_COMPRESSED:
        by_suffix = None
    name = format_of(path, format) if format else by_suffix or "safetensors"
    try:
        check_finite(data.words, data.vectors)
        with atomic_path(path) as beside:
            if name == "npy":
                npy.write(beside, data, Path(path))
            else:
                _WRITERS[name](beside, data)
    except VectorFormatError as error:
        raise VectorFormatError(f"cannot write {path}: {error}") from None


def _by_suffix(path: Path) -> str | None:
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower() if suffix in COMPRESSIONS else suffix
    return _BY_SUFFIX.get(inner)


def _format_of_content(path: Path, format: str | None) -> str:
    """Tell the format of a file that is to be read: by what it holds, or else by its name."""
    if format is not None or not path.is_file():
        name = format_of(path, format)
        if name == "word2vec-binary" and path.is_file() and _word2vec_format(path) != name:
            raise VectorFormatError("the file holds text, not the binary format (binary=True)")
        return name
    by_suffix = _by_suffix(path)
    if compression_of(path) is not None:
        found = None
    else:
        with path.open("rb") as file:
            head = file.read(16)
        length = int.from_bytes(head[:8], "little")
        found = (
            "npz" if head.startswith(b"PK\x03\x04")
            else "npy" if head.startswith(b"\x93NUMPY")
            else "safetensors" if head[8:9] == b"{" and length <= path.stat().st_size - 8
            else None
        )  # fmt: skip
    if found is not None:
        return found
    if by_suffix is None or by_suffix == "word2vec-binary":
        found = _word2vec_format(path)
    elif by_suffix not in _CAN_BE_COMPRESSED and compression_of(path) is not None:
        raise VectorFormatError("the file is compressed: unpack it first")
    return found or format_of(path, by_suffix)


def _word2vec_format(path: Path) -> str | None:
    """Tell word2vec's text from its binary format by the first row; None if it is neither."""
    with open_for_reading(path) as source:
        line = read_first_line(source.file, _SNIFFED)
        if not is_header(line):
            return "word2vec-text" if vector_size_of(line) > 1 else None
        # Numbers of four bytes hardly ever are all letters; a text's rows always are.
        rows = source.read_some(_SNIFFED)
        is_text = rows.translate(None, _CONTROLS) == rows and _is_utf8(rows)
        return "word2vec-text" if rows and is_text else "word2vec-binary"


def _is_utf8(start: bytes) -> bool:
    """Tell whether bytes begin a text."""
    try:
        start.decode()
    except UnicodeDecodeError as error:
        return error.start > len(start) - 4 and "unexpected end" in error.reason
    return True


def _refuse_what_is_no_file_of_vectors(path: Path) -> None:
    if path.is_dir():
        raise VectorFormatError(
            f"{path} is a folder, expected a file of vectors (those of a saved training: "
            "Word2Vec.load(folder).wv)"
        )
    if not path.is_file():
        return
    with path.open("rb") as file:
        begins, version = file.read(2).ljust(2)
    if begins == 0x80 and 2 <= version <= 5:
        raise VectorFormatError(
            f"{path} is a pickle, as gensim's save() writes: pickles can run code and are never "
            "read; in gensim, write it anew with wv.save_word2vec_format(path, binary=True)"
        )


def _first_of_each(data: VectorData) -> VectorData:
    rows: dict[Any, int] = {}
    for row, word in enumerate(data.words):
        rows.setdefault(word, row)
    if len(rows) == len(data.words):
        return data
    kept = list(rows.values())
    counts = None if data.counts is None else data.counts[kept]
    return VectorData(list(rows), data.vectors[kept], counts)

"""Saving and loading: which format a file has, and the checks that come with all."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from w2v.files import atomic_path
from w2v.messages import quoted

from . import glove, npy_format, npz_format, safetensors_format, word2vec_binary, word2vec_text
from .contents import ReadOptions, VectorData, check_finite, check_unique
from .errors import VectorFormatError
from .streams import is_gzipped

_READERS = {
    "word2vec-binary": word2vec_binary.read,
    "word2vec-text": word2vec_text.read,
    "glove": glove.read,
    "safetensors": safetensors_format.read,
    "npz": npz_format.read,
    "npy": npy_format.read,
}
_WRITERS = {
    "word2vec-binary": word2vec_binary.write,
    "word2vec-text": word2vec_text.write,
    "glove": glove.write,
    "safetensors": safetensors_format.write,
    "npz": npz_format.write,
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
_CAN_BE_GZIPPED = ("word2vec-binary", "word2vec-text", "glove")


def format_of(path: str | os.PathLike[str], format: str | None = None) -> str:
    """Tell the format of a file by its suffix.

    Parameters
    ----------
    path : str or path
        A suffix ``.gz`` after that of a word2vec format is fine.
    format : str, optional
        Settles it without the suffix.

    Returns
    -------
    {"word2vec-binary", "word2vec-text", "glove", "safetensors", "npz", "npy"}

    Raises
    ------
    VectorFormatError
        If the suffix or the name is not known, or the format cannot be gzipped.
    """
    path = Path(path)
    gzipped = is_gzipped(path)
    suffix = Path(path.stem).suffix if gzipped else path.suffix
    name = format or _BY_SUFFIX.get(suffix.lower())
    if name is None:
        raise VectorFormatError(
            f"{path}: got suffix {quoted(path.suffix)}, expected one of {', '.join(_BY_SUFFIX)} "
            f"(also with .gz after .bin, .txt or .vec): rename the file or pass a format"
        )
    if name not in _READERS:
        raise VectorFormatError(f"got format {quoted(name)}, expected one of {', '.join(_READERS)}")
    if gzipped and name not in _CAN_BE_GZIPPED:
        raise VectorFormatError(
            f"{path}: the {name} format cannot be mapped when gzipped: unpack the file first"
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
    if limit is not None and limit < 1:
        raise ValueError(f"limit is {limit}, expected at least 1")
    if duplicates not in ("error", "first"):
        raise ValueError(f"duplicates is {quoted(duplicates)}, expected 'error' or 'first'")
    _refuse_what_is_no_file_of_vectors(Path(path))
    reader = _READERS[format_of(path, format)]
    try:
        data = reader(Path(path), ReadOptions(limit, unicode_errors, duplicates == "error"))
        if data.vectors.shape[1] < 1:
            raise VectorFormatError("the vectors have no dimensions: the file is damaged")
        if duplicates == "first":
            data = _first_of_each(data)
        check_unique(data.words)
        check_finite(data.words, data.vectors)
    except VectorFormatError as error:
        raise VectorFormatError(f"{path}: {error}") from None
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
    name = format_of(path, format)
    try:
        check_finite(data.words, data.vectors)
        with atomic_path(path) as beside:
            if name == "npy":
                npy_format.write(beside, data, Path(path))
            else:
                _WRITERS[name](beside, data)
    except VectorFormatError as error:
        raise VectorFormatError(f"cannot write {path}: {error}") from None


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
    rows: dict[str, int] = {}
    for row, word in enumerate(data.words):
        rows.setdefault(word, row)
    if len(rows) == len(data.words):
        return data
    kept = list(rows.values())
    counts = None if data.counts is None else data.counts[kept]
    return VectorData(list(rows), data.vectors[kept], counts)

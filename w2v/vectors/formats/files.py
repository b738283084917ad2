"""Loading and saving files of vectors, with the checks that come with all formats."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np

from w2v.files import atomic_paths, named, read_as_one, recovered
from w2v.files.urls import checked_options, is_url, shown_url
from w2v.items import is_integer
from w2v.messages import quoted
from w2v.vectors.errors import NotTextError, VectorFormatError
from w2v.vectors.exports.static_model import is_static_model, read_static_model
from w2v.vectors.formats import vocab_file
from w2v.vectors.formats.compression import COMPRESSIONS
from w2v.vectors.formats.detect import check_is_a_file_of_vectors, detect, not_as_told
from w2v.vectors.formats.elsewhere import Options, fetched, on_this_machine, sent
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.registry import by_suffix, find_format
from w2v.vectors.formats.safetensors import FORMAT as SAFETENSORS
from w2v.vectors.formats.vector_data import ReadOptions, VectorData, check_finite, check_unique


def load(
    path: str | os.PathLike[str],
    format: str | None = None,
    limit: int | None = None,
    unicode_errors: str = "strict",
    duplicates: Literal["error", "first"] = "error",
    encoding: str = "utf-8",
    storage_options: Options = None,
) -> VectorData:
    """Read and check a file of vectors; see :meth:`w2v.KeyedVectors.load`."""
    if limit is not None and not (is_integer(limit) and limit >= 1):
        raise ValueError(f"limit is {quoted(limit)}, expected an integer of at least 1")
    if duplicates not in ("error", "first"):
        raise ValueError(f"duplicates is {quoted(duplicates)}, expected 'error' or 'first'")
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"vectors are loaded by the name of a file, got a {type(path).__name__}")
    checked_options(storage_options)
    if is_url(path):
        here = on_this_machine(str(path), storage_options)
        if here is None:
            how = format, limit, unicode_errors, duplicates, encoding
            return _load_from(str(path), storage_options, how)
        path = here
    path = named(path)
    if is_static_model(path):
        return read_static_model(path).first(limit)
    options = ReadOptions(limit, unicode_errors, duplicates == "error", encoding)
    known = by_suffix(path)
    together = [path] if path.is_file() else []  # of a pipe nothing can be read twice
    together += [known.beside(path)] if known and known.beside else []
    return read_as_one(lambda: _recovered(path, format, options), *together)


def _load_from(url: str, storage_options: Options, how: tuple[Any, ...]) -> VectorData:
    with fetched(url, storage_options) as local:
        try:
            data = load(local, *how)
        except VectorFormatError as error:
            told = str(error).replace(str(local), shown_url(url))
            raise VectorFormatError(told) from None
        # What is mapped is a file that is gone after this.
        counts = None if data.counts is None else np.array(data.counts)
        return VectorData(data.words, np.array(data.vectors), counts)


def _recovered(path: Path, format: str | None, options: ReadOptions) -> VectorData:
    try:
        return _read(path, format, options)
    except (VectorFormatError, FileNotFoundError):
        # A format of two files may have been caught between the two.
        if recovered(path) is None:
            raise
    return _read(path, format, options)


def _check_has_words(path: Path) -> None:
    """Refuse TensorBoard's numbers, whose words stand in another file."""
    if path.suffix.lower() != ".tsv" or not path.is_file():
        return
    with path.open("rb") as file:
        first = file.readline(1 << 20).split(b"\t")
    try:
        numbers = [float(each) for each in first]
    except ValueError:
        return
    if len(numbers) > 1:
        raise VectorFormatError(
            f"{path}: numbers without words, as TensorBoard has them, expected vectors with words: "
            "give the file that it was made from"
        )


def _read(path: Path, format: str | None, options: ReadOptions) -> VectorData:
    check_is_a_file_of_vectors(path)
    _check_has_words(path)
    found = None
    try:
        found = detect(path, format)
        data = found.read(path, options)
        if data.vectors.shape[1] < 1:
            raise VectorFormatError("the vectors have no dimensions: the file is damaged")
        if not options.unique:
            data = data.first_of_each()
        check_unique(data.words)
        check_finite(data.words, data.vectors)
    except VectorFormatError as error:
        told = not isinstance(error, NotTextError) and found and not_as_told(path, found)
        raise (VectorFormatError(told) if told else error).about(path) from None
    except (EOFError, zlib.error, NotImplementedError) as error:
        raise VectorFormatError(
            f"{path}: the archive is damaged or cut off ({error}): get the file anew"
        ) from None
    except OSError as error:
        # What gzip finds wrong is an OSError without a number; the system's have one.
        if error.errno is not None:
            raise
        raise VectorFormatError(f"{path}: the archive is damaged ({error})") from None
    return data


def save(
    data: VectorData,
    path: str | os.PathLike[str],
    format: str | None = None,
    fvocab: str | os.PathLike[str] | None = None,
    storage_options: Options = None,
) -> None:
    """Write a file of vectors, and counts where they are asked for, and put them in place whole.

    See :meth:`w2v.KeyedVectors.save`.
    """
    checked_options(storage_options)
    if is_url(path):
        here = on_this_machine(str(path), storage_options, "write")
        if here is None:
            with sent(str(path), storage_options) as local:
                try:
                    save(data, local, format, fvocab)
                except VectorFormatError as error:
                    told = str(error).replace(str(local), shown_url(str(path)))
                    raise VectorFormatError(told) from None
            return
        path = here
    target = Path(path)
    chosen = find_format(path, format) if format else _writable(target)
    try:
        check_finite(data.words, data.vectors)
        more = [chosen.beside(target)] if chosen.beside else []
        counted = [] if fvocab is None else [fvocab]
        with atomic_paths(path, *more, *counted, needs=4 * data.vectors.size) as [written, *others]:
            chosen.write(written, data, others[0] if more else None)
            if counted and data.counts is not None:
                vocab_file.write(others[-1], data.words, data.counts)
    except VectorFormatError as error:
        raise VectorFormatError(f"cannot write {path}: {error}") from None


def _writable(path: Path) -> Format:
    """Choose a format for a name, which should not matter after hours of training.

    Content tells the format when the file is loaded.
    """
    found = by_suffix(path)
    if found is None or (path.suffix.lower() in COMPRESSIONS and not found.can_be_compressed):
        return SAFETENSORS
    return found

"""The arrays of an encoded corpus, checked once: kernels read and write memory without looking."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v.data.errors import CorpusError

# Numbers looked at together: they stay in the cache.
_AT_ONCE = 1 << 17


def as_vector(values: ArrayLike, dtype: type[np.integer[Any]], name: str) -> NDArray[Any]:
    """Return integers as a read-only vector of one type, without a copy where they are one.

    Parameters
    ----------
    values : (N,) integers
    dtype : NumPy type
    name : str
        For messages.

    Returns
    -------
    (N,) array
        A view; lists, and arrays of other types or layouts, are copied.

    Raises
    ------
    CorpusError
        Values of not one dimension, that are no integers, or do not fit the type.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise CorpusError(f"{name} have shape {array.shape}, expected one dimension")
    if array.size and array.dtype.kind not in "iu":
        raise CorpusError(f"{name} are of type {array.dtype}, expected integers")
    if array.dtype != dtype:
        info = np.iinfo(dtype)
        if array.size and not info.min <= int(array.min()) <= int(array.max()) <= info.max:
            raise CorpusError(f"{name} do not fit {np.dtype(dtype)}: up to {array.max()}")
    view: NDArray[Any] = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view


def check_arrays(tokens: NDArray[np.int32], offsets: NDArray[np.int64], words: int) -> None:
    """Refuse arrays that are no sentences of a vocabulary's words.

    Parameters
    ----------
    tokens : (T,) int32
    offsets : (S + 1,) int64
    words : int
        The vocabulary's size.

    Raises
    ------
    CorpusError
        An id outside the vocabulary, or offsets that do not rise from 0 to T.
    """
    for ids in slices(tokens):
        check_ids(ids, words)
    last = 0
    if len(offsets) and offsets[0] != 0:
        raise CorpusError(f"offsets begin with {offsets[0]}, expected 0")
    for some in slices(offsets):
        last = _check_rise(some, last)
    _check_end(len(offsets), last, len(tokens))


def check_tokens_file(path: Path, tokens: int, words: int) -> int:
    """Refuse a file as :func:`check_arrays` does tokens; a mapped one may end while it is used.

    Parameters
    ----------
    path : Path
        Little-endian int32.
    tokens : int
    words : int

    Returns
    -------
    int
        Its CRC-32.

    Raises
    ------
    CorpusError
        As :func:`check_arrays`; it names the file.
    """
    value = 0
    try:
        for ids in _read(path, "<i4", tokens):
            value = zlib.crc32(ids.data, value)
            check_ids(ids, words)
    except CorpusError as error:
        raise CorpusError(f"{path} is damaged: {error}; prepare the corpus again") from None
    return value


def check_offsets_file(path: Path, offsets: int, tokens: int) -> int:
    """Refuse a file as :func:`check_arrays` does offsets.

    Parameters
    ----------
    path : Path
        Little-endian int64.
    offsets : int
    tokens : int

    Returns
    -------
    int
        Its CRC-32.

    Raises
    ------
    CorpusError
        As :func:`check_arrays`; it names the file.
    """
    value = last = 0
    try:
        for i, some in enumerate(_read(path, "<i8", offsets)):
            value = zlib.crc32(some.data, value)
            if i == 0 and some[0] != 0:
                raise CorpusError(f"offsets begin with {some[0]}, expected 0")
            last = _check_rise(some, last)
        _check_end(offsets, last, tokens)
    except CorpusError as error:
        raise CorpusError(f"{path} is damaged: {error}; prepare the corpus again") from None
    return value


def counted(tokens: NDArray[np.int32], words: int) -> NDArray[np.int64]:
    """Count each word's occurrences, without a copy of the tokens.

    Parameters
    ----------
    tokens : (T,) int32
    words : int
        The vocabulary's size.

    Returns
    -------
    (V,) int64
    """
    counts = np.zeros(words, np.int64)
    # NumPy counts in a copy of 8 bytes a token, and each slice costs the vocabulary once.
    size = max(_AT_ONCE, 4 * words)
    for first in range(0, len(tokens), size):
        counts += np.bincount(tokens[first : first + size], minlength=words)
    return counts


def renumbered(
    tokens: NDArray[np.int32], offsets: NDArray[np.int64], new_ids: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Translate word ids and leave words and sentences out that are left without one.

    Parameters
    ----------
    tokens, offsets
        Of an encoded corpus.
    new_ids : (V,) int32
        Each word's new id, or -1.

    Returns
    -------
    tokens, offsets
    """
    tokens = new_ids[tokens]
    stays = tokens >= 0
    # A sentence ends where as many tokens as stay up to its old end have been written.
    before = np.concatenate(([0], np.cumsum(stays)))
    return tokens[stays], np.unique(before[offsets])


def gathered(
    tokens: NDArray[np.int32], offsets: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Copy sentences, each as often as it is chosen.

    Parameters
    ----------
    tokens, offsets
        Of an encoded corpus.
    chosen : int64 array
        Numbers of sentences, in the order that they are to have.

    Returns
    -------
    tokens, offsets
    """
    begins = offsets[chosen]
    ends = np.concatenate(([0], np.cumsum(offsets[chosen + 1] - begins)))
    taken = np.empty(ends[-1], np.int32)
    # Places are 8 bytes a token, so some sentences at a time.
    cuts = np.searchsorted(ends, np.arange(0, ends[-1], _AT_ONCE), side="right") - 1
    for first, last in pairwise([*np.unique(cuts).tolist(), len(chosen)]):
        here = ends[first : last + 1]
        shift = np.repeat(begins[first:last] - here[:-1], np.diff(here))
        taken[here[0] : here[-1]] = tokens[np.arange(here[0], here[-1]) + shift]
    return taken, ends


def slices(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Return views of an array that stay in the cache each."""
    return (values[i : i + _AT_ONCE] for i in range(0, len(values), _AT_ONCE))


def _read(path: Path, dtype: str, length: int) -> Iterator[NDArray[Any]]:
    with path.open("rb") as file:
        while length > 0:
            values = np.fromfile(file, dtype, min(_AT_ONCE, length))
            if not len(values):
                raise CorpusError(f"{length} numbers are missing at its end")
            length -= len(values)
            yield values


def check_ids(ids: NDArray[Any], words: int) -> None:
    """Refuse, by a CorpusError, a word id that a vocabulary of so many words has not."""
    low, high = int(ids.min()), int(ids.max())
    if low < 0 or high >= words:
        raise CorpusError(
            f"word id {low if low < 0 else high} is outside the vocabulary of {words} words"
        )


def _check_rise(offsets: NDArray[Any], last: int) -> int:
    """Check that offsets do not fall, from the last of those before on; return the last."""
    if offsets[0] < last or (offsets[1:] < offsets[:-1]).any():
        raise CorpusError("offsets of sentences fall; each must be at least the one before")
    return int(offsets[-1])


def _check_end(offsets: int, last: int, tokens: int) -> None:
    if offsets < 1 or last != tokens:
        raise CorpusError(
            f"{offsets} offsets that end with {last} for {tokens} tokens; expected one more than "
            "there are sentences, from 0 to the number of tokens"
        )

"""What a vectors file holds, and the checks all formats share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.items import Item, are_integers, checked_items
from w2v.messages import quoted
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.similarity import FloatArray, row_blocks


class VectorData(NamedTuple):
    """Words, or integers, their vectors (n_words, vector_size) and, where stored, their counts."""

    words: list[Any]
    vectors: FloatArray
    counts: npt.NDArray[np.int64] | None = None


class ReadOptions(NamedTuple):
    """How to read: at most `limit` words; which words that are no UTF-8 or stand twice pass."""

    limit: int | None = None
    unicode_errors: str = "strict"
    unique: bool = True


class RowBuffer:
    """A matrix that grows by blocks of rows, so that memory follows the data that came.

    Parameters
    ----------
    vector_size : int
    expected_rows : int
        Room made at once; give what is certain to come.
    """

    def __init__(self, vector_size: int, expected_rows: int) -> None:
        self._matrix = np.empty((expected_rows, vector_size), np.float32)
        self._filled = 0

    def append(self, rows: FloatArray) -> None:
        """Add rows of shape (n, vector_size)."""
        needed = self._filled + len(rows)
        if needed > len(self._matrix):
            capacity = max(needed, len(self._matrix) * 3 // 2)
            self._matrix.resize((capacity, self._matrix.shape[1]), refcheck=False)
        self._matrix[self._filled : needed] = rows
        self._filled = needed

    def finish(self) -> FloatArray:
        """Return the matrix of all rows added."""
        if self._filled < len(self._matrix):
            self._matrix.resize((self._filled, self._matrix.shape[1]), refcheck=False)
        return self._matrix


def check_finite(words: Sequence[str], vectors: FloatArray) -> None:
    """Raise a VectorFormatError if a vector holds NaN or infinity.

    Parameters
    ----------
    words : sequence of str
    vectors : (n_words, vector_size) float32 array
    """
    for rows in row_blocks(*vectors.shape):
        finite = np.isfinite(vectors[rows]).all(axis=1)
        if not finite.all():
            row = rows.start + int(np.argmin(finite))
            raise VectorFormatError(
                f"the vector of {quoted(words[row])} (row {row}) holds NaN or infinity; expected "
                "finite float32 numbers: a damaged file, or a training run that diverged"
            )


def check_unique(words: Sequence[str], first_row: int = 0) -> None:
    """Raise a VectorFormatError that names the first word standing twice.

    Parameters
    ----------
    words : sequence of str
    first_row : int, default 0
        Row of the first of them.
    """
    if len(set(words)) == len(words):
        return
    seen: dict[str, int] = {}
    for row, word in enumerate(words, first_row):
        if word in seen:
            raise VectorFormatError(
                f"the word {quoted(word)} stands twice, in rows {seen[word]} and {row}; expected "
                'each word once: load with duplicates="first" to keep the first'
            )
        seen[word] = row


def encode_word(word: str) -> bytes:
    """Encode as UTF-8, or raise a VectorFormatError that names the word."""
    try:
        return word.encode()
    except UnicodeEncodeError:
        raise VectorFormatError(
            f"the word {quoted(word)} has characters that UTF-8 cannot store (lone surrogates, "
            "from text decoded with surrogateescape); clean it before saving"
        ) from None


def decode_words(raw: Sequence[bytes], first_row: int, options: ReadOptions) -> list[str]:
    """Decode UTF-8, or raise a VectorFormatError that tells the row.

    Parameters
    ----------
    raw : sequence of bytes
    first_row : int
        Row of the first of them.
    options : ReadOptions

    Returns
    -------
    list of str
    """
    try:
        return [word.decode("utf-8", options.unicode_errors) for word in raw]
    except UnicodeDecodeError as error:
        row = first_row + raw.index(error.object)
        raise VectorFormatError(
            f"the word of row {row}, {quoted(error.object)}, is not UTF-8; expected text: the file "
            "is damaged, its header is wrong, or it is of another format. If only words were cut "
            'off inside a character, load with unicode_errors="replace"'
        ) from None


def as_text(words: Sequence[Item]) -> list[str]:
    """Return words as they are and integers as their digits."""
    return list(map(str, words)) if are_integers(words) else list(words)  # type: ignore[arg-type]


def as_integers(digits: Sequence[str]) -> list[int]:
    """Read the digits of items that are integers.

    Raises
    ------
    VectorFormatError
        One is no integer of 64 bits.
    """
    try:
        numbers = list(map(int, digits))
        checked_items(numbers)
    except ValueError:
        numbers = []
    if list(map(str, numbers)) != list(digits):
        raise VectorFormatError(
            "the items are said to be integers, and not all of them are: the file is damaged"
        )
    return numbers


def pack_words(words: Sequence[Item]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Join words into one run of UTF-8 bytes.

    Parameters
    ----------
    words : sequence of str or of int

    Returns
    -------
    blob : (n_bytes,) uint8 array
    offsets : (n_words + 1,) int64 array
        Word i is ``blob[offsets[i]:offsets[i + 1]]``.
    """
    encoded = [encode_word(word) for word in as_text(words)]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


def unpack_words(
    blob: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], options: ReadOptions
) -> list[str]:
    """Undo `pack_words`; VectorFormatError if the offsets do not fit the bytes."""
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(blob):
        raise VectorFormatError(
            f"the offsets of the words do not run from 0 to {len(blob)}, the length of their "
            "text: the file is damaged"
        )
    if (offsets[1:] < offsets[:-1]).any():
        raise VectorFormatError("the offsets of the words fall: the file is damaged")
    text = blob.tobytes()
    return decode_words([text[a:b] for a, b in pairwise(offsets.tolist())], 0, options)

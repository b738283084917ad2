"""Words as files store them: as UTF-8, one run of bytes, or the digits of integers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from w2v.items import Item, are_integers, checked_items
from w2v.messages import quoted
from w2v.vectors.errors import NotTextError, VectorFormatError


def encode_word(word: str) -> bytes:
    """Encode a word as UTF-8.

    Raises
    ------
    VectorFormatError
        A word with lone surrogates.
    """
    try:
        return word.encode()
    except UnicodeEncodeError:
        raise VectorFormatError(
            f"the word {quoted(word)} has characters that UTF-8 cannot store (lone surrogates, "
            "from text decoded with surrogateescape); clean it before saving"
        ) from None


def decode_words(
    raw: Sequence[bytes], first_row: int, unicode_errors: str, encoding: str = "utf-8"
) -> list[str]:
    """Decode words.

    Parameters
    ----------
    raw : sequence of bytes
    first_row : int
        Row of the first of them.
    unicode_errors : str
        What to do about words that are not in this encoding, as :meth:`bytes.decode` takes it.
    encoding : str, default "utf-8"

    Returns
    -------
    list of str

    Raises
    ------
    NotTextError
        A word that is in another encoding; the message tells its row.
    """
    try:
        return [word.decode(encoding, unicode_errors) for word in raw]
    except UnicodeDecodeError as error:
        row = first_row + raw.index(error.object)
        name = "UTF-8" if encoding == "utf-8" else encoding
        raise NotTextError(
            f"the word of row {row}, {quoted(error.object)}, is not {name}; expected text: the "
            "file is damaged, its header is wrong, or it is of another format. If only words were "
            'cut off inside a character, load with unicode_errors="replace"',
            error,
        ) from None


def as_text(words: Sequence[Item]) -> list[str]:
    """Return words as they are and integers as their digits."""
    return list(map(str, words)) if are_integers(words) else list(words)  # type: ignore[arg-type]


def as_integers(digits: Sequence[str]) -> list[int]:
    """Read the digits of items that are integers.

    Raises
    ------
    VectorFormatError
        One that is no integer of 64 bits.
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
    blob: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], unicode_errors: str
) -> list[str]:
    """Cut a run of bytes into the words that :func:`pack_words` joined.

    Raises
    ------
    VectorFormatError
        Offsets that do not fit the bytes, or a word that is not UTF-8.
    """
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(blob):
        raise VectorFormatError(
            f"the offsets of the words do not run from 0 to {len(blob)}, the length of their "
            "text: the file is damaged"
        )
    if (offsets[1:] < offsets[:-1]).any():
        raise VectorFormatError("the offsets of the words fall: the file is damaged")
    text = blob.tobytes()
    return decode_words([text[a:b] for a, b in pairwise(offsets.tolist())], 0, unicode_errors)

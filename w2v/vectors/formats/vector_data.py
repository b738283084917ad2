"""What a file of vectors holds, how it is read, and the checks that all formats share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.messages import quoted
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.similarity import FloatArray, row_blocks


class VectorData(NamedTuple):
    """Words, or integers, with their vectors and, where known, their counts.

    Attributes
    ----------
    words : list of str or of int
    vectors : (n_words, vector_size) float32 array
    counts : (n_words,) int64 array or None
    """

    words: list[Any]
    vectors: FloatArray
    counts: npt.NDArray[np.int64] | None = None

    def first(self, limit: int | None) -> VectorData:
        """Return the first so many words, all without a ``limit``."""
        if limit is None:
            return self
        counts = None if self.counts is None else self.counts[:limit]
        return VectorData(self.words[:limit], self.vectors[:limit], counts)

    def first_of_each(self) -> VectorData:
        """Return each word once, with the vector and count that it has first."""
        rows: dict[Any, int] = {}
        for row, word in enumerate(self.words):
            rows.setdefault(word, row)
        if len(rows) == len(self.words):
            return self
        kept = list(rows.values())
        counts = None if self.counts is None else self.counts[kept]
        return VectorData(list(rows), self.vectors[kept], counts)


class ReadOptions(NamedTuple):
    """How a file of vectors is read.

    Attributes
    ----------
    limit : int, optional
        Read at most so many words.
    unicode_errors : str
        What to do about words that are not UTF-8, as :meth:`bytes.decode` takes it.
    unique : bool
        Whether a word that stands twice is an error.
    encoding : str
        Of the words in word2vec's formats; others have UTF-8.
    """

    limit: int | None = None
    unicode_errors: str = "strict"
    unique: bool = True
    encoding: str = "utf-8"


def check_finite(words: Sequence[str], vectors: FloatArray) -> None:
    """Refuse NaN and infinity.

    Parameters
    ----------
    words : sequence of str
    vectors : (n_words, vector_size) float32 array

    Raises
    ------
    VectorFormatError
        A number that is not finite; the message names the word.
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
    """Refuse words that stand twice.

    Parameters
    ----------
    words : sequence of str
    first_row : int, default 0
        Row of the first of them.

    Raises
    ------
    VectorFormatError
        A word that stands twice; the message names it and its rows.
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

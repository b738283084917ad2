"""The file of words and counts that stands beside vectors in word2vec's formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.messages import quoted
from w2v.vectors.errors import NotTextError, VectorFormatError


def write(path: Path, words: Sequence[str], counts: npt.NDArray[np.int64]) -> None:
    """Write a word and its count a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        pairs = zip(words, counts.tolist(), strict=True)
        file.writelines(f"{word} {count}\n" for word, count in pairs)


def read(path: Path, rows: Mapping[Any, int], unicode_errors: str) -> npt.NDArray[np.int64]:
    """Read the counts of known words.

    Parameters
    ----------
    path : Path
    rows : dict of str or int to int
        The words' rows.
    unicode_errors : str
        What to do about words that are not UTF-8.

    Returns
    -------
    (n_words,) int64 array
        0 for words that are not in the file.

    Raises
    ------
    VectorFormatError
        A line that is not a word and a count.
    """
    counts = np.zeros(len(rows), np.int64)
    with path.open(encoding="utf-8", errors=unicode_errors, newline="\n") as file:
        try:
            for number, line in enumerate(file, 1):
                text = line.rstrip() if number > 1 else line.rstrip().removeprefix("\ufeff")
                word, _, count = text.replace("\t", " ").rpartition(" ")
                if not (count.isascii() and count.isdecimal() and len(count) < 19):
                    raise VectorFormatError(
                        f"{path}: line {number} is {quoted(text)}, expected a word and a count"
                    )
                row = rows.get(text[: len(word)].rstrip(" \t"))
                if row is not None:
                    counts[row] = int(count)
        except UnicodeDecodeError as error:
            raise NotTextError(f"{path} is not UTF-8: {error.reason}", error) from None
    return counts

"""Words that two tables have: their rows in either."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.items import Item, are_integers
from w2v.vectors.formats.words import as_text
from w2v.vectors.row_index import normal_forms
from w2v.vectors.table import VectorTable

Rows = npt.NDArray[np.int64]


def shared_rows(words: Sequence[Item], table: VectorTable) -> tuple[Rows, Rows]:
    """Find words in a table.

    Parameters
    ----------
    words : sequence of str, or of int
        Integers are also found as the digits that programs without integers write.
    table : VectorTable
        A word is also found in another Unicode normal form of the same text.

    Returns
    -------
    places, rows : int64 arrays
        Word ``words[places[i]]`` has row ``rows[i]`` of the table.
    """
    theirs = table.key_to_index
    if are_integers(words) and not are_integers(table.index_to_key):
        words = as_text(words)
    elif are_integers(table.index_to_key) and not are_integers(words):
        words = []  # no item is a word
    rows = np.fromiter(map(theirs.get, words, repeat(-1)), np.int64, len(words))
    others: Any = (i for i in np.flatnonzero(rows < 0).tolist() if not str(words[i]).isascii())
    for i in others:
        rows[i] = next((theirs[form] for form in normal_forms(words[i]) if form in theirs), -1)
    places = np.flatnonzero(rows >= 0)
    return places, rows[places]

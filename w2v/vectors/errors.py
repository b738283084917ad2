"""What can go wrong with vectors: a damaged file, a word that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import islice

from w2v.messages import quoted

_LOOK_THROUGH = 50_000
_COMPARE = 2_000


class VectorFormatError(ValueError):
    """A vectors file is damaged, or words or vectors do not fit the format asked for."""


class UnknownWordError(KeyError):
    """A word is not in the vocabulary; the message offers the closest spellings.

    Parameters
    ----------
    key : str or int
        What was asked for.
    words : sequence of str
        The vocabulary, best known words first.
    """

    def __init__(self, key: object, words: Sequence[str]) -> None:
        super().__init__(key)
        self.key = key
        self._words = words

    def __str__(self) -> str:
        # Written only when shown: code that catches the error in a loop pays nothing.
        message = f"{quoted(self.key)} is not among the {len(self._words):,} words"
        if not isinstance(self.key, str):
            return f"{message} (a key is a word or an index below that)"
        close = close_spellings(self.key, self._words)
        if close:
            return f"{message}; close to it: {', '.join(map(repr, close))}"
        return message


def close_spellings(word: str, words: Sequence[str], limit: int = 3) -> list[str]:
    """Find words spelled like `word`.

    Only the first 50,000 words are looked through, and at most 2,000 of them,
    those of like length and first letter, compared: an error must not take long.

    Parameters
    ----------
    word : str
        The spelling to come close to.
    words : sequence of str
        Where to look, best known words first.
    limit : int, default 3
        At most so many.

    Returns
    -------
    list of str
        Closest first; empty where nothing is close.
    """
    if not word or len(word) > 64:
        return []
    folded = word.casefold()
    same: list[str] = []
    alike: dict[str, str] = {}
    for other in islice(words, _LOOK_THROUGH):
        if abs(len(other) - len(word)) > 2 or other[:1].casefold() != folded[:1]:
            continue
        other_folded = other.casefold()
        if other_folded == folded:
            same.append(other)
        elif len(alike) < _COMPARE:
            alike.setdefault(other_folded, other)
    found = difflib.get_close_matches(folded, alike, n=limit, cutoff=0.7)
    return [*same, *(alike[match] for match in found)][:limit]

"""What can go wrong with vectors: a damaged file, a word that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import islice
from unicodedata import normalize

from w2v.messages import quoted

_LOOK_THROUGH = 50_000
_COMPARE = 2_000


class VectorFormatError(ValueError):
    """A vectors file is damaged, or words or vectors do not fit the format asked for."""

    def about(self, path: object) -> VectorFormatError:
        """Return the same error with the file's name first."""
        message = str(self)
        return self if message.startswith(f"{path}: ") else type(self)(f"{path}: {message}")


class NoFileError(VectorFormatError, FileNotFoundError):
    """There is no file of the name."""


class CutOffError(VectorFormatError, EOFError):
    """A vectors file ends before it should."""


class NotTextError(VectorFormatError, UnicodeDecodeError):
    """Words of a file are not in the encoding that they are read in.

    Parameters
    ----------
    message : str
    error : UnicodeDecodeError
        What was found.
    """

    def __init__(self, message: str, error: UnicodeDecodeError) -> None:
        UnicodeDecodeError.__init__(self, *error.args)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def about(self, path: object) -> NotTextError:  # noqa: D102
        return (
            self
            if self.message.startswith(f"{path}")
            else NotTextError(f"{path}: {self.message}", self)
        )


class NothingGivenError(ValueError, ZeroDivisionError):
    """A mean of nothing was asked for."""


class UnknownWordError(KeyError):
    """A word is not in the vocabulary; the message offers the closest spellings.

    Parameters
    ----------
    key : object
        What was asked for.
    words : sequence of str or int
        The vocabulary, best known words first.
    """

    def __init__(self, key: object, words: Sequence[str | int]) -> None:
        super().__init__(key)
        self.key = key
        self._words = words

    def __reduce__(self) -> tuple[type[UnknownWordError], tuple[object, Sequence[str | int]]]:
        return type(self), (self.key, self._words)

    def __str__(self) -> str:
        # Written only when shown: code that catches the error in a loop pays nothing.
        words = self._words
        integers = bool(words) and not isinstance(words[0], str)
        what = "items" if integers else "words"
        message = f"{quoted(self.key)} is not among the {len(words):,} {what}"
        if integers:
            return message + self._where_items_are_integers()
        if not isinstance(self.key, str):
            return f"{message} (a key is a word or an index below that)"
        close = close_spellings(self.key, words)  # type: ignore[arg-type]
        if close:
            return f"{message}; close to it: {', '.join(map(repr, close))}"
        return message

    def _where_items_are_integers(self) -> str:
        if not isinstance(self.key, str):
            return ""
        try:
            number = int(self.key)
        except ValueError:
            return ", which are integers"
        there = "one of them" if number in self._words else "none of them"
        return f", which are integers: {number} without quotation marks is {there}"


class AmbiguousKeyError(KeyError):
    """An integer was asked for where its digits are a word, so that it can mean two rows.

    Parameters
    ----------
    number : int
        What was asked for.
    row : int
        Of the word of these digits.
    words : sequence of str
        The vocabulary.
    """

    def __init__(self, number: int, row: int, words: Sequence[str | int]) -> None:
        super().__init__(number)
        self.number, self.row, self._words = number, row, words

    def __reduce__(self) -> tuple[type[AmbiguousKeyError], tuple[int, int, Sequence[str | int]]]:
        return type(self), (self.number, self.row, self._words)

    def __str__(self) -> str:
        number, words = self.number, self._words
        other = (
            f"the word of row {number}, which is {quoted(words[number])}"
            if 0 <= number < len(words)
            else f"row {number}, which is not there"
        )
        return (
            f"{number} can mean the word {str(number)!r}, of row {self.row}, or {other}: "
            f"ask for {str(number)!r}, or for index_to_key[{number}]"
        )


def close_spellings(word: str, words: Sequence[str], limit: int = 3) -> list[str]:
    """Find words spelled like ``word``.

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
    folded = _folded(word)
    same: list[str] = []
    alike: dict[str, str] = {}
    for other in islice(words, _LOOK_THROUGH):
        if abs(len(other) - len(word)) > 2 or _folded(other[:1])[:1] != folded[:1]:
            continue
        other_folded = _folded(other)
        if other_folded == folded:
            same.append(other)
        elif len(alike) < _COMPARE:
            alike.setdefault(other_folded, other)
    found = difflib.get_close_matches(folded, alike, n=limit, cutoff=0.7)
    return [*same, *(alike[match] for match in found)][:limit]


def _folded(word: str) -> str:
    """Make words alike that differ in case, or in how their characters are encoded."""
    return word.casefold() if word.isascii() else normalize("NFKD", word).casefold()

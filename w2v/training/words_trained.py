"""How far a training has come where every epoch may have other words."""

from __future__ import annotations


class WordsTrained:
    """Words over epochs, counted.

    Parameters
    ----------
    first_epoch : int
        Epochs done before.
    words : int
        Of the text, an epoch.
    before : int
        Words of the epochs done before.

    Attributes
    ----------
    before : int
        Words of the epochs that have ended.
    known_words : int
        Words of the vocabulary in the epochs that have ended since.
    """

    def __init__(self, first_epoch: int, words: int, before: int) -> None:
        self.before = before
        self._epoch, self._words = first_epoch, words
        self.known_words = 0

    def begin(self, words: int) -> None:
        """Begin an epoch of so many words."""
        self._words = words

    def end(self, known_words: int) -> None:
        """End it; so many of the words trained on were in the vocabulary."""
        self.before += self._words
        self._epoch += 1
        self.known_words += known_words

    def position(self, words: float) -> float:
        """Return the words trained, given them as if every epoch were as long as this one."""
        return self.before + words - self._epoch * self._words

    def epochs(self, words: float) -> float:
        """Return the epochs that these words are."""
        return words / max(1, self._words)

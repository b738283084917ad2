"""The words a model knows, with their counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v.backend import keep_probabilities
from w2v.data.errors import CorpusError, NoWordsError
from w2v.data.vocabulary_file import read_words, write_words
from w2v.items import FixedRows, FixedWords, Item, are_integers, checked_items
from w2v.messages import quoted


class Vocabulary:
    """Words and their counts, most frequent first; a word's place is its id.

    Words are kept whole, whatever characters they hold (spaces included).

    Parameters
    ----------
    words : sequence of str, or of int
        Distinct words, or items that are integers, in the order of their ids.
    counts : (V,) integers
        How often each word occurs in the corpus, 0 or more.

    Attributes
    ----------
    words : list of str, or of int
        Read-only, as is ``word_to_id``.
    counts : (V,) int64
    word_to_id : dict of str or int to int
    total : int
        Sum of the counts: the corpus's tokens that are in the vocabulary.

    Raises
    ------
    ValueError
        A word that stands twice, not as many counts, or one that is no number from 0 on.
    """

    def __init__(self, words: Sequence[Item], counts: ArrayLike) -> None:
        self.words: list[Any] = FixedWords(words)
        self.word_to_id = FixedRows(zip(self.words, range(len(self.words)), strict=True))
        if len(self.word_to_id) < len(self.words):
            row = next(i for i, word in enumerate(self.words) if self.word_to_id[word] != i)
            raise ValueError(
                f"the word {quoted(self.words[row])} stands twice, as number {row} and "
                f"{self.word_to_id[self.words[row]]}: each word can stand once"
            )
        self.counts = _whole_numbers(counts, len(self.words))

    def recounted(self, counts: ArrayLike) -> Vocabulary:
        """Return the same words with other counts.

        Parameters
        ----------
        counts : (V,) integers

        Returns
        -------
        Vocabulary
            It shares the words.

        Raises
        ------
        ValueError
            Not as many counts, or one that is no number from 0 on.
        """
        other = Vocabulary.__new__(Vocabulary)
        other.words, other.word_to_id = self.words, self.word_to_id
        other.counts = _whole_numbers(counts, len(self.words))
        return other

    @property
    def total(self) -> int:
        """Tokens of the corpus that are in the vocabulary."""
        return int(self.counts.sum())

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.words)

    def __getitem__(self, word: Item) -> NoReturn:
        raise TypeError(
            f"a vocabulary is no dict: word_to_id has {quoted(word)}'s row, and counts[row] how "
            "often it occurs"
        )

    def __contains__(self, word: object) -> bool:
        return word in self.word_to_id

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        return self.words == other.words and np.array_equal(self.counts, other.counts)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} words, {self.total} tokens)"

    @classmethod
    def from_counts(
        cls,
        words: Sequence[Item],
        counts: ArrayLike,
        *,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        max_final_vocab: int | None = None,
    ) -> Vocabulary:
        """Keep the frequent words of a corpus, sorted by count.

        Words of equal count keep the order in which they are given: give them in order of
        first appearance.

        Parameters
        ----------
        words : sequence of str
            Distinct words in order of first appearance.
        counts : (N,) integers
        min_count : int, default 5
        max_vocab_size : int, optional
            Where more words than this occur, the rarest are dropped, all words of one count
            together, until no more than this remain. gensim does so while it scans, which makes
            the counts approximate; here they are exact, and memory is not bounded.
        max_final_vocab : int, optional
            As in gensim: ``min_count`` is raised until no more words than this remain, so that
            words of equal count stay or go together.

        Returns
        -------
        Vocabulary

        Raises
        ------
        CorpusError
            No word that remains.
        TypeError, ValueError
            Words that are not all strings or all integers of 64 bits, or a count that is none.
        """
        words = checked_items(words)
        counts = _whole_numbers(counts, len(words))
        kept = frequent(
            counts,
            min_count=min_count,
            max_vocab_size=max_vocab_size,
            max_final_vocab=max_final_vocab,
        )
        return cls([words[i] for i in kept.tolist()], counts[kept])

    def extended(
        self,
        more: Vocabulary,
        *,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        max_final_vocab: int | None = None,
    ) -> Vocabulary:
        """Add another text's words and counts.

        Parameters
        ----------
        more : Vocabulary
            Of the other text, its rare words included.
        min_count : int, default 5
            New words must occur this often there.
        max_vocab_size, max_final_vocab : int, optional
            Bounds on the other text's words, see :meth:`from_counts`; known ones
            stay whatever they are.

        Returns
        -------
        Vocabulary
            These words in their order, then the new ones; counts of both texts.
        """
        if len(self) and len(more) and are_integers(self.words) != are_integers(more.words):
            checked_items([self.words[0], more.words[0]])  # says that they are of two kinds
        least = least_count(-np.sort(-more.counts), min_count, (max_vocab_size, max_final_vocab))
        counts = self.counts.copy()
        new = []
        for word, count in zip(more.words, more.counts.tolist(), strict=True):
            place = self.word_to_id.get(word)
            if place is not None:
                counts[place] += count
            elif count >= least:
                new.append((word, count))
        return Vocabulary(
            [*self.words, *(word for word, _ in new)],
            np.concatenate((counts, np.array([count for _, count in new], np.int64))),
        )

    def keep_probabilities(self, sample: float = 1e-3) -> NDArray[np.float64]:
        """Return the chance of each word's occurrence to survive subsampling.

        A word with the share f of the tokens is kept with probability
        ``min(1, sqrt(sample / f) + sample / f)``, as word2vec and gensim do (Mikolov et al.,
        "Distributed Representations of Words and Phrases and their Compositionality", 2013,
        section 2.3, in the form of the authors' program).

        Parameters
        ----------
        sample : float, default 1e-3
            The share of the tokens above which a word is thinned out; 0 keeps every word.

        Returns
        -------
        (V,) float64

        Raises
        ------
        ValueError
            A sample not between 0 and 1.
        """
        if not 0 <= sample <= 1:
            raise ValueError(f"sample must lie between 0 and 1, got {sample}")
        return keep_probabilities(self.counts, sample)

    def save(self, path: str | Path) -> None:
        """Write words and counts to an Arrow file.

        Parameters
        ----------
        path : str or Path
        """
        write_words(path, self.words, self.counts)

    @classmethod
    def load(cls, path: str | Path) -> Vocabulary:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        Vocabulary

        Raises
        ------
        CorpusError
            A file that is missing, damaged or no Arrow file of distinct words and counts.
        """
        words, counts = read_words(path)
        try:
            return cls(words, counts)
        except ValueError as error:
            raise CorpusError(f"{path} is no vocabulary: {error}") from None


def frequent(
    counts: NDArray[np.int64],
    *,
    min_count: int = 5,
    max_vocab_size: int | None = None,
    max_final_vocab: int | None = None,
) -> NDArray[np.int64]:
    """Choose the words of a vocabulary by their counts.

    Parameters
    ----------
    counts : (N,) int64
        Counts of the distinct words, in order of first appearance.
    min_count : int, default 5
        Rarer words are dropped.
    max_vocab_size, max_final_vocab : int, optional
        See :meth:`Vocabulary.from_counts`.

    Returns
    -------
    (V,) int64
        Indices into counts, highest count first, equal counts in order of appearance.

    Raises
    ------
    ValueError
        A limit below 1.
    CorpusError
        No word that remains.
    """
    for name, limit in (
        ("min_count", min_count),
        ("max_vocab_size", max_vocab_size),
        ("max_final_vocab", max_final_vocab),
    ):
        if limit is not None and limit < 0 + (name != "min_count"):
            raise ValueError(f"{name} must be 1 or more, got {limit}")
    # A stable sort of negated counts leaves equal ones in order of appearance.
    order = np.argsort(-counts, kind="stable")
    sorted_counts = counts[order]
    asked, limits = min_count, (max_vocab_size, max_final_vocab)
    min_count = least_count(sorted_counts, min_count, limits)
    kept = order[: np.searchsorted(-sorted_counts, -min_count, side="right")]
    if not len(kept):
        top = int(sorted_counts[0]) if len(counts) else 0
        if len(counts) and asked <= top:
            raise NoWordsError(
                f"{int((sorted_counts == top).sum())} words occur {top} times, as often as any, "
                f"and {min(x for x in limits if x)} at most are to be kept: words of one count are "
                "kept or left out together, so raise max_vocab_size or max_final_vocab"
            )
        raise NoWordsError(
            f"no word occurs {min_count} times or more: the corpus has {len(counts)} distinct "
            f"words, the most frequent occurs {top} times; lower min_count or give more text"
        )
    return kept


def _whole_numbers(counts: ArrayLike, size: int) -> NDArray[np.int64]:
    """Return counts as integers, or say what is wrong with them."""
    given = np.asarray(counts)
    if given.shape != (size,):
        raise ValueError(f"{size} words need as many counts, got shape {given.shape}")
    with np.errstate(invalid="ignore"):
        whole = given.astype(np.int64, copy=False)
    if whole is not given and not np.array_equal(whole, given):
        raise ValueError(f"counts must be whole numbers below 2**63, got type {given.dtype}")
    if size and whole.min() < 0:
        row = int(whole.argmin())
        raise ValueError(f"counts must be 0 or more, got {whole[row]} for word number {row}")
    return whole


def least_count(
    sorted_counts: NDArray[np.int64], min_count: int, limits: tuple[int | None, ...]
) -> int:
    """Return the least count, raised until no more words than the limits remain."""
    for limit in limits:
        if limit is not None and limit < len(sorted_counts):
            min_count = max(min_count, int(sorted_counts[limit]) + 1)
    return min_count

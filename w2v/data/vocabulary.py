"""The words a model knows, with their counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v.backend import keep_probabilities
from w2v.data.errors import CorpusError


class Vocabulary:
    """Words and their counts, most frequent first; a word's place is its id.

    Words are kept whole, whatever characters they hold (spaces included).

    Parameters
    ----------
    words : sequence of str
        Distinct words, in the order of their ids.
    counts : (V,) integers
        How often each word occurs in the corpus.

    Attributes
    ----------
    words : list of str
    counts : (V,) int64
    word_to_id : dict of str to int
    total : int
        Sum of the counts: the corpus's tokens that are in the vocabulary.
    """

    def __init__(self, words: Sequence[str], counts: ArrayLike) -> None:
        self.words = list(words)
        self.counts: NDArray[np.int64] = np.asarray(counts, dtype=np.int64)
        if self.counts.shape != (len(self.words),):
            raise ValueError(
                f"{len(self.words)} words need as many counts, got shape {self.counts.shape}"
            )

    @cached_property
    def word_to_id(self) -> dict[str, int]:
        """Each word's id; built when first asked for."""
        return {word: i for i, word in enumerate(self.words)}

    @property
    def total(self) -> int:
        """Tokens of the corpus that are in the vocabulary."""
        return int(self.counts.sum())

    def __len__(self) -> int:
        return len(self.words)

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
        words: Sequence[str],
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
        max_vocab_size, max_final_vocab : int, optional
            See `frequent`.

        Returns
        -------
        Vocabulary

        Raises
        ------
        CorpusError
            If no word remains.
        """
        counts = np.asarray(counts, dtype=np.int64)
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
            Bounds on the other text's words, see `frequent`; known ones stay whatever they are.

        Returns
        -------
        Vocabulary
            These words in their order, then the new ones; counts of both texts.
        """
        least = _least(-np.sort(-more.counts), min_count, (max_vocab_size, max_final_vocab))
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
        """Give the chance of each word's occurrence to survive subsampling.

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
            If sample is not between 0 and 1.
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
        import pyarrow as pa

        table = pa.table(
            {
                "word": pa.array(self.words, pa.large_string()),
                "count": pa.array(self.counts, pa.int64()),
            }
        )
        with (
            pa.OSFile(str(path), "wb") as sink,
            pa.ipc.new_file(sink, table.schema) as writer,
        ):
            writer.write_table(table)

    @classmethod
    def load(cls, path: str | Path) -> Vocabulary:
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        Vocabulary

        Raises
        ------
        CorpusError
            If the file is no Arrow file of words and counts.
        """
        import pyarrow as pa

        try:
            with pa.OSFile(str(path), "rb") as source:
                table = pa.ipc.open_file(source).read_all()
            return cls(table["word"].to_pylist(), table["count"].to_numpy())
        except (pa.ArrowInvalid, KeyError) as error:
            raise CorpusError(f"{path} is no saved vocabulary: {error}") from error


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
    max_vocab_size : int, optional
        Where more words than this occur, the rarest are dropped, all words of one count
        together, until no more than this remain. gensim does so while it scans, which makes
        the counts approximate; here they are exact, and memory is not bounded.
    max_final_vocab : int, optional
        As in gensim: `min_count` is raised until no more words than this remain, so that
        words of equal count stay or go together.

    Returns
    -------
    (V,) int64
        Indices into counts, highest count first, equal counts in order of appearance.

    Raises
    ------
    ValueError
        If a limit is below 1.
    CorpusError
        If no word remains.
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
    min_count = _least(sorted_counts, min_count, (max_vocab_size, max_final_vocab))
    kept = order[: np.searchsorted(-sorted_counts, -min_count, side="right")]
    if not len(kept):
        top = int(sorted_counts[0]) if len(counts) else 0
        raise CorpusError(
            f"no word occurs {min_count} times or more: the corpus has {len(counts)} distinct "
            f"words, the most frequent occurs {top} times; lower min_count or give more text"
        )
    return kept


def _least(sorted_counts: NDArray[np.int64], min_count: int, limits: tuple[int | None, ...]) -> int:
    """Raise a least count until no more words than the limits remain."""
    for limit in limits:
        if limit is not None and limit < len(sorted_counts):
            min_count = max(min_count, int(sorted_counts[limit]) + 1)
    return min_count

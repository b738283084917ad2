"""KeyedVectors: the questions people ask of word vectors, under gensim's names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.vectors import evaluate, search
from w2v.vectors.evaluate import AnalogiesResult, PairsResult
from w2v.vectors.row_index import Key
from w2v.vectors.search import Neighbours, Terms
from w2v.vectors.storing import StoredVectors
from w2v.vectors.table import Vector


class KeyedVectors(StoredVectors):
    """Word vectors to look up, compare, search, evaluate, save and load.

    Methods bear gensim's names and mean the same.  All similarities are cosines;
    a vector of zeros has similarity 0 to everything.

    Parameters
    ----------
    words : sequence of str
        Each once; usually the most frequent first.
    vectors : (n_words, vector_size) array
        Row i belongs to word i.  A float32 array is kept without a copy.
    counts : (n_words,) int array, optional
        How often each word occurred.

    Examples
    --------
    >>> wv = KeyedVectors(["cat", "dog", "sky"], [[1, 0.2], [1, 0.3], [0, 1]])
    >>> wv.most_similar("cat", topn=1)[0][0]
    'dog'
    """

    # -- neighbours ----------------------------------------------------------

    def most_similar(
        self,
        positive: Terms = None,
        negative: Terms = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: None = None,
    ) -> Any:
        """Find the words nearest to a sum of words: 3CosAdd [1]_.

        Parameters
        ----------
        positive, negative : word, vector, or list of these or of (key, weight)
            What to add and what to subtract.  Words count with length 1, vectors
            as they are; a given weight stands in for 1 or -1.
        topn : int or None, default 10
            How many words.  None gives the cosines of all words instead.
        clip_start, clip_end : int, optional
            Search only among the words of these rows, the last one not included.
        restrict_vocab : int, optional
            Search only among the first so many words.
        indexer : None
            Approximate indexes are not supported.

        Returns
        -------
        list of (str, float)
            Best first, without the words asked for.  With ``topn=None`` a
            (n_words,) float32 array in the order of the vocabulary.

        Raises
        ------
        KeyError
            If a word is unknown.
        ValueError
            If nothing is asked for, a vector has another size, or there is an `indexer`.

        References
        ----------
        .. [1] Mikolov, Yih and Zweig, "Linguistic regularities in continuous
           space word representations", 2013.
        """
        if indexer is not None:
            raise ValueError("indexers are not supported; most_similar_batch() is fast and exact")
        rows = search.rows_among(self, clip_start, clip_end, restrict_vocab)
        return search.three_cos_add(self, positive, negative, topn, rows)

    def most_similar_cosmul(
        self,
        positive: Terms = None,
        negative: Terms = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Any:
        """Find the words nearest to each of several words: 3CosMul [1]_.

        The score is the product of the similarities to the positive terms over
        that to the negative ones, so no single large similarity decides alone:
        ``prod(s⁺) / (prod(s⁻) + 1e-6)`` with ``s = (1 + cos) / 2``.

        Parameters
        ----------
        positive, negative : word, vector, or list of these
            A vector is taken as being of unit length.
        topn : int or None, default 10
            How many words.  None gives the scores of all words instead.
        restrict_vocab : int, optional
            Search only among the first so many words.

        Returns
        -------
        list of (str, float)
            Best first, without the words asked for.  With ``topn=None`` a
            (n_words,) float32 array in the order of the vocabulary.

        Raises
        ------
        KeyError
            If a word is unknown.
        ValueError
            If nothing positive is asked for, or a weight is given.

        References
        ----------
        .. [1] Levy and Goldberg, "Linguistic regularities in sparse and explicit
           word representations", 2014, equation 4 and footnote 7.
        """
        rows = search.rows_among(self, restrict_vocab=restrict_vocab)
        return search.three_cos_mul(self, positive, negative, topn, rows)

    def most_similar_batch(
        self,
        words: Sequence[Key] | npt.NDArray[np.floating],
        topn: int = 10,
        restrict_vocab: int | None = None,
    ) -> list[Neighbours]:
        """Find the nearest words of many words by one matrix product, in bounded memory.

        Parameters
        ----------
        words : sequence of str, or (n_queries, vector_size) array
            Words, or vectors of any length.
        topn : int, default 10
        restrict_vocab : int, optional
            Search only among the first so many words.

        Returns
        -------
        list of list of (str, float)
            For each query its neighbours, best first, without the word itself.

        Raises
        ------
        KeyError
            If a word is unknown.
        ValueError
            If vectors have another size.
        """
        return search.batch(self, words, topn, restrict_vocab)

    def similar_by_word(
        self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the words nearest to one word; see `most_similar`."""
        return self.most_similar([word], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_key(
        self, key: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the words nearest to one word; see `most_similar`."""
        return self.similar_by_word(key, topn, restrict_vocab)

    def similar_by_vector(
        self, vector: Vector, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the words nearest to a vector; see `most_similar`."""
        return self.most_similar([np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    # -- evaluation ----------------------------------------------------------

    def evaluate_word_pairs(
        self,
        pairs: str | os.PathLike[str],
        delimiter: str | None = None,
        encoding: str = "utf-8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> PairsResult:
        """Correlate cosines with human scores of word pairs.

        Parameters
        ----------
        pairs : str or path
            Lines of two words and a score; lines with ``#`` first and lines of
            another form are passed over.
        delimiter : str, optional
            A tab if the line has one, otherwise spaces, by default.
        encoding : str, default "utf-8"
        restrict_vocab : int or None, default 300000
            Know only the first so many words.
        case_insensitive : bool, default True
            Compare words in upper case; the first of several counts.
        dummy4unknown : bool, default False
            Count pairs with unknown words as of similarity 0 instead of
            passing over them.

        Returns
        -------
        PairsResult
            ``(pearson, spearman, oov_ratio)``; the correlations are
            ``(statistic, pvalue)``, the ratio is in percent.

        Raises
        ------
        ValueError
            If no pair can be scored.
        """
        return evaluate.word_pairs(
            self, pairs, delimiter, encoding, restrict_vocab, case_insensitive, dummy4unknown
        )

    def evaluate_word_analogies(
        self,
        analogies: str | os.PathLike[str],
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> AnalogiesResult:
        """Answer "a is to b as c is to ?" by 3CosAdd, all questions in batches.

        Parameters
        ----------
        analogies : str or path
            Lines ``: name`` that open a section, then lines of four words.
        restrict_vocab : int or None, default 300000
            Know, and answer with, only the first so many words.
        case_insensitive : bool, default True
            Compare words in upper case; the first of several counts.
        dummy4unknown : bool, default False
            Count questions with unknown words as wrong instead of passing over
            them.
        similarity_function : {"most_similar"}
            No other is supported.

        Returns
        -------
        AnalogiesResult
            ``(accuracy, sections)``; the accuracy is 0 to 1, the last section
            sums up all.

        Raises
        ------
        ValueError
            If there is no question, one before the first section, or another
            `similarity_function`.
        """
        if similarity_function != "most_similar":
            raise ValueError(
                f"similarity_function must be 'most_similar', got {similarity_function!r}"
            )
        return evaluate.word_analogies(
            self, analogies, restrict_vocab, case_insensitive, dummy4unknown
        )

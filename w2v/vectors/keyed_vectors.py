"""KeyedVectors: the questions people ask of word vectors, under gensim's names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from . import evaluate, formats, gensim_bridge, search
from .contents import VectorData
from .evaluate import AnalogiesResult, PairsResult
from .pairwise import PairwiseVectors
from .search import Neighbours, Terms
from .table import Key, Vector


class KeyedVectors(PairwiseVectors):
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
        restrict_vocab: int | None = None,
    ) -> Any:
        """Find the words nearest to a sum of words: 3CosAdd [1]_.

        Parameters
        ----------
        positive, negative : word, vector, or list of these or of (key, weight)
            What to add and what to subtract.  Words count with length 1, vectors
            as they are; a given weight stands in for 1 or -1.
        topn : int or None, default 10
            How many words.  None gives the cosines of all words instead.
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
            If nothing is asked for or a vector has another size.

        References
        ----------
        .. [1] Mikolov, Yih and Zweig, "Linguistic regularities in continuous
           space word representations", 2013.
        """
        return search.three_cos_add(self, positive, negative, topn, restrict_vocab)

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
        return search.three_cos_mul(self, positive, negative, topn, restrict_vocab)

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

    similar_by_key = similar_by_word

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

        Returns
        -------
        AnalogiesResult
            ``(accuracy, sections)``; the accuracy is 0 to 1, the last section
            sums up all.

        Raises
        ------
        ValueError
            If there is no question, or one before the first section.
        """
        return evaluate.word_analogies(
            self, analogies, restrict_vocab, case_insensitive, dummy4unknown
        )

    # -- files ---------------------------------------------------------------

    def save(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Write the vectors; the suffix tells the format.

        The file is written aside and renamed into place, so that a crash leaves
        the old one.  Rows keep their order.

        Parameters
        ----------
        path : str or path
            ``.bin`` word2vec binary; ``.txt`` or ``.vec`` word2vec text; these
            also with ``.gz``; ``.safetensors``; ``.npz``; ``.npy`` with the words
            beside it.  Only .safetensors and .npz keep counts and store every
            word whatever it holds.
        format : str, optional
            Settles it without the suffix: "word2vec-binary", "word2vec-text",
            "glove", "safetensors", "npz" or "npy".

        Raises
        ------
        VectorFormatError
            If the suffix is unknown, a vector is not finite, or a word cannot be
            stored in the format.
        """
        formats.save(VectorData(self.index_to_key, self.vectors, self.counts), path, format)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        format: str | None = None,
        limit: int | None = None,
        unicode_errors: str = "strict",
        duplicates: Literal["error", "first"] = "error",
    ) -> Self:
        """Read vectors; the suffix tells the format.

        Everything a file claims is checked against its size before memory is
        taken.  Nothing is ever unpickled.

        Parameters
        ----------
        path : str or path
            See `save`.  Text without a header is read as GloVe's.
            .safetensors and .npy are mapped.
        format : str, optional
            Settles it without the suffix.
        limit : int, optional
            Read the first so many words only.
        unicode_errors : {"strict", "replace", "ignore"}, default "strict"
            What to do about words that are not UTF-8.
        duplicates : {"error", "first"}, default "error"
            What to do about a word that stands twice.

        Returns
        -------
        KeyedVectors

        Raises
        ------
        VectorFormatError
            If the file is damaged or of another format.
        """
        return cls(*formats.load(path, format, limit, unicode_errors, duplicates))

    def save_word2vec_format(self, fname: str | os.PathLike[str], binary: bool = False) -> None:
        """Write word2vec's text or binary format whatever the suffix; see `save`."""
        self.save(fname, "word2vec-binary" if binary else "word2vec-text")

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | os.PathLike[str],
        binary: bool = False,
        unicode_errors: str = "strict",
        limit: int | None = None,
        no_header: bool = False,
    ) -> Self:
        """Read word2vec's formats whatever the suffix, as gensim does; see `load`.

        A word that stands twice keeps its first vector.
        """
        text = "glove" if no_header else "word2vec-text"
        return cls.load(
            fname, "word2vec-binary" if binary else text, limit, unicode_errors, "first"
        )

    @classmethod
    def from_gensim(cls, model: Any) -> Self:
        """Take over gensim's KeyedVectors, or those of its models, without copying vectors.

        Raises
        ------
        TypeError
            If it is neither, or its keys are not strings.
        """
        return cls(*gensim_bridge.from_gensim(model))

    def to_gensim(self) -> Any:
        """Make a gensim KeyedVectors of the same words, vectors (shared) and counts.

        Raises
        ------
        ImportError
            If gensim is not installed.
        """
        data = VectorData(self.index_to_key, self.vectors, self.counts)
        return gensim_bridge.to_gensim(data)

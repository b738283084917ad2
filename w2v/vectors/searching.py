"""Searching a table for the words nearest to others, under gensim's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.vectors import search
from w2v.vectors.indexes import UsearchIndexer
from w2v.vectors.row_index import Key
from w2v.vectors.search import Neighbours, Terms
from w2v.vectors.table import Vector, VectorTable


class SearchMixin(VectorTable):
    """What finds the words nearest to words and vectors.

    Of the table it needs vectors of words, and of all with their norms: :meth:`get_vector`,
    :meth:`get_index`, :meth:`check_vector`, :meth:`measured`.
    """

    def index(
        self, *, expansion_search: int = 128, connectivity: int = 16, dtype: str = "f32"
    ) -> UsearchIndexer:
        """Make an index that finds nearest words without looking at all, approximately.

        Parameters
        ----------
        expansion_search, connectivity, dtype
            See :class:`w2v.vectors.UsearchIndexer`.

        Returns
        -------
        UsearchIndexer
            For ``most_similar(…, indexer=…)``, or to be asked itself, and saved.

        Raises
        ------
        ImportError
            No usearch is installed.
        """
        return UsearchIndexer(self, expansion_search, connectivity=connectivity, dtype=dtype)

    def most_similar(
        self,
        positive: Terms = None,
        negative: Terms = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
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
        indexer : AnnoyIndexer or UsearchIndexer, optional
            Answers instead, by ``indexer.most_similar(sum, topn)``: approximately, from all words
            that it knows, those asked for included.  ``topn=None`` goes without.

        Returns
        -------
        list of (str, float)
            Best first, without the words asked for, which an ``indexer`` does not leave out,
            as in gensim.  With ``topn=None`` a (n_words,) float32 array in the order of the
            vocabulary.

        Raises
        ------
        KeyError
            An unknown word.
        ValueError
            Nothing that is asked for, a vector of another size, or a part of the table where an
            ``indexer`` answers.

        References
        ----------
        .. [1] Mikolov, Yih and Zweig, "Linguistic regularities in continuous
           space word representations", 2013.
        """
        rows = search.rows_among(self, clip_start, clip_end or None, restrict_vocab)
        if indexer is not None and topn is not None:
            if rows != slice(0, len(self)):
                raise ValueError(
                    "an indexer searches all its words: leave out restrict_vocab, clip_start and "
                    "clip_end, or indexer"
                )
            return search.by_index(self, indexer, positive, negative, topn)
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
            An unknown word.
        ValueError
            Nothing positive that is asked for, or a weight.

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
            An unknown word.
        ValueError
            Vectors of another size.
        """
        return search.batch(self, words, topn, restrict_vocab)

    def similar_by_word(
        self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the words nearest to one word; see :meth:`most_similar`."""
        return self.most_similar([word], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_key(
        self, key: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the words nearest to one word; see :meth:`most_similar`."""
        return self.similar_by_word(key, topn, restrict_vocab)

    def similar_by_vector(
        self, vector: Vector, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the words nearest to a vector; see :meth:`most_similar`."""
        return self.most_similar([np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

"""How alike two words, or one word and some others, are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from w2v.messages import quoted
from w2v.vectors.errors import NothingGivenError
from w2v.vectors.means import mean_vector
from w2v.vectors.row_index import Key, listed
from w2v.vectors.similarity import FloatArray, cosines, row_norms, unit
from w2v.vectors.table import Vector, VectorTable
from w2v.vectors.word_movers import word_movers_distance


class ComparisonMixin(VectorTable):
    """What tells how alike words are.

    Of the table it needs vectors of words, and of all with their norms: :meth:`get_vector`,
    :meth:`get_index`, :meth:`measured`.
    """

    def similarity(self, w1: Key, w2: Key) -> float:
        """Return the cosine between two words; an unknown one is a KeyError."""
        return float(np.dot(unit(self.get_vector(w1)), unit(self.get_vector(w2))))

    def distance(self, w1: Key, w2: Key) -> float:
        """Return 1 minus the cosine between two words; an unknown one is a KeyError."""
        return 1.0 - self.similarity(w1, w2)

    @staticmethod
    def cosine_similarities(vector_1: Vector, vectors_all: Vector) -> FloatArray:
        """Return the cosines between a vector and each row of a (n, vector_size) array."""
        vectors = np.asarray(vectors_all, np.float32)
        return cosines(vectors @ unit(np.asarray(vector_1)), row_norms(vectors))

    def n_similarity(self, ws1: Sequence[Key | Vector], ws2: Sequence[Key | Vector]) -> float:
        """Return the cosine between the means of two sets of words.

        Unknown words are left out.

        Raises
        ------
        NothingGivenError
            An empty set.
        """
        if not (len(ws1) and len(ws2)):
            raise NothingGivenError("each side needs at least one word, got none")
        first, second = (mean_vector(self, ws, pre_normalize=False) for ws in (ws1, ws2))
        return float(np.dot(unit(first), unit(second)))

    def wmdistance(
        self, document1: Sequence[Key], document2: Sequence[Key], norm: bool = True
    ) -> float:
        """Return the word mover's distance between two texts [1]_.

        It needs POT: ``pip install 'w2v[wmd]'``.

        Parameters
        ----------
        document1, document2 : list of str
            Unknown words are left out; with none known on a side the distance is infinite.
        norm : bool, default True
            Scale vectors to length 1 first.

        Returns
        -------
        float

        Raises
        ------
        ImportError
            No POT is installed.

        References
        ----------
        .. [1] Kusner, Sun, Kolkin and Weinberger, "From word embeddings to document distances",
           2015.
        """
        return word_movers_distance(self, document1, document2, norm)

    def distances(
        self, word_or_vector: Key | Vector, other_words: Sequence[Key] | None = ()
    ) -> FloatArray:
        """Return 1 minus the cosine to each of ``other_words``, or to all words.

        Parameters
        ----------
        word_or_vector : str, int or (vector_size,) array
        other_words : sequence of str, optional
            All words, in the order of the vocabulary, by default.

        Returns
        -------
        (n_other_words,) float32 array

        Raises
        ------
        KeyError
            An unknown word.
        """
        if isinstance(word_or_vector, np.ndarray):
            query = unit(self.check_vector(word_or_vector))
        else:
            query = unit(self.get_vector(word_or_vector))
        others = [] if other_words is None else listed(other_words)
        if others:
            vectors = self[others]
            norms = row_norms(vectors)
        else:
            vectors, norms = self.measured()
        return np.float32(1) - cosines(vectors @ query, norms)

    def closer_than(self, key1: Key, key2: Key) -> list[Any]:
        """List the words that are closer to ``key1`` than ``key2`` is."""
        distances = self.distances(key1)
        rows = np.flatnonzero(distances < distances[self.get_index(key2)])
        own = self.get_index(key1)
        return [self.index_to_key[row] for row in rows if row != own]

    words_closer_than = closer_than

    def rank(self, key1: Key, key2: Key) -> int:
        """Return the place of ``key2`` among the neighbours of ``key1``; the nearest has 1."""
        return len(self.closer_than(key1, key2)) + 1

    def most_similar_to_given(self, key1: Key, keys_list: Sequence[Key]) -> Key:
        """Pick from ``keys_list`` the word nearest to ``key1``."""
        keys: list[Key] = listed(keys_list)
        if not keys:
            raise ValueError("keys_list is empty: nothing to pick from")
        return keys[int(np.argmin(self.distances(key1, keys)))]

    def relative_cosine_similarity(self, wa: Key, wb: Key, topn: int = 10) -> float:
        """Divide the cosine between two words by the sum of those of ``wa``'s ``topn`` nearest.

        Above 0.1 for 10 neighbours, the two are likely to be synonyms [1]_.

        References
        ----------
        .. [1] Leeuwenberg, Vela, Dehdari and van Genabith, "A minimally supervised approach for
           synonym extraction with word embeddings", 2016, equation 1.
        """
        cosines_of_all = 1.0 - np.delete(self.distances(wa), self.get_index(wa))
        if topn < 1 or not len(cosines_of_all):
            raise ValueError(f"{quoted(wa)} has no neighbours to compare with (topn is {topn})")
        return self.similarity(wa, wb) / float(np.sort(cosines_of_all)[-topn:].sum())

    def rank_by_centrality(
        self, words: Sequence[Key], use_norm: bool = True
    ) -> list[tuple[float, Key]]:
        """Sort words by how near they are to their mean.

        Parameters
        ----------
        words : sequence of str
            Unknown ones are left out.
        use_norm : bool, default True
            Scale vectors to length 1 first.

        Returns
        -------
        list of (float, str)
            Products with the mean of length 1, the largest first; of equal ones, the word that
            comes later in the alphabet.

        Raises
        ------
        ValueError
            No known word.
        """
        words = words if isinstance(words, set | frozenset) else listed(words)
        known = [word for word in words if self._find(word) is not None]
        if not known:
            raise ValueError("none of the words is known: nothing to pick from")
        vectors = np.stack([self.get_vector(word, norm=use_norm) for word in known])
        products = vectors @ unit(vectors.mean(axis=0))
        rated = zip(products.tolist(), known, strict=True)
        return sorted(rated, key=lambda pair: (pair[0], str(pair[1])), reverse=True)

    def doesnt_match(self, words: Sequence[Key]) -> Key:
        """Pick the word farthest from the mean of some; see :meth:`rank_by_centrality`."""
        return self.rank_by_centrality(words)[-1][1]

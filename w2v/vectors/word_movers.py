"""Word mover's distance: what it costs to turn one text into another, word by word."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from w2v.optional import optional
from w2v.vectors.row_index import Key, listed
from w2v.vectors.table import VectorTable

Document: TypeAlias = Sequence[Key]
Similarities: TypeAlias = npt.NDArray[np.float64]


def word_movers_distance(
    table: VectorTable, document1: Document, document2: Document, norm: bool
) -> float:
    """Solve the transport; see :meth:`w2v.KeyedVectors.wmdistance`."""
    emd2 = optional("ot", "wmd", "POT").emd2
    counted = [
        Counter(word for word in listed(document) if word in table)
        for document in (document1, document2)
    ]
    if not all(counted):
        return math.inf
    shares = [np.array([*words.values()]) / words.total() for words in counted]
    first, second = (
        np.stack([table.get_vector(word, norm=norm) for word in words]).astype(np.float64)
        for words in counted
    )
    costs = np.stack([np.linalg.norm(second - vector, axis=1) for vector in first])
    return float(emd2(*shares, costs)) if costs.any() else 0.0


class WmdSimilarity:
    """How alike a text is to each text of a corpus, by word mover's distance d: 1 / (1 + d).

    Parameters
    ----------
    corpus : sequence of list of str
    kv_model : KeyedVectors
    num_best : int, optional
        Give so many of the most alike texts instead of all.
    chunksize : int
        Taken for gensim's sake: it would change nothing.

    Examples
    --------
    ``WmdSimilarity(texts, model.wv, num_best=3)[["a", "text"]]`` gives
    ``[(number of the text, similarity), …]``, best first.
    """

    def __init__(
        self,
        corpus: Sequence[Document],
        kv_model: Any,
        num_best: int | None = None,
        chunksize: int = 256,
    ) -> None:
        if not hasattr(kv_model, "wmdistance"):
            raise TypeError(f"kv_model is a {type(kv_model).__name__}, expected KeyedVectors: .wv")
        self.corpus, self.wv, self.num_best = corpus, kv_model, num_best
        self.chunksize = chunksize

    def __len__(self) -> int:
        return len(self.corpus)

    def __repr__(self) -> str:
        return f"WmdSimilarity<{len(self)} docs, {self.wv.vector_size} features>"

    def get_similarities(self, query: Document | Sequence[Document]) -> Similarities:
        """Compare one text, or several, with all of the corpus.

        Parameters
        ----------
        query : list of str, or list of list of str
            An array of integers stands for texts of the corpus.

        Returns
        -------
        (n_documents,) or (n_queries, n_documents) float64 array
        """
        if isinstance(query, np.ndarray):
            query = [self.corpus[number] for number in query]
        several = bool(query) and isinstance(query[0], list | tuple)
        queries: Any = query if several else [query]
        distance: Any = self.wv.wmdistance
        found = [[distance(document, one) for document in self.corpus] for one in queries]
        similarities = 1.0 / (1.0 + np.array(found, np.float64).reshape(len(queries), len(self)))
        return similarities[0] if len(queries) == 1 else similarities

    def __getitem__(self, query: Document | Sequence[Document]) -> Any:
        similarities = self.get_similarities(query)
        if self.num_best is None:
            return similarities
        if similarities.ndim == 1:
            return self._best(similarities)
        return [self._best(row) for row in similarities]

    def __iter__(self) -> Iterator[Any]:
        return (self[list(document)] for document in self.corpus)

    def _best(self, similarities: Similarities) -> list[tuple[int, float]]:
        """Rank the texts most alike; those that have nothing in common are left out."""
        order = np.argsort(-similarities, kind="stable")[: self.num_best]
        return [(int(i), float(similarities[i])) for i in order if similarities[i] > 0]

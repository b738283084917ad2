"""Finding the words nearest to a sum, to a product, or to each of many queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from w2v.items import are_integers, is_integer
from w2v.messages import quoted
from w2v.vectors.means import mean_vector
from w2v.vectors.nearest import best_of, nearest
from w2v.vectors.row_index import Key, listed
from w2v.vectors.similarity import FloatArray, cosines, unit
from w2v.vectors.table import Vector, VectorTable

Term: TypeAlias = Key | Vector | tuple[Key | Vector, float]
Terms: TypeAlias = Key | Vector | Sequence[Term] | None
Neighbours: TypeAlias = list[tuple[Any, float]]
_Weighted: TypeAlias = list[tuple[Key | Vector, float]]


def three_cos_add(
    table: VectorTable,
    positive: Terms,
    negative: Terms,
    topn: int | None,
    rows: slice,
) -> Any:
    """Search for a weighted sum; see :meth:`w2v.KeyedVectors.most_similar`."""
    terms = [*_weighted(table, positive, 1.0), *_weighted(table, negative, -1.0)]
    if topn is not None and topn < 1:
        return []
    query = _sum(table, terms)
    vectors, norms = table.measured(rows)
    similarities = cosines(vectors @ query, norms)
    return similarities if topn is None else _best(table, similarities, topn, terms, rows)


def by_index(table: VectorTable, indexer: Any, positive: Terms, negative: Terms, topn: int) -> Any:
    """Ask an index for a weighted sum; see :meth:`w2v.KeyedVectors.most_similar`."""
    terms = [*_weighted(table, positive, 1.0), *_weighted(table, negative, -1.0)]
    if topn < 1:
        return []
    ours = hasattr(indexer, "tell_of_changes")  # and not gensim's
    if ours:
        indexer.require_words_of(table)
    found = indexer.most_similar(_sum(table, terms), int(topn))
    if ours:
        indexer.tell_of_changes(table, [table.key_to_index[word] for word, _ in found])
    return found


def three_cos_mul(
    table: VectorTable,
    positive: Terms,
    negative: Terms,
    topn: int | None,
    rows: slice,
) -> Any:
    """Search for a product of similarities; see :meth:`w2v.KeyedVectors.most_similar_cosmul`."""
    added, removed = _weighted(table, positive, 1.0), _weighted(table, negative, -1.0)
    if not added:
        raise ValueError("3CosMul needs at least one positive word or vector")
    if any(w != 1.0 for _, w in added) or any(w != -1.0 for _, w in removed):
        raise ValueError("3CosMul multiplies similarities and takes no weights")
    if topn is not None and topn < 1:
        return []
    scores = _shifted_product(table, added, rows)
    scores /= _shifted_product(table, removed, rows) + np.float32(1e-6)
    return scores if topn is None else _best(table, scores, topn, added + removed, rows)


def batch(
    table: VectorTable,
    words: Sequence[Key] | npt.NDArray[np.floating],
    topn: int,
    restrict_vocab: int | None,
) -> list[Neighbours]:
    """Search for many words at once; see :meth:`w2v.KeyedVectors.most_similar_batch`."""
    stop = rows_among(table, restrict_vocab=restrict_vocab).stop
    vectors, norms = table.measured()
    exclude = None
    if isinstance(words, np.ndarray) and (words.ndim > 1 or words.dtype.kind == "f"):
        if words.shape[1:] != (vectors.shape[1],):
            raise ValueError(f"queries of shape {words.shape}, expected (n, {vectors.shape[1]})")
        queries = np.empty(words.shape, np.float32)
        for row, vector in enumerate(words):
            queries[row] = unit(table.check_vector(vector))
    else:
        rows = np.array([table.get_index(word) for word in listed(words)], np.int64)
        queries = cosines(vectors[rows].T, norms[rows]).T
        exclude = rows[:, None]
    indices, values = nearest(
        queries, vectors[:stop], norms[:stop], min(max(0, topn), stop), exclude
    )
    return [
        [(table.index_to_key[i], value) for i, value in zip(found, cosine, strict=True) if i >= 0]
        for found, cosine in zip(indices.tolist(), values.tolist(), strict=True)
    ]


def _sum(table: VectorTable, terms: _Weighted) -> FloatArray:
    """Sum up words and vectors, to length 1."""
    return mean_vector(
        table,
        [key for key, _ in terms],
        [weight for _, weight in terms],
        post_normalize=True,
        ignore_missing=False,
    )


def _weighted(table: VectorTable, terms: Terms, weight: float) -> _Weighted:
    """Bring what a caller may pass into one form: (word or vector, weight) pairs."""
    if terms is None:
        return []
    if isinstance(terms, str) or is_integer(terms):
        return [(terms, weight)]  # type: ignore[list-item]
    # A row of integers is a vector, unless the items themselves are integers.
    numbers = "f" if are_integers(table.index_to_key) else "fiu"
    if isinstance(terms, np.ndarray) and terms.ndim == 1 and terms.dtype.kind in numbers:
        return [(terms, weight)]
    pairs: _Weighted = []
    for term in listed(terms, "words and vectors"):
        if isinstance(term, str | np.ndarray) or is_integer(term):
            pairs.append((term, weight))
        elif isinstance(term, tuple | list) and len(term) == 2:
            pairs.append((term[0], float(term[1])))
        else:
            raise TypeError(f"{quoted(term)} is no word, vector or (key, weight) pair")
    return pairs


def rows_among(
    table: VectorTable,
    clip_start: int = 0,
    clip_end: int | None = None,
    restrict_vocab: int | None = None,
) -> slice:
    """Turn the ways to search a part of the table only into rows."""
    if restrict_vocab is not None:
        if restrict_vocab < 1:
            raise ValueError(f"restrict_vocab is {restrict_vocab}, expected at least 1")
        clip_start, clip_end = 0, restrict_vocab
    start, stop, _ = slice(clip_start, clip_end).indices(len(table))
    return slice(start, max(start, stop))


def _shifted_product(table: VectorTable, terms: _Weighted, rows: slice) -> FloatArray:
    """Multiply (1 + cos) / 2 over the terms, for each of the words in ``rows``."""
    vectors, norms = table.measured(rows)
    product = np.ones(len(norms), np.float32)
    for key, _ in terms:
        known = isinstance(key, np.ndarray)
        vector = table.check_vector(key) if known else table.get_vector(key, norm=True)  # type: ignore[arg-type]
        product *= (1 + cosines(vectors @ vector.astype(np.float32), norms)) / 2
    return product


def _best(
    table: VectorTable, values: FloatArray, topn: int, terms: _Weighted, rows: slice
) -> Neighbours:
    """Name the words of the highest values, leaving out those asked for."""
    asked = {
        table.get_index(key) - rows.start for key, _ in terms if not isinstance(key, np.ndarray)
    }
    topn = int(topn)
    found = [int(i) for i in best_of(values, topn + len(asked)) if int(i) not in asked]
    return [(table.index_to_key[rows.start + i], float(values[i])) for i in found[:topn]]

"""Comparing two tables of one vocabulary, such as those of two periods: orthogonal Procrustes.

The rotation of Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966, as
Hamilton et al., "Diachronic word embeddings reveal statistical laws of semantic change", 2016, use
it: trainings that know nothing of each other differ by one, beside what they have learnt.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from w2v.items import Item, is_integer
from w2v.messages import quoted
from w2v.vectors.formats.vector_data import check_finite
from w2v.vectors.given import given_table
from w2v.vectors.row_index import listed
from w2v.vectors.shared_words import Rows, shared_rows
from w2v.vectors.similarity import FloatArray, cosines
from w2v.vectors.table import VectorTable

Other: TypeAlias = VectorTable | str | os.PathLike[str]


class AligningMixin(VectorTable):
    """What compares a table with another one of the same words.

    Of the table it needs its contents, :meth:`measured`, :meth:`_new` to make another, and
    :meth:`load` for those that are named.
    """

    def aligned_to(
        self, other: Other, *, words: Sequence[Item] | None = None, center: bool = False
    ) -> Self:
        """Turn all vectors so that those of shared words come as near as can be to the other's.

        It is one rotation (with or without a reflection) of the whole table: lengths, and cosines
        among these words, stay as they are.  Each shared word counts alike, by its direction.

        Parameters
        ----------
        other : KeyedVectors, or path
            Of the same ``vector_size``; a path is loaded.
        words : list of str, or of int, optional
            Go by these alone, as far as both have them, such as words whose meaning has not
            changed; by default by all shared ones.
        center : bool, default False
            Take the shared words' mean away in both, to find the rotation.

        Returns
        -------
        KeyedVectors
            All words of this table.

        Raises
        ------
        ValueError
            Vectors of another size, no shared words, or numbers that are not finite.
        TypeError
            Something else than vectors or the name of a file of them.

        Warns
        -----
        UserWarning
            Fewer shared words than dimensions, which leave part of the rotation open.
        """
        other = self._given(other)
        turn = _rotation(self, other, words, center)
        turned = self._matrix.astype(np.float32, copy=False) @ turn.astype(np.float32)
        counts = None if self._counts is None else self._counts.copy()
        return self._new(list(self._words), turned, counts)

    def most_moved(
        self,
        other: Other,
        topn: int | None = 10,
        *,
        words: Sequence[Item] | None = None,
        center: bool = False,
        min_count: int = 0,
    ) -> list[tuple[Any, float]]:
        """Find the shared words whose vectors differ most, once the tables are aligned.

        Parameters
        ----------
        other : KeyedVectors, or path
        topn : int or None, default 10
            How many words; None for all shared ones.
        words, center
            See :meth:`aligned_to`.
        min_count : int, default 0
            Leave words out that are rarer than this in either table: their vectors differ by
            chance.

        Returns
        -------
        list of (str, float)
            Words with the cosine of their two vectors, the lowest first; without those whose
            vector is zero.

        Raises
        ------
        ValueError
            See :meth:`aligned_to`; a ``min_count`` where there are no counts.
        """
        other = self._given(other)
        if not (topn is None or is_integer(topn)):
            raise TypeError(f"topn is an integer, or None for all words, got {quoted(topn)}")
        turn = _rotation(self, other, words, center).astype(np.float32)
        ours, theirs = _shared(self, other)
        if min_count:
            if self._counts is None or other.counts is None:
                raise ValueError("min_count needs counts in both tables: leave it out")
            often = (self._counts[ours] >= min_count) & (other.counts[theirs] >= min_count)
            ours, theirs = ours[often], theirs[often]
        mine, others = _unit_rows(self, ours) @ turn, _unit_rows(other, theirs)
        near = np.einsum("ij,ij->i", mine, others)
        order = np.argsort(near, kind="stable")[: None if topn is None else max(0, topn)]
        return [(self._words[ours[i]], float(near[i])) for i in order.tolist()]

    def _given(self, other: Any) -> VectorTable:
        load: Any = self._kind().load  # type: ignore[attr-defined]
        table: VectorTable = given_table(other, "other", load)
        return table


def _rotation(
    table: VectorTable, other: VectorTable, words: Sequence[Item] | None, center: bool
) -> npt.NDArray[np.float64]:
    """Return the orthogonal matrix that turns a table's vectors towards another's."""
    if table.vector_size != other.vector_size:
        raise ValueError(
            f"vectors of size {table.vector_size} cannot be turned to those of size "
            f"{other.vector_size}: train both with one vector_size"
        )
    ours, theirs = _shared(table, other)
    if words is not None:
        given = listed(words)
        _, chosen = shared_rows(given, table)
        kept = np.isin(ours, chosen)
        if len(ours) and not kept.any():
            some = f", such as {quoted(given[0])}," if given else ""
            raise ValueError(
                f"none of the {len(given):,} words to go by{some} is in both tables with a vector "
                f"other than zero, and {len(ours):,} others are: leave words out to go by all of "
                "them"
            )
        ours, theirs = ours[kept], theirs[kept]
    size = table.vector_size
    if not len(ours):
        raise ValueError(
            f"no word is in both tables with a vector other than zero ({len(table):,} and "
            f"{len(other):,} words): nothing says how to turn one"
        )
    if len(ours) < size + center:
        warnings.warn(
            f"{len(ours):,} shared words leave a rotation in {size} dimensions open: what they do "
            "not say of it is arbitrary; share more words, or take a smaller vector_size",
            stacklevel=3,
        )
    A, B = (_unit_rows(t, rows).astype(np.float64) for t, rows in ((table, ours), (other, theirs)))
    if center:
        A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    left, _, right = np.linalg.svd(A.T @ B)
    turn: npt.NDArray[np.float64] = left @ right
    return turn


def _shared(table: VectorTable, other: VectorTable) -> tuple[Rows, Rows]:
    """Return the rows of words in both tables whose vectors have a direction in both."""
    ours, theirs = shared_rows(table.index_to_key, other)
    for each, rows in ((table, ours), (other, theirs)):
        check_finite([each.index_to_key[row] for row in rows], each._matrix[rows])
    directed = (table.measured()[1][ours] > 0) & (other.measured()[1][theirs] > 0)
    return ours[directed], theirs[directed]


def _unit_rows(table: VectorTable, rows: Rows) -> FloatArray:
    vectors, norms = table.measured()
    return cosines(vectors[rows].T, norms[rows]).T

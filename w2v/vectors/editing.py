"""Adding words and vectors to a table, and changing those it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from w2v.items import Item, are_integers, checked_items, is_integer
from w2v.vectors.row_index import Key, index_of, listed
from w2v.vectors.table import VectorTable


class EditingMixin(VectorTable):
    """What changes a table: words that are added, vectors and counts, the order of rows.

    Of the table it needs where its changes end: :meth:`_set_contents`, :meth:`_write`,
    :meth:`_take_matrix` and :attr:`counts`.
    """

    def add_vectors(
        self,
        keys: Key | Sequence[Key],
        weights: npt.ArrayLike,
        extras: Mapping[str, npt.ArrayLike] | None = None,
        replace: bool = False,
    ) -> None:
        """Add words with their vectors at the end, in new arrays: all or, on an error, none.

        Parameters
        ----------
        keys : sequence of str, or of int
            Or one word.  One that is there in another Unicode normal form is that word.
        weights : (n_keys, vector_size) array
            Or one vector.
        extras : dict, optional
            ``{"count": (n_keys,) int array}``.  Words without counts count 0, beside words
            that have some.
        replace : bool, default False
            Give words that are there already the new vectors, and counts; they keep theirs
            otherwise.

        Raises
        ------
        ValueError
            Shapes that do not fit, a word that stands twice in ``keys``, be it in two Unicode
            normal forms of one that is there, or ``extras`` of something else than counts.
        TypeError
            Words that are not all of the kind that the table has: strings or integers.
        """
        one = isinstance(keys, str) or is_integer(keys)
        words = checked_items([keys] if one else listed(keys))
        rows = np.asarray(weights, np.float32)
        rows = rows[None] if one and rows.ndim == 1 else rows
        if rows.shape != (len(words), self.vector_size):
            raise ValueError(
                f"{len(words)} words need vectors of shape ({len(words)}, {self.vector_size}), "
                f"got {rows.shape}"
            )
        new_counts = VectorTable(words, rows, _counts_of(extras)).counts
        if self._words and words and are_integers(words) != are_integers(self._words):
            checked_items([self._words[0], words[0]])  # says that they are of two kinds
        places = np.array([self._place(word) for word in words], np.int64)
        known = places >= 0
        rows_known, times = np.unique(places[known], return_counts=True)
        if (times > 1).any():
            twice = self._words[rows_known[times.argmax()]]
            raise ValueError(
                f"the word {twice!r} is given twice, in two Unicode normal forms: give it once"
            )
        if known.all():
            if replace and len(words):
                self._write(places, rows)
                if new_counts is not None:
                    self.counts = _with(self._counts, places, new_counts, len(self))
            return
        vectors = np.concatenate([self._matrix, rows[~known]])
        counts = None
        if self._counts is not None or new_counts is not None:
            before, new = (
                np.zeros(size, np.int64) if given is None else given
                for given, size in ((self._counts, len(self)), (new_counts, len(words)))
            )
            counts = np.concatenate([before, new[~known]])
            if replace and new_counts is not None:
                counts[places[known]] = new[known]
        if replace:
            vectors[places[known]] = rows[known]
        fresh = [word for word, is_known in zip(words, known, strict=True) if not is_known]
        every = [*self._words, *fresh]
        self._set_contents(every, index_of(every), vectors, counts)

    def _place(self, word: Item) -> int:
        """Return the row of a word, in any Unicode normal form; -1 for one that is not there."""
        row = self._index.get(word)
        if row is None and isinstance(word, str) and not word.isascii():
            row = self._find(word)
        return -1 if row is None else row

    def __setitem__(self, keys: Key | Sequence[Key], weights: npt.ArrayLike) -> None:
        """Give words vectors; those that are not there yet are added."""
        self.add_vectors(keys, weights, replace=True)

    def add_vector(self, key: Key, vector: npt.ArrayLike) -> int:
        """Add one word, see :meth:`add_vectors`, which is faster for many; return its row."""
        self.add_vectors([key], np.asarray(vector)[None])
        return self.get_index(key)

    def set_vecattr(self, key: Key, attr: str, val: int) -> None:
        """Set how often a word occurred.

        Parameters
        ----------
        key : str or int
        attr : {"count"}
        val : int

        Raises
        ------
        KeyError
            An unknown word, or another attribute than ``"count"``.
        ValueError
            A ``val`` that is no integer from 0 on.
        """
        index = self.get_index(key)
        self.check_attribute(attr)
        if not is_integer(val) or not 0 <= val < 2**63:
            raise ValueError(f"a count is an integer from 0 on, got {val!r}")
        self.counts = _with(self._counts, index, val, len(self))

    def vectors_for_all(
        self, keys: Iterable[Key], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> Self:
        """Make a table of some of the words.

        Parameters
        ----------
        keys : iterable of str
            In the order wanted; words unknown or seen before are passed over.
        allow_inference : bool
            Taken for gensim's sake: a table knows its words and no others.
        copy_vecattrs : bool, default False
            Take the counts along.

        Returns
        -------
        KeyedVectors
        """
        rows: dict[Any, int] = {}
        for key in keys if isinstance(keys, set | frozenset | Mapping) else listed(keys):
            row = self._find(key)
            if row is not None:
                rows.setdefault(self._words[row], row)
        chosen = list(rows.values())
        counts = self._counts[chosen] if copy_vecattrs and self._counts is not None else None
        return self._new([*rows], self._matrix[chosen], counts)

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length 1; what their lengths said is lost."""
        self._take_matrix(self.get_normed_vectors())

    def sort_by_descending_frequency(self) -> Self:
        """Put the most frequent words first, in place.

        Words of one count keep their order.

        Returns
        -------
        KeyedVectors
            The table itself.

        Raises
        ------
        ValueError
            A table without counts.
        """
        if self._counts is None:
            raise ValueError("these vectors have no counts to sort by")
        order = np.argsort(-self._counts, kind="stable")
        if (order[1:] < order[:-1]).any():
            words = [self._words[row] for row in order]
            if self._lockf is not None and len(self._lockf) == len(self):
                self._lockf = self._lockf[order]
            self._set_contents(words, index_of(words), self._matrix[order], self._counts[order])
        return self


def _with(
    counts: npt.NDArray[np.int64] | None, rows: Any, given: Any, n_words: int
) -> npt.NDArray[np.int64]:
    """Return counts of which some are new; none are 0."""
    changed = np.zeros(n_words, np.int64) if counts is None else counts.copy()
    changed[rows] = given
    return changed


def _counts_of(extras: Mapping[str, Any] | None) -> Any:
    if extras and set(extras) != {"count"}:
        raise ValueError(f"extras can be {{'count': …}}, got {', '.join(map(repr, extras))}")
    return extras["count"] if extras else None

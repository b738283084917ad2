"""Adding words and vectors to a table, and changing those it has."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from w2v.items import Item, are_integers, checked_items, is_integer
from w2v.messages import quoted
from w2v.vectors.row_index import Key, index_of, listed
from w2v.vectors.similarity import FloatArray
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
            Counts, and other attributes, as ``{"count": (n_keys,) array}``.  Words without
            counts count 0, beside words that have some.
        replace : bool, default False
            Give words that are there already the new vectors, and counts; they keep theirs
            otherwise.

        Raises
        ------
        ValueError
            Shapes that do not fit, a word that stands twice in ``keys``, be it in two Unicode
            normal forms of one that is there.
        TypeError
            Words that are not all of the kind that the table has: strings or integers.
        """
        one = isinstance(keys, str) or is_integer(keys)
        words = checked_items([keys] if one else listed(keys))
        rows = np.asarray(weights, self._matrix.dtype)
        rows = rows[None] if one and rows.ndim == 1 else rows
        if rows.shape != (len(words), self.vector_size):
            raise ValueError(
                f"{len(words)} words need vectors of shape ({len(words)}, {self.vector_size}), "
                f"got {rows.shape}"
            )
        given = VectorTable(words, rows)
        given.expandos.update({name: np.asarray(of) for name, of in (extras or {}).items()})
        new_counts = given.counts
        if self._words and words and are_integers(words) != are_integers(self._words):
            checked_items([self._words[0], words[0]])  # says that they are of two kinds
        places = np.array([self._place(word) for word in words], np.int64)
        known = places >= 0
        rows_known, times = np.unique(places[known], return_counts=True)
        if (times > 1).any():
            twice = self._words[rows_known[times.argmax()]]
            raise ValueError(
                f"the word {quoted(twice)} is given twice, in two Unicode normal forms: "
                "give it once"
            )
        for name, values in given.expandos.items():
            if name != "count":
                self.expandos.make(name, values.dtype)
        if known.all():
            if replace and len(words):
                self._write(places, rows)
                if new_counts is not None:
                    self.counts = _with(self._counts, places, new_counts, len(self))
        else:
            self._append(words, rows, new_counts, places, replace)
        for name, values in given.expandos.items():
            if name != "count":
                told = ~known | replace
                at = [
                    self._place(word) for word, is_told in zip(words, told, strict=True) if is_told
                ]
                self.expandos[name][at] = values[told]

    def _append(
        self,
        words: list[Item],
        rows: FloatArray,
        new_counts: npt.NDArray[np.int64] | None,
        places: npt.NDArray[np.int64],
        replace: bool,
    ) -> None:
        """Add the words whose place is -1; with ``replace``, the others get what is new too."""
        known = places >= 0
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

    def set_vecattr(self, key: Key, attr: str, val: Any) -> None:
        """Set how often a word occurred, or something else that is known of it.

        Parameters
        ----------
        key : str or int
        attr : str
            ``"count"``, or any name; the first value settles the type of the others.  Files of
            vectors keep counts alone.
        val : int, or anything

        Raises
        ------
        KeyError
            An unknown word.
        ValueError
            A count that is no integer from 0 on.
        TypeError
            A value of another type than the attribute's.
        """
        self.expandos.put(attr, self.get_index(key), val)

    def allocate_vecattrs(
        self, attrs: Iterable[str] | None = None, types: Iterable[Any] | None = None
    ) -> None:
        """Make attributes of words, 0 or None for each; those that are there stay.

        Parameters
        ----------
        attrs : iterable of str, optional
            Their names; without them, nothing is to be done, as attributes grow with the table.
        types : iterable of type, optional
            One for each name.

        Raises
        ------
        TypeError
            An attribute that is there and of another type.
        ValueError
            Other numbers of names than of types.
        """
        attributes = self.expandos
        for attr, kind in zip(attrs or (), types or (), strict=True):
            attributes.make(attr, kind)

    def resize_vectors(self, seed: int = 0) -> None:
        """Do nothing, for gensim's sake: there are as many vectors as words at any time."""

    @property
    def next_index(self) -> int:
        """Row that the next new word gets: the number of words."""
        return len(self)

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
            Take counts and other attributes along.

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
        some = self._new([*rows], self._matrix[chosen], None)
        if copy_vecattrs:
            some.expandos.update((name, of[chosen]) for name, of in self.expandos.items())
        return some

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length 1; what their lengths said is lost."""
        self._take_matrix(self.get_normed_vectors().astype(self._matrix.dtype, copy=False))

    def init_sims(self, replace: bool = False) -> None:
        """Do what gensim's old scripts call it for, and say that it can be left out.

        Parameters
        ----------
        replace : bool, default False
            Scale all vectors to length 1, see :meth:`unit_normalize_all`.
        """
        warnings.warn(
            "init_sims() can be left out: queries compute lengths by themselves"
            + ("; unit_normalize_all() scales vectors to length 1" if replace else ""),
            DeprecationWarning,
            stacklevel=2,
        )
        if replace:
            self.unit_normalize_all()

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
        if not len(self):
            return self
        if self._counts is None:
            raise ValueError("these vectors have no counts to sort by")
        order = np.argsort(-self._counts, kind="stable")
        if (order[1:] < order[:-1]).any():
            words = [self._words[row] for row in order]
            if self._lockf is not None and len(self._lockf) == len(self):
                self._lockf = self._lockf[order]
            sorted_too = {name: of[order] for name, of in self.expandos.items()}
            self._set_contents(words, index_of(words), self._matrix[order], self._counts[order])
            self.expandos.update(sorted_too)
        return self


def _with(
    counts: npt.NDArray[np.int64] | None, rows: Any, given: Any, n_words: int
) -> npt.NDArray[np.int64]:
    """Return counts of which some are new; none are 0."""
    changed = np.zeros(n_words, np.int64) if counts is None else counts.copy()
    changed[rows] = given
    return changed

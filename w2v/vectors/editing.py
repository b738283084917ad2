"""Adding words and vectors to a table, and changing those it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .pairwise import PairwiseVectors
from .table import Key, VectorTable


class EditableVectors(PairwiseVectors):
    """A table of vectors that can grow; see `VectorTable`."""

    def add_vectors(
        self,
        keys: str | Sequence[str],
        weights: npt.ArrayLike,
        extras: Mapping[str, npt.ArrayLike] | None = None,
        replace: bool = False,
    ) -> None:
        """Add words with their vectors at the end, in new arrays: all or, on an error, none.

        Parameters
        ----------
        keys : sequence of str
            Or one word.
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
            If shapes do not fit, a word stands twice in `keys`, or `extras` has something
            else than counts.
        TypeError
            If a word is not a string.
        """
        words = [keys] if isinstance(keys, str) else list(keys)
        rows = np.asarray(weights, np.float32)
        rows = rows[None] if isinstance(keys, str) and rows.ndim == 1 else rows
        if rows.shape != (len(words), self.vector_size):
            raise ValueError(
                f"{len(words)} words need vectors of shape ({len(words)}, {self.vector_size}), "
                f"got {rows.shape}"
            )
        more = VectorTable(words, rows, _counts_of(extras))
        known = np.array([word in self.key_to_index for word in words], np.bool_)
        there = [self.key_to_index[word] for word in words if word in self.key_to_index]
        vectors = np.concatenate([self.vectors, rows[~known]])
        counts = None
        if self.counts is not None or more.counts is not None:
            before, new = (
                np.zeros(len(table), np.int64) if table.counts is None else table.counts
                for table in (self, more)
            )
            counts = np.concatenate([before, new[~known]])
            if replace and more.counts is not None:
                counts[there] = new[known]
        if replace:
            vectors[there] = rows[known]
        fresh = [word for word, is_known in zip(words, known, strict=True) if not is_known]
        self.__dict__.update(VectorTable([*self.index_to_key, *fresh], vectors, counts).__dict__)

    def add_vector(self, key: str, vector: npt.ArrayLike) -> int:
        """Add one word, see `add_vectors`, which is faster for many; return its row."""
        self.add_vectors([key], np.asarray(vector)[None])
        return self.key_to_index[key]

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
            If the word is unknown or the attribute is not ``"count"``.
        """
        index = self.get_index(key)
        self.check_attribute(attr)
        counts = np.zeros(len(self), np.int64) if self.counts is None else self.counts.copy()
        counts[index] = val
        self.counts = counts

    def vectors_for_all(
        self, keys: Iterable[str], allow_inference: bool = True, copy_vecattrs: bool = False
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
        words = [word for word in dict.fromkeys(keys) if word in self.key_to_index]
        rows = [self.key_to_index[word] for word in words]
        counts = self.counts[rows] if copy_vecattrs and self.counts is not None else None
        return type(self)(words, self.vectors[rows], counts)

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length 1; what their lengths said is lost."""
        self.vectors = self.get_normed_vectors()
        self.norms = None


def _counts_of(extras: Mapping[str, Any] | None) -> Any:
    if extras and set(extras) != {"count"}:
        raise ValueError(f"extras can be {{'count': …}}, got {', '.join(map(repr, extras))}")
    return extras["count"] if extras else None

"""The vectors of a model: a table whose matrix is the one that the model trains."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from w2v.items import FixedRows, Item
from w2v.vectors.keyed_vectors import KeyedVectors
from w2v.vectors.similarity import FloatArray, row_norms

_Counts = npt.NDArray[np.int64]


class Owner(Protocol):
    """What trains the vectors of a :class:`ModelVectors`."""

    @property
    def is_training(self) -> bool:
        """Whether vectors may be changing at this moment."""

    def bring_vectors(self) -> None:
        """Bring the table's vectors up to date, if the model trains them on another device."""

    def take_words(self, words: list[Item], vectors: FloatArray, counts: _Counts | None) -> None:
        """Take words that may go on after those that are there, their vectors and counts."""


class ModelVectors(KeyedVectors):
    """Word vectors that belong to a model: it goes on with what is written to them.

    All that :class:`KeyedVectors` has.  Vectors are written in place; words that are added become
    words of the model.  What outlives its model is a table like any other, and so is a copy.

    Parameters
    ----------
    owner : Owner
        No reference is kept that would keep it alive.
    vector_size : int
        There are no words before :meth:`adopt`.

    Attributes
    ----------
    held : (n_words, vector_size) float32 array
        The model's matrix, or what was last brought of it from another device.
    """

    def __init__(self, owner: Owner, vector_size: int) -> None:
        self._owner = weakref.ref(owner)
        self.held = np.empty((0, vector_size), np.float32)
        self._attributes = {}
        self.adopt([], FixedRows(), self.held, None)
        self._settled = True

    def adopt(
        self, words: list[Item], index: dict[Item, int], matrix: FloatArray, counts: _Counts | None
    ) -> None:
        """Be the table of other words and another matrix, which the model has made."""
        super()._set_contents(words, index, matrix, counts)

    def changed(self, *, unseen: bool = False) -> None:
        """Say that vectors have been written to, or that they can be without a word more."""
        self._kept.forget()
        self._given_out |= unseen

    @property
    def _matrix(self) -> FloatArray:
        owner = self._owner()
        if owner is not None:
            owner.bring_vectors()
        return self.held

    @_matrix.setter
    def _matrix(self, matrix: FloatArray) -> None:
        self.held = matrix

    def measured(self, rows: slice = slice(None)) -> tuple[FloatArray, FloatArray]:
        """Return vectors and their lengths; of a training that goes on, those of one moment."""
        owner = self._owner()
        if owner is None or not owner.is_training:
            return super().measured(rows)
        vectors = self._matrix[rows].copy()
        return vectors, row_norms(vectors)

    # -- what is written goes to the model ---------------------------------------

    def _set_contents(
        self, words: list[Item], index: dict[Item, int], matrix: FloatArray, counts: _Counts | None
    ) -> None:
        owner = self._owner()
        if owner is None:
            super()._set_contents(words, index, matrix, counts)
        elif words[: len(self)] != self._words:
            raise ValueError(
                "a model's words keep their rows and names: change a copy, "
                "KeyedVectors(wv.index_to_key, wv.vectors, wv.counts)"
            )
        else:
            owner.take_words(words, matrix, counts)

    def _take_counts(self, counts: _Counts | None) -> None:
        self._set_contents(self._words, self._index, self._matrix, counts)

    def _take_matrix(self, matrix: FloatArray) -> None:
        if matrix.shape != self.held.shape:
            raise ValueError(
                f"vectors of shape {matrix.shape} cannot be the model's, which are of shape "
                f"{self.held.shape}: make a table of them, KeyedVectors(words, vectors)"
            )
        self._write(slice(None), matrix)

    @property
    def counts(self) -> _Counts | None:
        """How often each word occurred; read-only, as the model's negatives follow from it."""
        if self._counts is None:
            return None
        counts = self._counts.view()
        counts.setflags(write=False)
        return counts

    @counts.setter
    def counts(self, counts: npt.ArrayLike | None) -> None:
        KeyedVectors.counts.fset(self, counts)  # type: ignore[attr-defined]

    # -- what is made of it is a table of its own ---------------------------------

    @classmethod
    def _kind(cls) -> type[Any]:
        return KeyedVectors

    def __reduce__(self) -> tuple[Any, ...]:
        contents = list(self._words), np.array(self._matrix), self._counts
        lockf = None if self._lockf is None else self._lockf.copy()
        return KeyedVectors, contents, {"_attributes": {**self._attributes}, "_lockf": lockf}

    def __repr__(self) -> str:
        return f"KeyedVectors<vector_size={self.vector_size}, {len(self)} keys>"

"""Words and their vectors: the table that every query reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from w2v.gensim_names import KEYED_VECTORS
from w2v.items import FixedWords, Item, checked_items, is_integer
from w2v.messages import quoted
from w2v.vectors.attributes import Values, WordAttributes
from w2v.vectors.contents import fitted_counts, fitted_matrix, float_type
from w2v.vectors.errors import AmbiguousKeyError, UnknownWordError
from w2v.vectors.lock_factors import LockFactors
from w2v.vectors.norms import KeptNorms, is_shared
from w2v.vectors.row_index import Key, find_row, index_of, listed
from w2v.vectors.similarity import FloatArray, cosines, row_norms

Vector: TypeAlias = npt.NDArray[np.floating]


class VectorTable(LockFactors):
    """A vocabulary with one vector, and possibly one count, for each word.

    Parameters
    ----------
    words : sequence of str, or of int
        Each once; usually the most frequent first.  A number instead is the
        ``vector_size`` of a table without words, as gensim's constructor has it:
        ``(vector_size, count=0, dtype=numpy.float32, mapfile_path=None)``.
    vectors : (n_words, vector_size) array
        Row i belongs to word i.  An array of type ``dtype`` is kept as it is, without a
        copy, so that it may be a mapped file; other types are converted.
    counts : (n_words,) int array, optional
        How often each word occurred.
    vector_size : int, optional
        Of a table without words.
    count, mapfile_path
        Taken for gensim's sake: room for words is made as they come.
    dtype : {numpy.float32, numpy.float16, numpy.float64}
        Of the vectors.  Answers are computed in float32, and files hold it.

    Attributes
    ----------
    index_to_key : list of str, or of int
        Read-only, as is ``key_to_index``; another list of as many words can take its place.
    key_to_index : dict of str or int to int
    vectors : (n_words, vector_size) float array
        May be written to, and replaced by an array of as many rows.  A table without words
        begins with whatever words and vectors are set.
    expandos : dict of str to array
        Counts and other attributes of the words.
    counts : (n_words,) int64 array or None

    Raises
    ------
    ValueError
        Other numbers of words than of vectors or counts, a word that stands twice, or
        ``vectors`` of other than two dimensions.
    TypeError
        Words that are not all strings, or all integers.
    """

    _instead = KEYED_VECTORS

    def __init__(
        self,
        words: Iterable[Item] | int = (),
        vectors: npt.ArrayLike | None = None,
        counts: Any = None,
        mapfile_path: None = None,
        *,
        vector_size: int | None = None,
        count: int = 0,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        if is_integer(words):
            vector_size, count, dtype = words, vectors or count, counts or dtype  # type: ignore[assignment]
            words, vectors, counts = (), None, None
        if mapfile_path is not None:
            raise ValueError("mapfile_path has no use: load(path) maps what can be mapped")
        if not (is_integer(count) and count >= 0):
            raise ValueError(f"count is an integer, 0 or more, got {quoted(count)}")
        if vectors is None:
            if not (is_integer(vector_size) and vector_size >= 0):  # type: ignore[operator]
                raise ValueError(
                    "without words and vectors, vector_size must be an integer, 0 or more, got "
                    f"{quoted(words if vector_size is None else vector_size)}"
                )
            vectors = np.empty((0, int(vector_size)), float_type(dtype))  # type: ignore[arg-type]
        items = checked_items(words)  # type: ignore[arg-type]
        matrix = fitted_matrix(vectors, len(items), float_type(dtype))
        counted = None if counts is None else fitted_counts(counts, len(items))
        self._attributes: dict[str, Values] = {}
        self._set_contents(items, index_of(items), matrix, counted)
        # Whoever has the array can write to it, unseen by the norms that are kept.
        self._given_out = is_shared(matrix, vectors)
        self._settled = True

    # -- contents ------------------------------------------------------------

    def _set_contents(
        self,
        words: list[Item],
        index: dict[Item, int],
        matrix: FloatArray,
        counts: npt.NDArray[np.int64] | None,
    ) -> None:
        """Take words, vectors and counts that fit each other; all changes of words end here."""
        self._fit_factors(len(words))
        if self._attributes and words[: len(self)] != self.index_to_key:
            self._attributes = {}  # were of other words
        self._begun: dict[str, Any] = {}
        self._words = words if isinstance(words, FixedWords) else FixedWords(words)
        self._index = index
        self._matrix, self._counts = matrix, counts
        self._kept = KeptNorms()
        self._given_out = False

    def _write(self, rows: Any, vectors: npt.ArrayLike) -> None:
        """Give rows new vectors."""
        if not self._matrix.flags.writeable:
            self._matrix = self._matrix.copy()
        self._matrix[rows] = vectors
        self._kept.forget()

    def _take_matrix(self, matrix: FloatArray) -> None:
        """Give all rows new vectors."""
        self._matrix, self._given_out = matrix, False

    def _take_counts(self, counts: npt.NDArray[np.int64] | None) -> None:
        self._counts = counts

    @classmethod
    def _kind(cls) -> type[Self]:
        """Return the class of what is made of this table."""
        return cls

    @classmethod
    def _new(
        cls, words: list[Item], vectors: FloatArray, counts: npt.NDArray[np.int64] | None
    ) -> Self:
        """Make another table of this kind, of arrays that nobody else has."""
        table = cls._kind()(words, vectors, counts, dtype=vectors.dtype)
        table._given_out = False
        return table

    def measured(self, rows: slice = slice(None)) -> tuple[FloatArray, FloatArray]:
        """Return vectors and the lengths that they have now, of the same moment."""
        matrix = self._matrix
        vectors = matrix[rows].astype(np.float32, copy=False)
        return vectors, row_norms(vectors) if self._given_out else self._kept.of(matrix)[rows]

    @property
    def index_to_key(self) -> list[Any]:
        """The words, or items, in the order of the rows."""
        return self._words

    @index_to_key.setter
    def index_to_key(self, words: Iterable[Item]) -> None:
        items = checked_items(words)
        if items and not len(self):
            self._begin(words=items)
            return
        if len(items) != len(self):
            raise ValueError(f"{len(items):,} words for {len(self):,} vectors: as many are needed")
        kept = self._attributes
        self._set_contents(items, index_of(items), self.vectors, self._counts)
        self._attributes, self._given_out = kept, True

    @property
    def key_to_index(self) -> dict[Any, int]:
        """Each word's row."""
        return self._index

    @key_to_index.setter
    def key_to_index(self, rows: Mapping[Item, int]) -> None:
        words = sorted(rows, key=rows.__getitem__)
        there = self._words or self._begun.get("words", words)
        if dict(rows) != index_of(there):
            raise AttributeError(
                "key_to_index follows from the rest, it is the order of index_to_key, which "
                f"has {len(there):,}: set index_to_key alone"
            )
        if words and not len(self):
            self._begin(words=checked_items(words))

    def _begin(self, **piece: Any) -> None:
        """Take words or vectors of a table that has neither; with both, it has them."""
        begun = {**self._begun, **piece}
        if len(begun) < 2:
            self._begun = begun
            return
        matrix = fitted_matrix(begun["vectors"], len(begun["words"]), self._matrix.dtype)
        self._set_contents(begun["words"], index_of(begun["words"]), matrix, None)
        self._given_out = is_shared(matrix, begun["vectors"])

    @property
    def vectors(self) -> FloatArray:
        """The vectors themselves, not a copy."""
        self._given_out = True
        return self._begun.get("vectors", self._matrix)

    @vectors.setter
    def vectors(self, vectors: npt.ArrayLike) -> None:
        if not len(self) and len(given := np.asarray(vectors)):
            self._begin(vectors=fitted_matrix(given, len(given), self._matrix.dtype))
            return
        self._take_matrix(fitted_matrix(vectors, len(self), self._matrix.dtype))
        self._given_out = True

    @property
    def counts(self) -> npt.NDArray[np.int64] | None:
        """How often each word occurred, where that is known."""
        return self._counts

    @counts.setter
    def counts(self, counts: npt.ArrayLike | None) -> None:
        self._take_counts(None if counts is None else fitted_counts(counts, len(self)))

    @property
    def expandos(self) -> WordAttributes:
        """Counts and other attributes of the words by name, as arrays."""
        return WordAttributes(self, self._attributes)

    @property
    def norms(self) -> FloatArray:
        """Lengths that the vectors have now."""
        return self.measured()[1]

    @norms.setter
    def norms(self, norms: None) -> None:
        if norms is not None:
            raise AttributeError("norms follow the vectors and cannot be set: write to vectors")

    @property
    def vector_size(self) -> int:
        """Numbers in each vector."""
        return self._matrix.shape[1]

    def __len__(self) -> int:
        return len(self._words)

    def __repr__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    def __getstate__(self) -> dict[str, Any]:
        # Not the lengths, and of a mapped file or a part of a matrix what is in it.
        kept = {name: value for name, value in self.__dict__.items() if name != "_kept"}
        return {**kept, "_matrix": np.array(self._matrix)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        before: Any = {"_attributes": {}, "_begun": {}}
        self.__dict__.update(before | state, _kept=KeptNorms(), _given_out=False)

    # -- looking up ----------------------------------------------------------

    def _find(self, key: object) -> int | None:
        """Find the row of a word, None for an unknown one; see :func:`find_row`."""
        return find_row(key, self._index, self._words)

    def __contains__(self, key: object) -> bool:
        try:
            return self._find(key) is not None
        except (UnknownWordError, AmbiguousKeyError):
            return False

    def __getitem__(self, key_or_keys: Key | Sequence[Key]) -> FloatArray:
        if isinstance(key_or_keys, str) or is_integer(key_or_keys):
            return self.get_vector(key_or_keys)  # type: ignore[arg-type]
        rows = [self.get_index(key) for key in listed(key_or_keys)]
        return self._matrix[rows]

    def get_index(self, key: Key, default: int | None = None) -> int:
        """Find the row of a word.

        Parameters
        ----------
        key : str or int
            A word, in any Unicode normal form.  Among words an integer is the row
            itself, among integers it is the item.
        default : int, optional
            Returned for an unknown word.

        Returns
        -------
        int

        Raises
        ------
        KeyError
            An unknown word without a ``default``, a key that is neither string nor integer,
            or an integer whose digits are a word.
        """
        row = self._find(key)
        if row is not None:
            return row
        if default is None:
            raise UnknownWordError(key, self._words)
        return default

    def get_vector(self, key: Key, norm: bool = False) -> FloatArray:
        """Look up one vector.

        Parameters
        ----------
        key : str or int
            See :meth:`get_index`.
        norm : bool, default False
            Scale it to length 1.

        Returns
        -------
        (vector_size,) float32 array
            Read-only.  Without ``norm`` a view of the table.

        Raises
        ------
        KeyError
            See :meth:`get_index`.
        """
        index = self.get_index(key)
        vector = self._matrix[index]
        if norm:
            vector = vector.astype(np.float32)  # a copy, as another thread may train it
            vector = cosines(vector[:, None], row_norms(vector[None]))[:, 0]
        vector.setflags(write=False)
        return vector

    word_vec = get_vector

    def check_vector(self, vector: Vector) -> Vector:
        """Return a vector as floats.

        Raises
        ------
        ValueError
            A vector of another shape than ``(vector_size,)``.
        """
        if vector.shape != (self.vector_size,):
            raise ValueError(f"a vector of shape {vector.shape}, expected ({self.vector_size},)")
        return vector if vector.dtype in (np.float32, np.float64) else vector.astype(np.float32)

    def get_normed_vectors(self) -> FloatArray:
        """Return a copy of all vectors, each scaled to length 1."""
        vectors, norms = self.measured()
        return cosines(vectors.copy().T, norms).T

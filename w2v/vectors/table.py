"""Words and their vectors: the table that every query reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from w2v.gensim_names import KEYED_VECTORS, GensimNames
from w2v.items import FixedWords, Item, checked_items, is_integer
from w2v.messages import quoted
from w2v.vectors.errors import AmbiguousKeyError, UnknownWordError
from w2v.vectors.norms import KeptLengths, is_shared
from w2v.vectors.row_index import Key, find_row, index_of, listed
from w2v.vectors.similarity import FloatArray, cosines, row_norms, unit

Vector: TypeAlias = npt.NDArray[np.floating]


class VectorTable(GensimNames):
    """A vocabulary with one vector, and possibly one count, for each word.

    Parameters
    ----------
    words : sequence of str, or of int
        Each once; usually the most frequent first.  A number instead is the
        `vector_size` of a table without words, as gensim's constructor has it.
    vectors : (n_words, vector_size) array
        Row i belongs to word i.  A float32 array is kept as it is, without a
        copy, so that it may be a mapped file; other types are converted.
    counts : (n_words,) int array, optional
        How often each word occurred.
    vector_size : int, optional
        Of a table without words.

    Attributes
    ----------
    index_to_key : list of str, or of int
        Read-only, as is `key_to_index`; another list of as many words can take its place.
    key_to_index : dict of str or int to int
    vectors : (n_words, vector_size) float32 array
        May be written to, and replaced by an array of as many rows.
    norms : (n_words,) float32 array
        Lengths that the vectors have now.
    counts : (n_words,) int64 array or None

    Raises
    ------
    ValueError
        If the numbers of words, vectors and counts differ, a word stands twice,
        or `vectors` has not two dimensions.
    TypeError
        If words are not all strings, or all integers.
    """

    _instead = KEYED_VECTORS

    def __init__(
        self,
        words: Iterable[Item] | int = (),
        vectors: npt.ArrayLike | None = None,
        counts: npt.ArrayLike | None = None,
        *,
        vector_size: int | None = None,
    ) -> None:
        if is_integer(words):
            words, vector_size = (), int(words)  # type: ignore[call-overload]
        if vectors is None:
            if vector_size is None:
                raise ValueError("a table needs words with vectors, or vector_size to begin empty")
            if not (is_integer(vector_size) and vector_size >= 0):
                raise ValueError(
                    f"vector_size must be an integer, 0 or more, got {quoted(vector_size)}"
                )
            vectors = np.empty((0, vector_size), np.float32)
        items = checked_items(words)  # type: ignore[arg-type]
        matrix = _matrix(vectors, len(items))
        counted = None if counts is None else _counts(counts, len(items))
        self._set_contents(items, index_of(items), matrix, counted)
        # Whoever has the array can write to it, unseen by the lengths that are kept.
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
        self._words = words if isinstance(words, FixedWords) else FixedWords(words)
        self._index = index
        self._matrix, self._counts = matrix, counts
        self._kept = KeptLengths()
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
        """Return the class of what is made of this table, or read from a file."""
        return cls

    def _new(
        self, words: list[Item], vectors: FloatArray, counts: npt.NDArray[np.int64] | None
    ) -> Self:
        """Make another table of this kind."""
        table = self._kind()(words, vectors, counts)
        table._given_out = False
        return table

    def measured(self, rows: slice = slice(None)) -> tuple[FloatArray, FloatArray]:
        """Return vectors and the lengths that they have now, of the same moment."""
        matrix = self._matrix
        if self._given_out:
            return matrix[rows], row_norms(matrix[rows])
        return matrix[rows], self._kept.of(matrix)[rows]

    @property
    def index_to_key(self) -> list[Any]:
        """The words, or items, in the order of the rows."""
        return self._words

    @index_to_key.setter
    def index_to_key(self, words: Iterable[Item]) -> None:
        items = checked_items(words)
        if len(items) != len(self):
            raise ValueError(f"{len(items):,} words for {len(self):,} vectors: as many are needed")
        self._set_contents(items, index_of(items), self.vectors, self._counts)
        self._given_out = True

    @property
    def key_to_index(self) -> dict[Any, int]:
        """Each word's row."""
        return self._index

    @property
    def vectors(self) -> FloatArray:
        """The vectors themselves, not a copy."""
        self._given_out = True
        return self._matrix

    @vectors.setter
    def vectors(self, vectors: npt.ArrayLike) -> None:
        self._take_matrix(_matrix(vectors, len(self)))
        self._given_out = True

    @property
    def counts(self) -> npt.NDArray[np.int64] | None:
        """How often each word occurred, where that is known."""
        return self._counts

    @counts.setter
    def counts(self, counts: npt.ArrayLike | None) -> None:
        self._take_counts(None if counts is None else _counts(counts, len(self)))

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
        return f"{type(self).__name__}({len(self):,} words, vector_size={self.vector_size})"

    def __getstate__(self) -> dict[str, Any]:
        # Not the lengths, and of a mapped file or a part of a matrix what is in it.
        kept = {name: value for name, value in self.__dict__.items() if name != "_kept"}
        return {**kept, "_matrix": np.array(self._matrix)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _kept=KeptLengths(), _given_out=False)

    # -- looking up ----------------------------------------------------------

    def _find(self, key: object) -> int | None:
        """Find a row, None for an unknown word; KeyError if `key` is none or means two rows."""
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
            If the word is unknown and there is no `default`, if `key` is neither string
            nor integer, or if it is an integer whose digits are a word.
        """
        row = self._find(key)
        if row is not None:
            return row
        if default is None:
            raise UnknownWordError(key, self._words)
        return default

    def has_index_for(self, key: Key) -> bool:
        """Tell whether `key` is a known word or a row of the table."""
        return key in self

    def get_vector(self, key: Key, norm: bool = False) -> FloatArray:
        """Look up one vector.

        Parameters
        ----------
        key : str or int
            See `get_index`.
        norm : bool, default False
            Scale it to length 1.

        Returns
        -------
        (vector_size,) float32 array
            Read-only.  Without `norm` a view of the table.

        Raises
        ------
        KeyError
            See `get_index`.
        """
        index = self.get_index(key)
        vector = self._matrix[index]
        if norm:
            vector = vector.copy()  # another thread may train it
            vector = cosines(vector[:, None], row_norms(vector[None]))[:, 0]
        vector.setflags(write=False)
        return vector

    def get_vecattr(self, key: Key, attr: str) -> int:
        """Look up what is known of a word beside its vector.

        Parameters
        ----------
        key : str or int
        attr : {"count"}
            How often the word occurred.

        Returns
        -------
        int

        Raises
        ------
        KeyError
            If the word is unknown, the attribute is not ``"count"``, or these
            vectors came without counts.
        """
        index = self.get_index(key)
        self.check_attribute(attr)
        if self._counts is None:
            raise KeyError("these vectors have no counts: the word2vec formats do not store them")
        return int(self._counts[index])

    def check_attribute(self, attr: str) -> None:
        """Raise a KeyError unless words can have this attribute."""
        if attr != "count":
            raise KeyError(f"no attribute {quoted(attr)}: words have a 'count' and nothing else")

    def get_mean_vector(
        self,
        keys: Sequence[Key | Vector],
        weights: Sequence[float] | npt.NDArray[np.floating] | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> FloatArray:
        """Average vectors.

        Parameters
        ----------
        keys : sequence of str, int or (vector_size,) array
            Words, rows or vectors.
        weights : (n_keys,) array, optional
            One factor a key, 1 by default.  The sum is divided by the sum of
            their absolute values.
        pre_normalize : bool, default True
            Scale the vectors of words to length 1 first; vectors given as such
            are taken as they are.
        post_normalize : bool, default False
            Scale the mean to length 1.
        ignore_missing : bool, default True
            Leave unknown words out; if none is known the mean is zero.

        Returns
        -------
        (vector_size,) float32 array

        Raises
        ------
        KeyError
            If a word is unknown and `ignore_missing` is False.
        ValueError
            If `keys` is empty, `weights` are not as many, or a vector has
            another size.
        """
        keys = listed(keys, "words and vectors")
        if not keys:
            raise ValueError("a mean needs at least one word or vector, got none")
        factors = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)
        if factors.shape != (len(keys),):
            raise ValueError(f"{len(keys)} keys but weights of shape {factors.shape}")
        mean: FloatArray = np.zeros(self.vector_size, np.float32)
        total = 0.0
        for key, factor in zip(keys, factors, strict=True):
            if isinstance(key, np.ndarray):
                vector = self.check_vector(key)
            elif ignore_missing and self._find(key) is None:
                continue
            else:
                vector = self.get_vector(key, norm=pre_normalize)
            mean += factor * vector
            total += abs(factor)
        if total == 0.0:
            return mean
        result = mean / np.float64(total)
        return unit(result) if post_normalize else result.astype(np.float32)

    def check_vector(self, vector: Vector) -> Vector:
        """Return `vector` as floats; ValueError if its shape is not ``(vector_size,)``."""
        if vector.shape != (self.vector_size,):
            raise ValueError(f"a vector of shape {vector.shape}, expected ({self.vector_size},)")
        return vector if vector.dtype in (np.float32, np.float64) else vector.astype(np.float32)

    word_vec = get_vector

    def fill_norms(self, force: bool = False) -> None:
        """Compute the lengths of all vectors, which queries do by themselves.

        Parameters
        ----------
        force : bool
            Taken for gensim's sake: lengths are those that the vectors have.
        """
        self.measured()

    def get_normed_vectors(self) -> FloatArray:
        """Return a copy of all vectors, each scaled to length 1."""
        vectors, norms = self.measured()
        return cosines(vectors.copy().T, norms).T

    def sort_by_descending_frequency(self) -> Self:
        """Put the most frequent words first, in place.

        Words of one count keep their order.

        Returns
        -------
        The table itself.

        Raises
        ------
        ValueError
            If there are no counts.
        """
        if self._counts is None:
            raise ValueError("these vectors have no counts to sort by")
        order = np.argsort(-self._counts, kind="stable")
        if (order[1:] < order[:-1]).any():
            words = [self._words[row] for row in order]
            self._set_contents(words, index_of(words), self._matrix[order], self._counts[order])
        return self


def _matrix(vectors: npt.ArrayLike, n_words: int) -> FloatArray:
    """Return vectors as float32, without a copy if they are; ValueError if they do not fit."""
    matrix = np.asarray(vectors, dtype=np.float32)
    if matrix.ndim != 2:
        raise ValueError(
            f"vectors have shape {matrix.shape}; a table (n_words, vector_size) is needed"
        )
    if len(matrix) != n_words:
        raise ValueError(f"{n_words:,} words but {len(matrix):,} vectors: each word needs one row")
    return matrix


def _counts(counts: npt.ArrayLike, n_words: int) -> npt.NDArray[np.int64]:
    counted = np.asarray(counts)
    if counted.dtype.kind not in "iu" and counted.size:
        raise ValueError(f"counts are {counted.dtype}, expected integers")
    if counted.shape != (n_words,):
        raise ValueError(f"counts have shape {counted.shape}, expected ({n_words},): one a word")
    if counted.size and counted.max() > np.iinfo(np.int64).max:
        raise ValueError(f"counts go up to {counted.max()}, more than 64 bits hold")
    return counted.astype(np.int64, copy=False)

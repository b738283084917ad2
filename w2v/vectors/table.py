"""Words and their vectors: the table that every query reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt

from w2v.gensim_names import KEYED_VECTORS, GensimNames
from w2v.messages import quoted

from .errors import UnknownWordError
from .similarity import FloatArray, cosines, row_norms, unit

Key: TypeAlias = str | int | np.integer
Vector: TypeAlias = npt.NDArray[np.floating]


class VectorTable(GensimNames):
    """A vocabulary with one vector, and possibly one count, for each word.

    Parameters
    ----------
    words : sequence of str
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
    index_to_key : list of str
    key_to_index : dict of str to int
    vectors : (n_words, vector_size) float32 array
    norms : (n_words,) float32 array or None
        Lengths of the vectors, once `fill_norms` has run.
    counts : (n_words,) int64 array or None

    Raises
    ------
    ValueError
        If the numbers of words, vectors and counts differ, a word stands twice,
        or `vectors` has not two dimensions.
    TypeError
        If a word is not a string.
    """

    _instead = KEYED_VECTORS

    def __init__(
        self,
        words: Iterable[str] | int = (),
        vectors: npt.ArrayLike | None = None,
        counts: npt.ArrayLike | None = None,
        *,
        vector_size: int | None = None,
    ) -> None:
        vector_size = words if isinstance(words, int) else vector_size
        if vectors is None:
            if vector_size is None:
                raise ValueError("a table needs words with vectors, or vector_size to begin empty")
            vectors = np.empty((0, vector_size), np.float32)
        self.index_to_key: list[str] = [] if isinstance(words, int) else list(words)
        self.vectors: FloatArray = np.asarray(vectors, dtype=np.float32)
        if self.vectors.ndim != 2:
            raise ValueError(
                f"vectors have shape {self.vectors.shape}; a table (n_words, vector_size) is needed"
            )
        if len(self.index_to_key) != len(self.vectors):
            raise ValueError(
                f"{len(self.index_to_key):,} words but {len(self.vectors):,} vectors: "
                "each word needs one row"
            )
        self.key_to_index: dict[str, int] = _index(self.index_to_key)
        self.norms: FloatArray | None = None
        self.counts: npt.NDArray[np.int64] | None = None
        if counts is not None:
            self.counts = np.asarray(counts, dtype=np.int64)
            if self.counts.shape != (len(self),):
                raise ValueError(
                    f"counts have shape {self.counts.shape}, expected ({len(self)},): one a word"
                )

    def __len__(self) -> int:
        return len(self.index_to_key)

    def __contains__(self, key: object) -> bool:
        return self.get_index(key, default=-1) >= 0  # type: ignore[arg-type]

    def __getitem__(self, key_or_keys: Key | Sequence[Key]) -> FloatArray:
        if isinstance(key_or_keys, str | int | np.integer):
            return self.get_vector(key_or_keys)
        return self.vectors[[self.get_index(key) for key in key_or_keys]]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self):,} words, vector_size={self.vector_size})"

    @property
    def vector_size(self) -> int:
        """Numbers in each vector."""
        return self.vectors.shape[1]

    def get_index(self, key: Key, default: int | None = None) -> int:
        """Find the row of a word.

        Parameters
        ----------
        key : str or int
            A word, or the row itself.
        default : int, optional
            Returned for an unknown word.

        Returns
        -------
        int

        Raises
        ------
        KeyError
            If the word is unknown and there is no `default`.
        """
        if isinstance(key, str):
            index = self.key_to_index.get(key)
            if index is not None:
                return index
        elif isinstance(key, int | np.integer) and 0 <= key < len(self):
            return int(key)
        if default is None:
            raise UnknownWordError(key, self.index_to_key)
        return default

    def has_index_for(self, key: Key) -> bool:
        """Tell whether `key` is a known word or a row of the table."""
        return key in self

    def get_vector(self, key: Key, norm: bool = False) -> FloatArray:
        """Look up one vector.

        Parameters
        ----------
        key : str or int
            A word, or its row.
        norm : bool, default False
            Scale it to length 1.

        Returns
        -------
        (vector_size,) float32 array
            Read-only.  Without `norm` a view of the table.

        Raises
        ------
        KeyError
            If the word is unknown.
        """
        index = self.get_index(key)
        vector = self.vectors[index]
        if norm:
            length = self.filled_norms()[index]
            vector = vector / (length if length > 0 else np.float32(1))
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
        if self.counts is None:
            raise KeyError("these vectors have no counts: the word2vec formats do not store them")
        return int(self.counts[index])

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
        if len(keys) == 0:
            raise ValueError("a mean needs at least one word or vector, got none")
        factors = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)
        if factors.shape != (len(keys),):
            raise ValueError(f"{len(keys)} keys but weights of shape {factors.shape}")
        mean: FloatArray = np.zeros(self.vector_size, np.float32)
        total = 0.0
        for key, factor in zip(keys, factors, strict=True):
            if isinstance(key, np.ndarray):
                vector = self.check_vector(key)
            elif ignore_missing and key not in self:
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
        """Compute and keep the lengths of all vectors.

        Queries do so when first asked.

        Parameters
        ----------
        force : bool, default False
            Compute them again; needed after writing to `vectors`.
        """
        self.filled_norms(force)

    def filled_norms(self, force: bool = False) -> FloatArray:
        """Return the lengths of all vectors, computed once and kept."""
        if self.norms is None or force:
            self.norms = row_norms(self.vectors)
        return self.norms

    def get_normed_vectors(self) -> FloatArray:
        """Return a copy of all vectors, each scaled to length 1."""
        return cosines(self.vectors.copy().T, self.filled_norms()).T

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
        if self.counts is None:
            raise ValueError("these vectors have no counts to sort by")
        order = np.argsort(-self.counts, kind="stable")
        self.index_to_key = [self.index_to_key[i] for i in order]
        self.key_to_index = {word: i for i, word in enumerate(self.index_to_key)}
        self.vectors = self.vectors[order]
        self.counts = self.counts[order]
        self.norms = None if self.norms is None else self.norms[order]
        return self


def _index(words: list[str]) -> dict[str, int]:
    """Map words to rows; raise if one is no string or stands twice."""
    for kind in set(map(type, words)):
        if not issubclass(kind, str):
            row = next(i for i, word in enumerate(words) if not isinstance(word, str))
            raise TypeError(f"word {row} is a {kind.__name__}, not a string: {quoted(words[row])}")
    rows = dict(zip(words, range(len(words)), strict=True))
    if len(rows) != len(words):
        row = next(i for i, word in enumerate(words) if rows[word] != i)
        raise ValueError(
            f"the word {quoted(words[row])} stands twice, in rows {row} and {rows[words[row]]}: "
            "each word can have one vector"
        )
    return rows

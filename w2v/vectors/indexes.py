"""Approximate indexes: nearest words without looking at all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.items import is_integer
from w2v.messages import quoted
from w2v.optional import optional
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.word_index import EXACT, WordIndex

_MOST = 1 << 16


class AnnoyIndexer(WordIndex):
    """An index by Spotify's annoy, for ``most_similar(…, indexer=…)``, as gensim has it.

    Parameters
    ----------
    model : Word2Vec or KeyedVectors, optional
        Without it, the index is empty and can be loaded.
    num_trees : int, optional
        More are more exact, and take more memory.
    """

    _library, _settings = "annoy", ("num_trees",)

    def __init__(self, model: Any = None, num_trees: int | None = None) -> None:
        super().__init__(model)
        self.num_trees = num_trees
        if model is not None and num_trees:
            self._build()

    def _empty(self, vector_size: int) -> Any:
        note = " (which needs a C++ compiler), or use UsearchIndexer"
        return optional("annoy", None, note=note).AnnoyIndex(vector_size, metric="angular")

    def _made(self, vectors: npt.NDArray[np.float32]) -> Any:
        index = self._empty(vectors.shape[1])
        for row, vector in enumerate(vectors):
            index.add_item(row, vector)
        index.build(self.num_trees)
        return index

    def _read(self, path: str, vector_size: int, **settings: Any) -> Any:
        index = self._empty(vector_size)
        index.load(path)
        return index

    def _vector_size(self) -> int:
        return int(self.index.f)

    def _size(self, index: Any) -> int:
        return int(index.get_n_items())

    def _nearest(self, vector: npt.NDArray[np.float32], n: int) -> tuple[Sequence[int], Any]:
        if n < 1:
            return [], []
        rows, distances = self.index.get_nns_by_vector(vector, n, include_distances=True)
        return rows, 1 - np.square(distances) / 2

    def _kept(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return np.array([self.index.get_item_vector(row) for row in rows.tolist()], np.float32)


class UsearchIndexer(WordIndex):
    """An index by usearch (HNSW), for ``most_similar(…, indexer=…)``.

    Parameters
    ----------
    model : Word2Vec or KeyedVectors, optional
        Without it, the index is empty and can be loaded.
    expansion_search : int, default 128
        More are more exact, and slower.
    connectivity : int, default 16
        Neighbours that each vector is linked to: more are more exact, slower to make, and larger.
    dtype : {"f32", "f16", "i8"}, default "f32"
        Of the vectors in the index: "f16" takes half the room, and "i8" a quarter.
    """

    _library, _settings = "usearch", ("expansion_search", "connectivity", "dtype")

    def __init__(
        self,
        model: Any = None,
        expansion_search: int = 128,
        *,
        connectivity: int = 16,
        dtype: str = "f32",
    ) -> None:
        super().__init__(model)
        if dtype not in EXACT:
            raise ValueError(f"dtype is {quoted(dtype)}, expected 'f32', 'f16' or 'i8'")
        for name, value, least in (
            ("expansion_search", expansion_search, 1),
            ("connectivity", connectivity, 2),
        ):
            if not (is_integer(value) and least <= value <= _MOST):
                raise ValueError(
                    f"{name} is {quoted(value)}, expected an integer of {least} to {_MOST:,}"
                )
        self.expansion_search, self.connectivity, self.dtype = expansion_search, connectivity, dtype
        if model is not None:
            self._build()

    def _made(self, vectors: npt.NDArray[np.float32]) -> Any:
        asked = {name: getattr(self, name) for name in self._settings}
        index = self._empty(vectors.shape[1], **asked)
        index.add(np.arange(len(vectors)), vectors)
        return index

    def _empty(self, vector_size: int, **settings: Any) -> Any:
        make = optional("usearch.index", "index").Index
        return make(ndim=vector_size, metric="cos", **settings)

    def _read(self, path: str, vector_size: int, **settings: Any) -> Any:
        index = self._empty(vector_size, **settings)
        try:
            (index.view if self._mapped else index.load)(path)
        except RuntimeError as error:
            raise VectorFormatError(f"{path} is no index of usearch: {error}") from None
        return index

    def _vector_size(self) -> int:
        return int(self.index.ndim)

    def _size(self, index: Any) -> int:
        return len(index)

    def _nearest(self, vector: npt.NDArray[np.float32], n: int) -> tuple[Sequence[int], Any]:
        if n < 1:
            return [], []
        found = self.index.search(vector, n)
        return found.keys.tolist(), 1 - found.distances

    def _kept(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return np.stack(self.index.get(rows, dtype="f32"))

"""Approximate indexes: nearest words without looking at all of them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.files import atomic_paths, named, read_as_one, recovered
from w2v.messages import quoted
from w2v.optional import optional
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.table import VectorTable

_WORDS = ".dict"  # gensim's suffix; there it is a pickle, here JSON


class _Indexer:
    """An index of a table's vectors and the words that they belong to.

    It holds the vectors that there were when it was made.
    """

    _library = ""
    _settings: tuple[str, ...] = ()
    _mapped = False

    def __init__(self, model: Any = None) -> None:
        self.index: Any = None
        self.labels: list[Any] | None = None
        self.model = model

    def _build(self) -> None:
        table = getattr(self.model, "wv", self.model)
        if not isinstance(table, VectorTable):
            raise ValueError(f"model is a {type(table).__name__}, expected Word2Vec or its vectors")
        self.index = self._made(table.get_normed_vectors())
        self.labels = list(table.index_to_key)

    def _made(self, vectors: npt.NDArray[np.float32]) -> Any:
        raise NotImplementedError

    def _read(self, path: str, vector_size: int) -> Any:
        raise NotImplementedError

    def save(self, fname: str | os.PathLike[str]) -> None:
        """Write the index, and its words beside it with ``.dict`` behind the name."""
        if self.index is None or self.labels is None:
            raise ValueError("the index is empty: make it of a model, or load one")
        words = {
            "library": self._library,
            "vector_size": self._vector_size(),
            "labels": self.labels,
            **{name: getattr(self, name) for name in self._settings},
        }
        with atomic_paths(fname, f"{os.fspath(fname)}{_WORDS}") as [index, beside]:
            self._write(str(index))
            beside.write_text(json.dumps(words), encoding="utf-8")

    def load(self, fname: str | os.PathLike[str], mmap: str | None = None) -> None:
        """Read what :meth:`save` wrote; only load files from where you would run programs from.

        Parameters
        ----------
        fname : str or path
        mmap : {"r"}, optional
            Map the index from disk, so that memory has what is looked at; of usearch alone.

        Raises
        ------
        OSError
            No such files.
        VectorFormatError
            Words that were not written by this class, as gensim's pickles are.
        """
        if mmap not in (None, "r"):
            raise ValueError(f"mmap is {quoted(mmap)}, expected 'r', or None to read all")
        self._mapped = mmap is not None
        path, beside = named(fname), Path(f"{os.fspath(fname)}{_WORDS}")
        recovered(path)
        read_as_one(lambda: self._load(path, beside), path, beside)

    def _load(self, path: Path, beside: Path) -> None:
        if not (path.is_file() and beside.is_file()):
            raise FileNotFoundError(f"{path} and {beside} are needed, and not both are there")
        try:
            words = json.loads(beside.read_bytes())
            labels, vector_size = words["labels"], int(words["vector_size"])
            settings = {name: words[name] for name in self._settings}
            if words["library"] != self._library or not isinstance(labels, list):
                raise ValueError("of another kind of index")
        except (ValueError, KeyError, TypeError) as error:
            raise VectorFormatError(
                f"{beside} has no words of an index of {self._library} ({error!s:.100}): "
                "make the index anew, of the vectors"
            ) from None
        index = self._read(str(path), vector_size)
        if self._size(index) != len(labels):
            raise VectorFormatError(
                f"{path} has {self._size(index):,} vectors and {beside} {len(labels):,} words: "
                "they do not belong together"
            )
        self.index, self.labels = index, labels
        for name, value in settings.items():
            setattr(self, name, value)

    def most_similar(self, vector: Any, num_neighbors: int) -> list[tuple[Any, float]]:
        """Find the words nearest to a vector, a word's own included, with their cosines."""
        if self.labels is None:
            raise ValueError("the index is empty: make it of a model, or load one")
        rows, cosines = self._nearest(np.asarray(vector, np.float32), num_neighbors)
        return [(self.labels[row], float(c)) for row, c in zip(rows, cosines, strict=True)]

    def _write(self, path: str) -> None:
        self.index.save(path)

    def _vector_size(self) -> int:
        raise NotImplementedError

    def _size(self, index: Any) -> int:
        raise NotImplementedError

    def _nearest(self, vector: npt.NDArray[np.float32], n: int) -> tuple[Sequence[int], Any]:
        raise NotImplementedError


class AnnoyIndexer(_Indexer):
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
        try:
            from annoy import AnnoyIndex
        except ImportError:
            raise ImportError(
                "annoy is not installed: pip install annoy (which needs a C++ compiler), or use "
                "UsearchIndexer"
            ) from None
        return AnnoyIndex(vector_size, metric="angular")

    def _made(self, vectors: npt.NDArray[np.float32]) -> Any:
        index = self._empty(vectors.shape[1])
        for row, vector in enumerate(vectors):
            index.add_item(row, vector)
        index.build(self.num_trees)
        return index

    def _read(self, path: str, vector_size: int) -> Any:
        index = self._empty(vector_size)
        index.load(path)
        return index

    def _vector_size(self) -> int:
        return int(self.index.f)

    def _size(self, index: Any) -> int:
        return int(index.get_n_items())

    def _nearest(self, vector: npt.NDArray[np.float32], n: int) -> tuple[Sequence[int], Any]:
        rows, distances = self.index.get_nns_by_vector(vector, n, include_distances=True)
        return rows, 1 - np.square(distances) / 2


class UsearchIndexer(_Indexer):
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

    _library, _settings = "usearch", ("expansion_search",)

    def __init__(
        self,
        model: Any = None,
        expansion_search: int = 128,
        *,
        connectivity: int = 16,
        dtype: str = "f32",
    ) -> None:
        super().__init__(model)
        if dtype not in ("f32", "f16", "i8"):
            raise ValueError(f"dtype is {quoted(dtype)}, expected 'f32', 'f16' or 'i8'")
        self.expansion_search, self.connectivity, self.dtype = expansion_search, connectivity, dtype
        if model is not None:
            self._build()

    def _empty(self, vector_size: int) -> Any:
        return optional("usearch.index", "index").Index(
            ndim=vector_size,
            metric="cos",
            dtype=self.dtype,
            connectivity=self.connectivity,
            expansion_search=self.expansion_search,
        )

    def _made(self, vectors: npt.NDArray[np.float32]) -> Any:
        index = self._empty(vectors.shape[1])
        index.add(np.arange(len(vectors)), vectors)
        return index

    def _read(self, path: str, vector_size: int) -> Any:
        index = self._empty(vector_size)
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
        found = self.index.search(vector, n)
        return found.keys.tolist(), 1 - found.distances

"""An approximate index of words, by whatever library: its files, and whose words it answers for."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.files import atomic_paths, named, read_as_one, recovered
from w2v.files.checksums import checksum
from w2v.items import is_integer
from w2v.messages import quoted
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.vector_data import check_finite
from w2v.vectors.similarity import row_norms
from w2v.vectors.table import VectorTable

_WORDS = ".dict"  # gensim's suffix; there it is a pickle, here JSON
_COMPARED = 64  # rows, at each question
# How far from 1 a vector's cosine with itself, as the index has it, may be.
EXACT = {"f32": 1e-4, "f16": 1e-3, "i8": 0.02}


def _standing(table: VectorTable) -> tuple[Any, int] | None:
    """Return what is the same as long as vectors are; None if they may change unseen."""
    return None if table._given_out else (table._matrix, table._kept.changes)


class WordIndex:
    """An index of a table's vectors and the words that they belong to.

    It holds the vectors that there were when it was made.
    """

    _library = ""
    dtype = "f32"
    _settings: tuple[str, ...] = ()
    _mapped = False

    def __init__(self, model: Any = None) -> None:
        self.index: Any = None
        self.labels: list[Any] | None = None
        self.model = model
        self._of: Any = None  # the words of the table that it was last found to be of
        self._since: Any = None  # as its vectors were when it was made
        self._looked_at = 0

    def _build(self) -> None:
        table = getattr(self.model, "wv", self.model)
        if not isinstance(table, VectorTable):
            raise ValueError(f"model is a {type(table).__name__}, expected Word2Vec or its vectors")
        check_finite(table.index_to_key, table._matrix)
        self.index = self._made(table.get_normed_vectors())
        self.labels, self._since = list(table.index_to_key), _standing(table)

    def _made(self, vectors: npt.NDArray[np.float32]) -> Any:
        raise NotImplementedError

    def _read(self, path: str, vector_size: int, **settings: Any) -> Any:
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
            words["crc32"] = checksum(index)
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
            right = words.get("crc32")  # earlier versions wrote none
            settings = {name: words.get(name, getattr(self, name)) for name in self._settings}
            if words["library"] != self._library or not isinstance(labels, list):
                raise ValueError("of another kind of index")
        except (ValueError, KeyError, TypeError) as error:
            raise VectorFormatError(
                f"{beside} has no words of an index of {self._library} ({error!s:.100}): "
                "make the index anew, of the vectors"
            ) from None
        # What reads an index follows its links wherever damaged ones lead.
        if right is not None and right != checksum(path):
            raise VectorFormatError(
                f"{path} is damaged, or not the index that {beside} is of, as its checksum is "
                "another: make it anew, of the vectors"
            )
        index = self._read(str(path), vector_size, **settings)
        if self._size(index) != len(labels):
            raise VectorFormatError(
                f"{path} has {self._size(index):,} vectors and {beside} {len(labels):,} words: "
                "they do not belong together"
            )
        self.index, self.labels, self._of = index, labels, None
        self._since = None
        for name, value in settings.items():
            setattr(self, name, value)

    def most_similar(self, vector: Any, num_neighbors: int) -> list[tuple[Any, float]]:
        """Find the words nearest to a vector, a word's own included, with their cosines.

        Parameters
        ----------
        vector : (vector_size,) array
        num_neighbors : int
            None are found if it is below 1.

        Raises
        ------
        ValueError
            A vector of another shape or with numbers that are not finite, or an empty index.
        """
        if self.labels is None:
            raise ValueError("the index is empty: make it of a model, or load one")
        if not is_integer(num_neighbors):
            raise ValueError(f"the number of neighbours is {quoted(num_neighbors)}, no integer")
        query = np.asarray(vector, np.float32)
        if query.shape != (self._vector_size(),) or not np.isfinite(query).all():
            raise ValueError(
                f"expected a vector of {self._vector_size()} finite numbers, as the index has "
                f"them, got {quoted(vector)} of shape {query.shape}"
            )
        rows, cosines = self._nearest(query, min(num_neighbors, len(self.labels)))
        return [(self.labels[row], float(c)) for row, c in zip(rows, cosines, strict=True)]

    def require_words_of(self, table: VectorTable) -> None:
        """Refuse to answer for a table of other words than the index is of.

        Raises
        ------
        ValueError
        """
        if self.labels is not None and self._of is not table.index_to_key:
            if self._vector_size() != table.vector_size or self.labels != table.index_to_key:
                differs = next(
                    (f", such as {quoted(a)} in place of {quoted(b)}"
                     for a, b in zip(self.labels, table.index_to_key, strict=False) if a != b), "",
                )  # fmt: skip
                raise ValueError(
                    f"the index is of other words or vectors than these: {len(self.labels):,} of "
                    f"size {self._vector_size()}, and here {len(table):,} of size "
                    f"{table.vector_size}{differs}; make one by index(), or ask this one for a "
                    "vector's neighbours, index.most_similar(vector, n)"
                )
            self._of = table.index_to_key

    def tell_of_changes(self, table: VectorTable, rows: Iterable[int]) -> None:
        """Warn where the index has other vectors than a table has now.

        Parameters
        ----------
        table : VectorTable
        rows : iterable of int
            They are compared, and others at each call, so that in time all are.
        """
        since, now = self._since, _standing(table)
        if since and now and since[0] is now[0] and since[1] == now[1]:
            return
        size, begin = len(table), self._looked_at
        end = min(begin + _COMPARED, size)
        self._looked_at = end % max(1, size)
        compared = np.fromiter({*rows, *range(begin, end)}, np.int64)
        if not len(compared):
            return
        here, then = table._matrix[compared].astype(np.float32), self._kept(compared)
        lengths = row_norms(here) * row_norms(then)
        # Vectors of zeros have no direction.
        near = np.einsum("ij,ij->i", here, then) / np.where(lengths > 0, lengths, 1)
        both = here.any(axis=1) == then.any(axis=1)
        alike = both & ((near > 1 - EXACT[self.dtype]) | (lengths == 0))
        if not alike.all():
            word = table.index_to_key[compared[int(np.argmin(alike))]]
            warnings.warn(
                f"the index has other vectors than these words have now, such as {quoted(word)}: "
                "its answers are of those that there were; make it anew, by index()",
                stacklevel=4,
            )

    def _write(self, path: str) -> None:
        self.index.save(path)

    def _vector_size(self) -> int:
        raise NotImplementedError

    def _size(self, index: Any) -> int:
        raise NotImplementedError

    def _nearest(self, vector: npt.NDArray[np.float32], n: int) -> tuple[Sequence[int], Any]:
        raise NotImplementedError

    def _kept(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return the vectors of rows as the index has them."""
        raise NotImplementedError

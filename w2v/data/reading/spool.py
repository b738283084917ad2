"""What a first reading leaves: provisional ids on disk, and the words they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Stretch(NamedTuple):
    """A block's place in a spool file.

    Parameters
    ----------
    block : int
        Its place in the text.
    start, length : int
        In numbers (of four bytes) from the file's start.
    words : int
    open_words : int
        Words after the last sentence end.
    ended : bool
        Whether it has a sentence end at all.
    """

    block: int
    start: int
    length: int
    words: int
    open_words: int
    ended: bool


@dataclass
class Words:
    """Distinct words as bytes, with counts and first appearances.

    Parameters
    ----------
    arena : uint8 array
        Their bytes one after the other, then a few more.
    starts : (N + 1,) int64
        Word i is ``arena[starts[i]:starts[i + 1]]``.
    counts : (N,) int64
    first : (N,) int64
        Increases with the place where a word first appeared.
    integers : bool, default False
        Whether the bytes are the digits of items that are integers.
    """

    arena: NDArray[np.uint8]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]
    integers: bool = False

    def texts(self, chosen: NDArray[np.int64] | None = None) -> list[str]:
        """Give words as strings.

        Parameters
        ----------
        chosen : int64 array, optional
            Which; all by default.

        Returns
        -------
        list of str
        """
        import pyarrow as pa

        array = pa.LargeStringArray.from_buffers(
            len(self.counts),
            pa.py_buffer(np.ascontiguousarray(self.starts)),
            pa.py_buffer(self.arena),
        )
        texts: list[str] = (array if chosen is None else array.take(pa.array(chosen))).to_pylist()
        return texts

    @classmethod
    def from_texts(
        cls, texts: Sequence[str], counts: NDArray[np.int64], first: NDArray[np.int64]
    ) -> Words:
        """Encode strings.

        Parameters
        ----------
        texts : sequence of str
        counts, first : (N,) int64

        Returns
        -------
        Words

        Raises
        ------
        UnicodeEncodeError
            If a word holds half of a surrogate pair.
        """
        import pyarrow as pa

        _, starts, data = pa.array(texts, pa.large_string()).buffers()
        arena = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        bounds = np.frombuffer(starts, np.int64)[: len(texts) + 1]
        padded = np.concatenate([arena[: bounds[-1]], np.zeros(8, np.uint8)])
        return cls(padded, bounds, counts, first)


@dataclass
class Part:
    """What one worker read.

    Parameters
    ----------
    path : Path
        Its spool file.
    stretches : list of Stretch
        In the order of their blocks.
    words : Words or None
        Set when the reading is over.
    sentences : int
        Those read, empty ones too.
    """

    path: Path
    stretches: list[Stretch] = field(default_factory=list)
    words: Words | None = None
    sentences: int = 0


class Spool:
    """A file that takes provisional ids block by block.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.part = Part(path)
        self._file = path.open("wb")
        self._written = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, block: int, ids: NDArray[np.int32]) -> int:
        """Append a block.

        Parameters
        ----------
        block : int
        ids : int32 array
            Provisional ids; -1 ends a sentence.

        Returns
        -------
        int
            The words in it.
        """
        ends = np.flatnonzero(ids == -1)
        words = len(ids) - len(ends)
        open_words = len(ids) - 1 - int(ends[-1]) if len(ends) else words
        self._file.write(np.ascontiguousarray(ids).data)
        self.part.stretches.append(
            Stretch(block, self._written, len(ids), words, open_words, bool(len(ends)))
        )
        self._written += len(ids)
        return words

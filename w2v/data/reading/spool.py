"""What a first reading leaves: provisional ids on disk, and the words they stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.data.reading.word_counts import WordCounts


class SpooledBlock(NamedTuple):
    """A block of text's place in a spool file.

    Parameters
    ----------
    number : int
        The block's place in the text.
    start, length : int
        In numbers (of four bytes) from the file's start.
    words : int
    open_words : int
        Words after the last sentence end.
    ended : bool
        Whether it has a sentence end at all.
    """

    number: int
    start: int
    length: int
    words: int
    open_words: int
    ended: bool


@dataclass
class SpooledText:
    """What one worker read: a file of provisional ids, and the words that they stand for.

    Parameters
    ----------
    path : Path
        Its spool file.
    blocks : list of SpooledBlock
        In the order of the text.
    words : WordCounts or None
        Set when the reading is over.
    sentences : int
        Those read, empty ones too.
    """

    path: Path
    blocks: list[SpooledBlock] = field(default_factory=list)
    words: WordCounts | None = None
    sentences: int = 0


class SpoolWriter:
    """A file that takes provisional ids block by block.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.spooled = SpooledText(path)
        self._file = path.open("wb")
        self._written = 0

    def __enter__(self) -> SpoolWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, number: int, ids: NDArray[np.int32]) -> int:
        """Append a block of text.

        Parameters
        ----------
        number : int
            Its place in the text.
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
        self.spooled.blocks.append(
            SpooledBlock(number, self._written, len(ids), words, open_words, bool(len(ends)))
        )
        self._written += len(ids)
        return words

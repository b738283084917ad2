"""A hash table that numbers words as they come."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.backend import text_kernels as kernels

Array = NDArray[Any]


class WordTable:
    """Distinct words in order of arrival, with counts and places of first appearance.

    Attributes
    ----------
    starts : (capacity + 1,) int64
        Word i is ``arena[starts[i]:starts[i + 1]]``.
    arena : uint8 array
    counts, first : int64 arrays
        ``first`` is (block << 32) + place in the block, so that it orders words over blocks.
    """

    def __init__(self, words: int = 1 << 15) -> None:
        self._slots = np.zeros((2 * words, 2), dtype=np.uint64)
        self._size = np.zeros(1, dtype=np.int64)
        self.starts = np.zeros(words + 1, dtype=np.int64)
        self.arena = np.zeros(16 * words, dtype=np.uint8)
        self.counts = np.zeros(words, dtype=np.int64)
        self.first = np.zeros(words, dtype=np.int64)
        self._out = np.empty(0, dtype=np.int32)

    def __len__(self) -> int:
        return int(self._size[0])

    def number(self, buffer: Array, n: int, block: int, classes: Array | None = None) -> Array:
        """Give numbers to the words of a block of text.

        Parameters
        ----------
        buffer : uint8 array
            Valid UTF-8 that ends with white space, then `PADDING` more bytes.
        n : int
            Bytes of text.
        block : int
            The block's place in the text.
        classes : (0x110000,) uint8, optional
            Each character's class, to cut running text into words; without it, white space
            separates words as in ``str.split``.

        Returns
        -------
        int32 array
            Ids, with `SENTENCE_END` where lines end (once for several ends in a row). A view
            that the next call overwrites.
        """
        split = kernels.split_white if classes is None else kernels.split_words
        kinds = byte_kinds() if classes is None else _NONE
        if self._out.size < n + 1:
            self._out = np.empty(n + 1, dtype=np.int32)
        out = self._out
        at, filled, status = 0, 0, kernels.TABLE_FULL
        while True:
            status, at, filled = split(
                buffer,
                at,
                n,
                kinds,
                _NONE if classes is None else classes,
                block,
                self._slots,
                self.starts,
                self.arena,
                self._size,
                self.counts,
                self.first,
                out,
                filled,
            )
            if status == kernels.DONE:
                return out[:filled]
            self._grow(n - at)

    def merge(self, arena: Array, starts: Array, counts: Array, first: Array) -> Array:
        """Take in words of another table.

        Parameters
        ----------
        arena : uint8 array
            Ends with `PADDING` more bytes.
        starts : (N + 1,) int64
        counts, first : (N,) int64

        Returns
        -------
        (N,) int32
            The ids the words have here.
        """
        n = len(counts)
        ids = np.empty(n, dtype=np.int32)
        done = 0
        while True:
            status, done = kernels.merge(
                arena,
                starts,
                done,
                n,
                counts,
                first,
                self._slots,
                self.starts,
                self.arena,
                self._size,
                self.counts,
                self.first,
                ids,
            )
            if status == kernels.DONE:
                return ids
            self._grow(int(starts[done + 1] - starts[done]))

    def _grow(self, longest: int) -> None:
        """Make room where it is short; the next word may be that long."""
        size = len(self)
        if self.starts[size] + longest + kernels.PADDING > self.arena.size:
            self.arena = _longer(
                self.arena, max(2 * self.arena.size, self.starts[size] + longest + kernels.PADDING)
            )
        if size + 2 > self.starts.size:
            capacity = 2 * (self.starts.size - 1)
            self.starts = _longer(self.starts, capacity + 1)
            self.counts = _longer(self.counts, capacity)
            self.first = _longer(self.first, capacity)
        if 2 * (size + 1) > len(self._slots):
            slots = np.zeros((2 * len(self._slots), 2), dtype=np.uint64)
            kernels.rehash(self._slots, slots)
            self._slots = slots


def _longer(array: Array, size: int) -> Array:
    longer = np.zeros(int(size), dtype=array.dtype)
    longer[: array.size] = array
    return longer


_NONE = np.zeros(0, dtype=np.uint8)


@cache
def byte_kinds() -> Array:
    """Sort the 256 bytes by what they may be to ``str.split``.

    Returns
    -------
    (256,) uint8
    """
    kinds = np.zeros(256, dtype=np.uint8)
    for code in range(128):
        if chr(code).isspace():
            kinds[code] = kernels.SPACE
    kinds[ord("\n")] = kernels.LINE
    # First bytes of the white space beyond ASCII: U+0085, U+00A0, U+1680, U+2000.., U+3000.
    kinds[[0xC2, 0xE1, 0xE2, 0xE3]] = kernels.MAYBE_SPACE
    return kinds

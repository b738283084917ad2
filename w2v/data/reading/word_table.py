"""A hash table that numbers words as they come."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.reading import text_kernels as kernels
from w2v.data.reading.word_counts import WordCounts

Array = NDArray[Any]

# Bytes of another table's words taken at a time: no word is as long, and 32 bits number them.
_MERGED_BYTES = (1 << 31) - 1


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
        self._spans = np.empty((0, 2), dtype=np.int32)
        self._ids = np.empty(0, dtype=np.int32)

    def __len__(self) -> int:
        return int(self._size[0])

    def word_counts(self) -> WordCounts:
        """Return the words so far, as views of this table."""
        size = len(self)
        return WordCounts(
            self.arena, self.starts[: size + 1], self.counts[:size], self.first[:size]
        )

    def number(self, buffer: Array, n: int, block: int, classes: Array | None = None) -> Array:
        """Give numbers to the words of a block of text.

        Parameters
        ----------
        buffer : uint8 array
            Valid UTF-8 that ends with white space, then ``PADDING`` more bytes.
        n : int
            Bytes of text.
        block : int
            The block's place in the text.
        classes : (CODES,) uint8, optional
            Each character's class, to cut running text into words; without it, white space
            separates words as in ``str.split``.

        Returns
        -------
        int32 array
            Ids, with ``SENTENCE_END`` where lines end (once for several ends in a row). A view
            that the next call overwrites.

        Raises
        ------
        ValueError
            An array of another type or too short, or a text that ends within a word.
        """
        _require(buffer, np.uint8, "the buffer")
        if not 0 <= n <= buffer.size - kernels.PADDING:
            raise ValueError(
                f"{n} bytes of text in a buffer of {buffer.size}: {kernels.PADDING} more are needed"
            )
        if n and buffer[n - 1] not in _WHITE:
            raise ValueError("the text ends within a word: put white space at its end")
        if classes is not None:
            _require(classes, np.uint8, "the characters' classes")
            if classes.size < kernels.CODES:
                raise ValueError(f"{classes.size} classes of characters, not {kernels.CODES}")
        if len(self._spans) < n + 1:
            self._spans = np.empty((n + 1, 2), dtype=np.int32)
            self._ids = np.empty(n + 1, dtype=np.int32)
        if classes is None:
            found = kernels.split_white(buffer, n, byte_kinds(), self._spans)
        else:
            found = kernels.split_words(buffer, n, classes, self._spans)
        ids = self._ids[:found]
        self._number(buffer, self._spans[:found], block << 32, ids)
        kernels.count(ids, _ONES, self.counts)
        return ids

    def merge(self, arena: Array, starts: Array, counts: Array, first: Array) -> Array:
        """Take in words of another table.

        Parameters
        ----------
        arena : uint8 array
            Ends with ``PADDING`` more bytes.
        starts : (N + 1,) int64
        counts, first : (N,) int64

        Returns
        -------
        (N,) int32
            The ids the words have here.

        Raises
        ------
        ValueError
            An array of another type or length, or words outside the arena.
        """
        _require(arena, np.uint8, "the arena")
        for array, name in ((starts, "starts"), (counts, "counts"), (first, "first")):
            _require(array, np.int64, name)
        lengths = np.diff(starts)
        if not len(starts) - 1 == len(counts) == len(first):
            raise ValueError(f"{len(starts)} starts, {len(counts)} counts and {len(first)} places")
        if (
            starts[0] < 0
            or starts[-1] > arena.size - kernels.PADDING
            or (lengths.size and not 0 <= lengths.min() <= lengths.max() < _MERGED_BYTES)
        ):
            raise ValueError(f"words lie outside the arena of {arena.size} bytes")
        ids = np.empty(len(counts), dtype=np.int32)
        before = len(self)
        low = 0
        while low < len(counts):
            high = int(np.searchsorted(starts, starts[low] + _MERGED_BYTES, "right")) - 1
            # Of the types that number() passes: the kernel is compiled for them alone.
            words = arena[starts[low] :]
            words.flags.writeable = False
            spans = np.stack([starts[low:high], starts[low + 1 : high + 1]], axis=1) - starts[low]
            self._number(words, spans.astype(np.int32), 0, ids[low:high])
            low = high
        kernels.count(ids, counts, self.counts)
        self.first[before : len(self)] = np.iinfo(np.int64).max
        np.minimum.at(self.first, ids, first)
        return ids

    def _number(self, buffer: Array, spans: Array, stamp: int, ids: Array) -> None:
        done, n = 0, len(spans)
        while True:
            table = kernels.HashTable(self._slots, self.starts, self.arena, self._size, self.first)
            done = kernels.number(buffer, spans, done, n, stamp, table, ids)
            if done == n:
                return
            self._grow(int(spans[done, 1] - spans[done, 0]))

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


def _require(array: Array, dtype: type[np.generic], name: str) -> None:
    """Raise a ValueError unless an array is what kernels take it for."""
    if array.dtype != dtype or array.ndim != 1 or not array.flags.c_contiguous:
        raise ValueError(
            f"{name} must be a vector of {np.dtype(dtype)} in one piece, got {array.dtype} "
            f"of shape {array.shape}"
        )


_WHITE = b" \n\t\r\v\f"
_ONES = np.empty(0, dtype=np.int64)


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

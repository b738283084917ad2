"""Distinct words with their counts, laid out for kernels and for Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class WordCounts:
    """Distinct words, as bytes, with counts and first appearances.

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
        """Return words as strings.

        Parameters
        ----------
        chosen : int64 array, optional
            Which; all by default.

        Returns
        -------
        list of str
        """
        starts, ends = self.starts[:-1], self.starts[1:]
        if chosen is not None:
            starts, ends = starts[chosen], ends[chosen]
        arena = np.ascontiguousarray(self.arena).data
        return [
            str(arena[a:b], "utf-8") for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
        ]

    def arrow(self) -> Any:
        """Return words as an Arrow array of large strings, without a copy."""
        import pyarrow as pa

        return pa.LargeStringArray.from_buffers(
            len(self.counts),
            pa.py_buffer(np.ascontiguousarray(self.starts)),
            pa.py_buffer(self.arena),
        )

    @classmethod
    def from_texts(
        cls, texts: Sequence[str] | Any, counts: NDArray[np.int64], first: NDArray[np.int64]
    ) -> WordCounts:
        """Encode strings.

        Parameters
        ----------
        texts : sequence of str, or Arrow array of large strings
        counts, first : (N,) int64

        Returns
        -------
        WordCounts

        Raises
        ------
        UnicodeEncodeError
            A word that holds half of a surrogate pair.
        """
        import pyarrow as pa

        if isinstance(texts, pa.Array):
            _, offsets, data = texts.buffers()
            arena = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
            bounds = np.frombuffer(offsets, np.int64)[texts.offset :][: len(texts) + 1]
        else:
            arena, bounds = laid_out(texts)
        padded = np.concatenate([arena[: bounds[-1]], np.zeros(8, np.uint8)])
        return cls(padded, bounds, counts, first)


def laid_out(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return strings as UTF-8, one after the other, and where each begins and the last one ends.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    arena : uint8 array
    starts : (N + 1,) int64

    Raises
    ------
    UnicodeEncodeError
        A string that holds half of a surrogate pair.
    """
    arena = np.frombuffer("".join(texts).encode(), np.uint8)
    starts = np.zeros(len(texts) + 1, np.int64)
    sizes = map(len, texts if arena.size == sum(map(len, texts)) else map(str.encode, texts))
    np.cumsum(np.fromiter(sizes, np.int64, len(texts)), out=starts[1:])
    return arena, starts

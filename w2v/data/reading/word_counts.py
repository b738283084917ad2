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

        given = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())
        _, starts, data = given.buffers()
        arena = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        bounds = np.frombuffer(starts, np.int64)[given.offset :][: len(given) + 1]
        padded = np.concatenate([arena[: bounds[-1]], np.zeros(8, np.uint8)])
        return cls(padded, bounds, counts, first)

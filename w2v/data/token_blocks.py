"""Word ids of a large corpus, compared with their checksums when they are first used."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.data.corpus_arrays import check_ids, slices
from w2v.data.errors import CorpusError

# A corpus up to this size is read through when it is opened, which takes a moment.
READ_THROUGH = 256 << 20
BLOCK_BYTES = 16 << 20


def sums_of_blocks(path: Path, size: int) -> list[int]:
    """Return the CRC-32 of each block of a file.

    Parameters
    ----------
    path : Path
    size : int
        Bytes of a block; the last has what is left.

    Returns
    -------
    list of int
    """
    with path.open("rb") as file:
        return [zlib.crc32(block) for block in iter(lambda: file.read(size), b"")]


class TokenBlocks:
    """Which blocks of a mapped file of word ids have been looked at.

    Threads may ask at once: at worst a block is looked at twice.

    Parameters
    ----------
    path : Path
        For messages.
    tokens : (T,) int32
        The mapped file.
    words : int
        The vocabulary's size.
    size : int
        Bytes of a block, a multiple of 4.
    sums : sequence of int
        CRC-32 of each.
    """

    def __init__(
        self, path: Path, tokens: NDArray[np.int32], words: int, size: int, sums: Sequence[int]
    ) -> None:
        self._path, self._tokens, self._words = path, tokens, words
        self._length, self._sums = size // 4, sums
        self._right = bytearray(len(sums))

    def check(self, first: int = 0, last: int | None = None) -> None:
        """Look at the blocks of some tokens, by default all, unless that was done before.

        Raises
        ------
        CorpusError
            A block that is damaged, or has an id outside the vocabulary.
        """
        last = len(self._tokens) if last is None else last
        for block in range(first // self._length, -(-last // self._length)):
            if not self._right[block]:
                self._check(block)
                self._right[block] = True

    def _check(self, block: int) -> None:
        begin = block * self._length
        value, misfit = 0, None
        for ids in slices(self._tokens[begin : begin + self._length]):
            value = zlib.crc32(ids.data, value)
            try:
                check_ids(ids, self._words)
            except CorpusError as error:
                misfit = error
        if misfit or value != self._sums[block]:
            raise CorpusError(
                f"{self._path} is damaged between bytes {4 * begin:,} and "
                f"{4 * (begin + self._length):,}: {misfit or 'their checksum is another'}; "
                "prepare the corpus again"
            )

"""A corpus in slices of whole sentences, which threads take in turn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from w2v.backend import Array


class Slice(NamedTuple):
    """Some sentences of an epoch, the first of them and the one after the last."""

    epoch: int
    first: int
    last: int
    position: int
    """Words of the run before it."""
    words: int


class Slices:
    """The slices of every epoch of a run.

    Parameters
    ----------
    offsets : (S + 1,) int64 array
        Sentence i is of the words from ``offsets[i]`` to ``offsets[i + 1]``.
    words : int
        Of a slice, about.
    """

    def __init__(self, offsets: Array, words: int) -> None:
        self._offsets = offsets
        starts = np.arange(offsets[0], offsets[-1], words)
        sentences = np.searchsorted(offsets, starts, side="right") - 1
        self._cuts = np.unique(np.append(sentences, len(offsets) - 1))

    def begin(self, trained: int, epochs: int) -> Iterator[Slice]:
        """Return the slices from where a run stands, be that within a slice, to its end.

        Parameters
        ----------
        trained : int
            Words of the run that are done, up to the end of a sentence.
        epochs : int
            Of the run.
        """
        words = int(self._offsets[-1] - self._offsets[0])
        first, within = divmod(trained, max(1, words))
        sentence = int(np.searchsorted(self._offsets, int(self._offsets[0]) + within))
        return chain.from_iterable(
            self._of_epoch(epoch, sentence if epoch == first else 0)
            for epoch in range(first, epochs)
        )

    def _of_epoch(self, epoch: int, begin: int) -> Iterator[Slice]:
        offsets = self._offsets
        before = epoch * int(offsets[-1] - offsets[0]) - int(offsets[0])
        for first, last in pairwise([begin, *self._cuts[self._cuts > begin].tolist()]):
            start = int(offsets[first])
            yield Slice(epoch, first, last, before + start, int(offsets[last]) - start)

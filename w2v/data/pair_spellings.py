"""Numbers by which spellings of pairs are told apart without spelling them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# A spelling stands for the number that its bytes are, known by its remainders.
_PRIMES = np.array([[2_147_483_647], [2_147_483_629]])


class SpellingMarks:
    """The marks of words, and of what is made of words; equal spellings have equal marks.

    Parameters
    ----------
    words : sequence of str
    beginnings : (B,) int64
        Keys of :mod:`w2v.data.phrase_kernels`, each made of a word or an earlier beginning and
        a connector.
    delimiter : str
        Stands between.
    """

    def __init__(self, words: Sequence[str], beginnings: NDArray[np.int64], delimiter: str) -> None:
        self._size = size = len(words)
        remainders, shifts = _of_texts([*words, delimiter])
        self._delimiter = remainders[:, -1:], shifts[:, -1:]
        made = np.zeros((2, len(beginnings)), np.int64)
        self._remainders = np.concatenate((remainders[:, :-1], made), axis=1)
        self._shifts = shifts[:, :-1]
        known = np.zeros(size + len(beginnings), np.bool_)
        known[:size] = True
        rest = np.arange(len(beginnings))
        while len(rest):  # as often as there are connectors in a row
            ready = known[beginnings[rest] // size]
            now, rest = rest[ready], rest[~ready]
            self._remainders[:, size + now] = self._followed(beginnings[now])
            known[size + now] = True

    def of_words(self, words: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the marks of words by their ids."""
        return _one(self._remainders[:, words])

    def of_keys(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the marks of pairs by their keys."""
        return _one(self._followed(keys))

    def _followed(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        before, word = np.divmod(keys, self._size)
        between, shift = self._delimiter
        joined = (self._remainders[:, before] * shift + between) % _PRIMES
        return (joined * self._shifts[:, word] + self._remainders[:, word]) % _PRIMES


def _of_texts(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return remainders, and what those of a text before are multiplied by."""
    lengths, numbers = [], []
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        lengths.append(len(encoded))
        numbers.append(int.from_bytes(encoded, "big"))
    primes = _PRIMES.ravel().tolist()
    powers = {n: [pow(256, n, prime) for prime in primes] for n in set(lengths)}
    remainders = np.array([[n % prime for n in numbers] for prime in primes], np.int64)
    return remainders, np.array([powers[n] for n in lengths], np.int64).T


def _one(remainders: NDArray[np.int64]) -> NDArray[np.int64]:
    marks: NDArray[np.int64] = (remainders[0] << 31) | remainders[1]
    return marks

"""Numba kernels that prepare the windows of some hundred words at a time.

Words are thinned out, windows laid and repeats found for a whole batch, so that rows can be
fetched into the cache before their window comes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.kernel_parts import greater, lesser, part
from w2v.backend.cpu.sampling_kernels import random_bits

_LOW_32, _S32, _ONE = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(1)

BATCH = 512  # windows prepared at a time


class Corpus(NamedTuple):
    """Sentences to train on.

    Parameters
    ----------
    tokens : (N,) int32 array
    offsets : (S + 1,) int64 array
        Sentence s is ``tokens[offsets[s] : offsets[s + 1]]``.
    position : int
        Words of the run before ``offsets[0]``.
    """

    tokens: np.ndarray
    offsets: np.ndarray
    position: int


class Windows(NamedTuple):
    """How words are thinned out, windows laid and rates found.

    Parameters
    ----------
    keep : (V,) uint32 array
        What 32 random bits must not exceed for a word to stay.
    key : uint64
        Of the bits that thin words out and draw windows' widths.
    reach : int
        Context words on each side, at most.
    shrink : bool
        Whether to draw each window's width from 1 to ``reach``.
    alpha, slope, min_alpha : float
        Learning rate at the run's first word, its fall a word, and where that ends.
    """

    keep: np.ndarray
    key: np.uint64
    reach: int
    shrink: bool
    alpha: float
    slope: float
    min_alpha: float


class Batch(NamedTuple):
    """Words that stayed, one window each; the first n entries of each array are filled.

    Parameters
    ----------
    words : (size,) int32 array
    places : (size,) uint64 array
        Where in the run they stand.
    keys : (size,) uint64 array
        Of the bits that draw their outputs.
    widths : (size,) int32 array
        Of their windows, on each side.
    low, top : (size,) int32 arrays
        The first and the last entry in the window, the target itself included.
    earlier : (size,) int32 array
        The last entry before with the same word if a window could span both, or else -1.
    latest : (size,) int32 array
        The largest of these so far: a window has repeats if its last one's is within.
    rate : (size,) float32 array
        Learning rates.
    """

    words: np.ndarray
    places: np.ndarray
    keys: np.ndarray
    widths: np.ndarray
    low: np.ndarray
    top: np.ndarray
    earlier: np.ndarray
    latest: np.ndarray
    rate: np.ndarray


@part
def thin_out(corpus, sentence, windows, batch):
    """Fill a batch with whole sentences; return its size and the next sentence."""
    tokens, offsets, position = corpus
    origin, window = position - offsets[0], windows.reach
    words, places, _, widths, first, last, _, _, rate = batch
    n = 0
    while sentence < offsets.size - 1 and n < BATCH:
        begin = n
        low = origin + offsets[sentence]
        now = windows.alpha - windows.slope * low
        lr = np.float32(now if now > windows.min_alpha else windows.min_alpha)
        for t in range(offsets[sentence], offsets[sentence + 1]):
            place = np.uint64(origin + t)
            bits = random_bits(windows.key, place)
            words[n] = tokens[t]
            places[n] = place
            widths[n] = window
            if windows.shrink:
                widths[n] = np.int32(_ONE + (((bits & _LOW_32) * np.uint64(window)) >> _S32))
            first[n] = begin
            rate[n] = lr
            n += np.int64(bits >> _S32) <= np.int64(windows.keep[tokens[t]])
        for i in range(begin, n):
            last[i] = n - 1
        sentence += 1
    return n, sentence


@part
def lay_windows(n, batch):
    """Narrow sentences' bounds low and top to windows'."""
    _, _, _, widths, low, top, _, _, _ = batch
    for i in range(n):
        low[i] = greater(low[i], np.int32(i) - widths[i])
        top[i] = lesser(top[i], np.int32(i) + widths[i])


@part
def find_repeats(n, window, batch):
    """Find words that stand twice within two windows' reach; low are sentences' bounds yet."""
    words, _, _, _, low, _, earlier, latest, _ = batch
    newest = np.int32(-1)
    for i in range(n):
        found = np.int32(-1)
        for j in range(greater(np.int64(low[i]), i - 2 * window), i):
            if words[j] == words[i]:
                found = greater(found, np.int32(j))
        earlier[i] = found
        newest = greater(newest, found)
        latest[i] = newest

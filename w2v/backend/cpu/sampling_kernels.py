"""Numba kernels that draw from a noise distribution, as the methods of their names do."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numba
import numpy as np

from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.kernel_parts import lesser, part
from w2v.backend.random import mix64
from w2v.backend.random import random_bits as plain_random_bits
from w2v.backend.reference.sampling import rejection_attempts as plain_rejection_attempts

_exact = kept_njit(nogil=True)


def _scalar(function: Any, **names: Any) -> Any:
    """Compile array code for scalars, with the functions it calls compiled under their names."""
    return part(FunctionType(function.__code__, {**function.__globals__, **names}))


random_bits = _scalar(plain_random_bits, mix64=_scalar(mix64))
rejection_attempts = _scalar(plain_rejection_attempts)

_LOW_32, _S11, _S32 = np.uint64(0xFFFFFFFF), np.uint64(11), np.uint64(32)


@numba.njit(inline="always")
def draw(table, bits):
    """Return one word of the (V, 2) uint32 alias table, drawn by 64 random bits."""
    column = ((bits >> _S32) * np.uint64(table.shape[0])) >> _S32
    # Both are read before one is chosen: a coin's branch would be mispredicted half the time.
    keep, alias = np.uint64(table[column, 0]), np.int32(table[column, 1])
    return np.int32(column) if bits & _LOW_32 < keep else alias


@_exact
def sample_fast(table, key, start, out):
    """Fill out, (n,) int32, with words drawn by the bits from counter ``start`` on.

    table: (V, 2) uint32.  key, start: uint64.
    """
    for i in range(out.size):
        out[i] = draw(table, random_bits(key, start + np.uint64(i)))


@_exact
def sample_exact(table, cumulative, targets, key, start, out):
    """Fill out, (n, k) int32, with distinct words, none of them its row's target.

    table: (V, 2) uint32.  cumulative: (V + 1,) int64.  targets: (n,) int32.  key, start:
    uint64, the counter of the first row.
    """
    k = out.shape[1]
    attempts = rejection_attempts(k)
    taken = np.empty(k + 1, np.int32)
    for i in range(targets.size):
        row_key = random_bits(key, start + np.uint64(i))
        found = np.int64(0)  # a literal would have complete compiled once more
        for attempt in range(attempts):
            word = draw(table, random_bits(row_key, np.uint64(attempt)))
            fresh = word != targets[i]
            for j in range(found):
                fresh &= word != out[i, j]
            if fresh:
                out[i, found] = word
                found += 1
                if found == k:
                    break
        if found < k:
            complete(cumulative, targets[i], row_key, attempts, found, taken, out[i])


@part
def _last_below(cumulative, x):
    """Find the word whose share of the cumulative weights x falls into."""
    low, high = 0, cumulative.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if cumulative[middle] <= x:
            low = middle
        else:
            high = middle
    return np.int32(low)


@part
def complete(cumulative, target, row_key, attempts, found, taken, out):
    """Fill a row by bisection of the cumulative weights with the taken words cut out.

    cumulative: (V + 1,) int64.  row_key: uint64.  attempts: draws that were rejected or not.
    found: words that out, (k,) int32, holds already.  taken: (k + 1,) int32, room.  A target
    below 0 is none.
    """
    k = out.size
    taken[0] = target
    held = np.int64(target >= 0)
    # By insertion: compiling NumPy's sort, or assigning slices, takes seconds.
    for j in range(found):
        word, place = out[j], held + j
        while place > 0 and taken[place - 1] > word:
            taken[place] = taken[place - 1]
            place -= 1
        taken[place] = word
    rest = cumulative[-1]
    for j in range(held + found):
        rest -= cumulative[taken[j] + 1] - cumulative[taken[j]]
    for i in range(found, k):
        bits = random_bits(row_key, np.uint64(attempts + i))
        x = lesser(np.int64(np.float64(bits >> _S11) * 2.0**-53 * np.float64(rest)), rest - 1)
        place = 0
        while place < held + i and x >= cumulative[taken[place]]:
            x += cumulative[taken[place] + 1] - cumulative[taken[place]]
            place += 1
        word = _last_below(cumulative, x)
        out[i] = word
        if i + 1 < k:
            for j in range(held + i, place, -1):
                taken[j] = taken[j - 1]
            taken[place] = word
        rest -= cumulative[word + 1] - cumulative[word]


@numba.njit(inline="always")
def draw_packed(table, bits):
    """Return one word, as :func:`draw` does, of a (V,) uint64 table of whole entries."""
    column = ((bits >> _S32) * np.uint64(table.size)) >> _S32
    entry = table[column]
    return np.int32(column if (bits & _LOW_32) < (entry & _LOW_32) else entry >> _S32)


@part
def draw_distinct(row_key, target, table, cumulative, out):
    """Fill out, (k,) int32, as :func:`sample_exact` does for one target; below 0 is none.

    table: (V,) uint64.
    """
    attempts = rejection_attempts(out.size)
    found = np.int64(0)  # a literal would have what it is passed to compiled once more
    for attempt in range(attempts):
        word = draw_packed(table, random_bits(row_key, np.uint64(attempt)))
        fresh = word != target
        for j in range(found):
            fresh &= word != out[j]
        if fresh:
            out[found] = word
            found += 1
            if found == out.size:
                return
    taken = np.empty(out.size + 1, np.int32)
    complete(cumulative, target, row_key, attempts, found, taken, out)

"""Numba kernels of the CPU backend: loops over rows, compiled once and cached on disk.

All release the GIL.  Each does what the method of its name in
:class:`w2v.backend.base.Backend` says; arrays may be strided views.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numba
import numpy as np

from w2v.backend.base_sampling import rejection_attempts
from w2v.backend.kernel_cache import kept_njit
from w2v.backend.prefetch import FAR, NEAR, prefetch_row, prefetch_row_far
from w2v.backend.random import mix64, random_bits

_exact = kept_njit(nogil=True)
# Python's check for division by zero is a branch that keeps loops from being vectorised.
_fast = kept_njit(nogil=True, fastmath=True, error_model="numpy")

# As fast, but numbers that are not finite stay so, for a loss to tell of.
_honest = kept_njit(
    nogil=True,
    fastmath={"reassoc", "contract", "arcp", "nsz", "afn"},
    error_model="numpy",
)


def _scalar(function: Any, **names: Any) -> Any:
    """Compile array code for scalars, with the functions it calls compiled under their names."""
    return numba.njit(FunctionType(function.__code__, {**function.__globals__, **names}))


_mix64 = _scalar(mix64)
_random_bits = _scalar(random_bits, mix64=_mix64)
_rejection_attempts = _scalar(rejection_attempts)

_LOW_32, _S11, _S32 = np.uint64(0xFFFFFFFF), np.uint64(11), np.uint64(32)


# -- embedding lookup, forward and backward -----------------------------------------
# These look, before they begin, whether all ids are rows that there are, which costs next to
# nothing here, and do nothing and return False otherwise.


@_exact
def all_below(ids, size):
    """Whether a one-dimensional array has no id outside 0 .. size - 1."""
    wrong = False
    for i in range(ids.size):
        wrong |= (ids[i] < 0) | (ids[i] >= size)
    return not wrong


@_fast
def row_dot(W, index, h, out):
    flat = index.ravel()
    if not all_below(flat, W.shape[0]):
        return False
    ahead = flat[NEAR:]
    for b in range(index.shape[0]):
        for k in range(index.shape[1]):
            if b * index.shape[1] + k < ahead.size:
                prefetch_row(W, ahead[b * index.shape[1] + k])
            row = index[b, k]
            total = W.dtype.type(0)
            for d in range(h.shape[1]):
                total += W[row, d] * h[b, d]
            out[b, k] = total
    return True


@_fast
def weighted_rows(W, index, weight, out):
    flat = index.ravel()
    if not all_below(flat, W.shape[0]):
        return False
    out[:] = 0
    # From the end, where row_dot has just been, so that the cache still holds the first rows.
    for b in range(index.shape[0] - 1, -1, -1):
        for k in range(index.shape[1] - 1, -1, -1):
            ahead = b * index.shape[1] + k - NEAR
            if ahead >= 0:
                prefetch_row(W, flat[ahead])
            row, factor = index[b, k], weight[b, k]
            for d in range(out.shape[1]):
                out[b, d] += factor * W[row, d]
    return True


@_fast
def scatter_add(dst, index, rows):
    if not all_below(index, dst.shape[0]):
        return False
    for n in range(index.size):
        row = index[n]
        for d in range(rows.shape[1]):
            dst[row, d] += rows[n, d]
    return True


@_exact
def unique(index, size):
    """Distinct values of index, and for every entry the place of its value.

    Without values, if one is outside 0 .. size - 1.

    A hash table of the batch's size, so that the cost does not know V.
    """
    n = index.size
    bits = 4
    while (1 << bits) < 2 * n:
        bits += 1
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    slot_of = np.full(mask + 1, -1, np.int32)
    values = np.empty(n, np.int32)
    place = np.empty(n, np.int32)
    count = 0
    for i in range(n):
        given = index.flat[i]
        if (given < 0) | (given >= size):
            return values[:0], place.reshape(index.shape)
        value = np.int32(given)
        slot = np.int64((np.uint64(value) * np.uint64(0x9E3779B97F4A7C15)) >> shift)
        while slot_of[slot] >= 0 and values[slot_of[slot]] != value:
            slot = (slot + 1) & mask
        if slot_of[slot] < 0:
            slot_of[slot] = count
            values[count] = value
            count += 1
        place[i] = slot_of[slot]
    return values[:count], place.reshape(index.shape)


@_fast
def reduce_rows(place, rows, out):
    for b in range(place.shape[0]):
        for k in range(place.shape[1]):
            row = place[b, k]
            for d in range(out.shape[1]):
                out[row, d] += rows[b, k, d]


@_fast
def reduce_outer(place, weight, h, out):
    for b in range(place.shape[0]):
        for k in range(place.shape[1]):
            row, factor = place[b, k], weight[b, k]
            for d in range(out.shape[1]):
                out[row, d] += factor * h[b, d]


# -- losses and optimizers ----------------------------------------------------------


@_honest
def sigmoid_loss(x, t, difference):
    one = x.dtype.type(1)  # an integer 1 would carry float32 over to float64
    total = 0.0
    for b in range(x.shape[0]):
        for k in range(x.shape[1]):
            tail = np.exp(-abs(x[b, k]))
            # What is wrong with x: nothing is taken from it again, which would round.
            wrong = x[b, k] * (1 - t[b, k]) if x[b, k] > 0 else -x[b, k] * t[b, k]
            total += wrong + np.log1p(tail)
            larger = one / (one + tail)
            difference[b, k] = (larger if x[b, k] >= 0 else one - larger) - t[b, k]
    return total


@_fast
def adam_rows(param, m, v, index, grad, step_size, beta1, beta2, eps):
    if not all_below(index, param.shape[0]):
        return False
    one = param.dtype.type(1)
    new1, new2 = one - beta1, one - beta2
    for u in range(index.size):
        if u + FAR < index.size:
            ahead = index[u + FAR]
            prefetch_row_far(param, ahead)
            prefetch_row_far(m, ahead)
            prefetch_row_far(v, ahead)
        row = index[u]
        w_row, m_row, v_row, g_row = param[row], m[row], v[row], grad[u]
        for d in range(g_row.size):
            g = g_row[d]
            m_new = m_row[d] + new1 * (g - m_row[d])
            v_new = v_row[d] + new2 * (g * g - v_row[d])
            w_row[d] -= step_size * m_new / (np.sqrt(v_new) + eps)
            m_row[d] = m_new
            v_row[d] = v_new
    return True


# -- negative sampling --------------------------------------------------------------


@numba.njit(inline="always")
def draw(table, bits):
    """One word of the alias table."""
    column = ((bits >> _S32) * np.uint64(table.shape[0])) >> _S32
    # Both are read before one is chosen: a coin's branch would be mispredicted half the time.
    keep, alias = np.uint64(table[column, 0]), np.int32(table[column, 1])
    return np.int32(column) if bits & _LOW_32 < keep else alias


@_exact
def sample_fast(table, key, start, out):
    for i in range(out.size):
        out[i] = draw(table, _random_bits(key, start + np.uint64(i)))


@_exact
def sample_exact(table, cumulative, targets, key, start, out):
    k = out.shape[1]
    attempts = _rejection_attempts(k)
    taken = np.empty(k + 1, np.int32)
    for i in range(targets.size):
        row_key = _random_bits(key, start + np.uint64(i))
        found = np.int64(0)  # a literal would have _complete compiled once more
        for attempt in range(attempts):
            word = draw(table, _random_bits(row_key, np.uint64(attempt)))
            fresh = word != targets[i]
            for j in range(found):
                fresh &= word != out[i, j]
            if fresh:
                out[i, found] = word
                found += 1
                if found == k:
                    break
        if found < k:
            _complete(cumulative, targets[i], row_key, attempts, found, taken, out[i])


@_exact
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


@_exact
def _complete(cumulative, target, row_key, attempts, found, taken, out):
    """Fill a row by bisection of the cumulative weights with the taken words cut out."""
    k = out.size
    taken[0] = target
    # By insertion: compiling NumPy's sort, or assigning slices, takes seconds.
    for j in range(1, found + 1):
        word, place = out[j - 1], j
        while place > 0 and taken[place - 1] > word:
            taken[place] = taken[place - 1]
            place -= 1
        taken[place] = word
    rest = cumulative[-1]
    for j in range(found + 1):
        rest -= cumulative[taken[j] + 1] - cumulative[taken[j]]
    for i in range(found, k):
        bits = _random_bits(row_key, np.uint64(attempts + i))
        x = min(np.int64(np.float64(bits >> _S11) * 2.0**-53 * np.float64(rest)), rest - 1)
        place = 0
        while place <= i and x >= cumulative[taken[place]]:
            x += cumulative[taken[place] + 1] - cumulative[taken[place]]
            place += 1
        word = _last_below(cumulative, x)
        out[i] = word
        if i + 1 < k:
            for j in range(i + 1, place, -1):
                taken[j] = taken[j - 1]
            taken[place] = word
        rest -= cumulative[word + 1] - cumulative[word]

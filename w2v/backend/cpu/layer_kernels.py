"""Numba kernels of the layers' primitives: loops over rows, compiled once and cached on disk.

All release the GIL.  Each does what the method of its name in
:class:`w2v.backend.reference.backend.Backend` says; arrays may be strided views.
"""

from __future__ import annotations

import numpy as np

from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.prefetch import FAR, NEAR, prefetch_row, prefetch_row_far

_exact = kept_njit(nogil=True)
# Python's check for division by zero is a branch that keeps loops from being vectorised.
_fast = kept_njit(nogil=True, fastmath=True, error_model="numpy")

# As fast, but numbers that are not finite stay so, for a loss to tell of.
_honest = kept_njit(
    nogil=True,
    fastmath={"reassoc", "contract", "arcp", "nsz", "afn"},
    error_model="numpy",
)


# -- embedding lookup, forward and backward -----------------------------------------
# These look, before they begin, whether all ids are rows that there are, which costs next to
# nothing here, and do nothing and return False otherwise.


@_exact
def all_below(ids, size):
    """Say whether ids, (n,) integers, has none outside 0 .. size - 1."""
    wrong = False
    for i in range(ids.size):
        wrong |= (ids[i] < 0) | (ids[i] >= size)
    return not wrong


@_fast
def row_dot(W, index, h, out):
    """Fill out, (B, K), with rows W[index[b, k]] times h[b].  W: (V, H).  h: (B, H)."""
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
    """Fill out, (B, H), with sums over k of weight[b, k] times W[index[b, k]].  W: (V, H)."""
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
    """Add rows, (n, H), to rows index, (n,), of dst, (V, H)."""
    if not all_below(index, dst.shape[0]):
        return False
    for n in range(index.size):
        row = index[n]
        for d in range(rows.shape[1]):
            dst[row, d] += rows[n, d]
    return True


@_exact
def unique(index, size, place):
    """Return the distinct values of index, (n,), int32; write for each entry its value's place.

    Without values, if one is outside 0 .. size - 1.  By a hash table of the batch's size, so
    that the cost does not know V.
    """
    n = index.size
    bits = 4
    while (1 << bits) < 2 * n:
        bits += 1
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    slot_of = np.full(mask + 1, -1, np.int32)
    values = np.empty(n, np.int32)
    count = 0
    for i in range(n):
        given = index[i]
        if (given < 0) | (given >= size):
            return values[:0]
        value = np.int32(given)
        slot = np.int64((np.uint64(value) * np.uint64(0x9E3779B97F4A7C15)) >> shift)
        while slot_of[slot] >= 0 and values[slot_of[slot]] != value:
            slot = (slot + 1) & mask
        if slot_of[slot] < 0:
            slot_of[slot] = count
            values[count] = value
            count += 1
        place[i] = slot_of[slot]
    return values[:count]


@_fast
def reduce_rows(place, rows, out):
    """Add rows, (B, K, H), to rows place, (B, K), of out, (n, H)."""
    for b in range(place.shape[0]):
        for k in range(place.shape[1]):
            row = place[b, k]
            for d in range(out.shape[1]):
                out[row, d] += rows[b, k, d]


@_fast
def reduce_outer(place, weight, h, out):
    """Add weight[b, k] times h[b] to rows place, (B, K), of out, (n, H)."""
    for b in range(place.shape[0]):
        for k in range(place.shape[1]):
            row, factor = place[b, k], weight[b, k]
            for d in range(out.shape[1]):
                out[row, d] += factor * h[b, d]


# -- losses and optimizers ----------------------------------------------------------


@_honest
def sigmoid_loss(x, t, difference):
    """Return the loss of logits x with labels t, in nats, and fill in σ(x) − t; all are (B, K)."""
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
def adam_rows(param, m, v, index, grad, constants):
    """Step rows index, (n,), of param, m and v, (V, H), by grad, (n, H).

    constants: step size, beta1, beta2 and eps, of the parameters' type.
    """
    step_size, beta1, beta2, eps = constants
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

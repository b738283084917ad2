"""Numba kernels that count and join neighbouring words, over one hash table of pairs.

A pair (a, b) is the key ``a * size + b`` with ``size`` words; -1 is an empty slot.
"""

from __future__ import annotations

import numba
import numpy as np

_kernel = numba.njit(nogil=True, cache=True)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@_kernel
def _slot(keys, key):
    """Find the slot that holds a key, or the empty one where it belongs."""
    mask = keys.size - 1
    slot = np.int64((np.uint64(key) * _MULTIPLIER) >> np.uint64(20)) & mask
    while keys[slot] != key and keys[slot] != -1:
        slot = (slot + 1) & mask
    return slot


@_kernel
def _grown(keys, counts):
    more_keys = np.full(2 * keys.size, -1, np.int64)
    more_counts = np.zeros(2 * keys.size, np.int64)
    for i in range(keys.size):
        if keys[i] != -1:
            slot = _slot(more_keys, keys[i])
            more_keys[slot] = keys[i]
            more_counts[slot] = counts[i]
    return more_keys, more_counts


@_kernel
def count_pairs(tokens, offsets, size):
    """Count the pairs of neighbours within sentences; give their keys and counts."""
    keys = np.full(1 << 16, -1, np.int64)
    counts = np.zeros(keys.size, np.int64)
    used = 0
    for s in range(offsets.size - 1):
        for i in range(offsets[s] + 1, offsets[s + 1]):
            key = np.int64(tokens[i - 1]) * size + tokens[i]
            slot = _slot(keys, key)
            if keys[slot] == -1:
                if 2 * used > keys.size:
                    keys, counts = _grown(keys, counts)
                    slot = _slot(keys, key)
                keys[slot] = key
                used += 1
            counts[slot] += 1
    filled = np.flatnonzero(keys != -1)
    return keys[filled], counts[filled]


@_kernel
def pair_table(pairs):
    """Lay keys out for lookup; give the table and for every slot the place of its key."""
    bits = 4
    while (1 << bits) < 2 * pairs.size:
        bits += 1
    keys = np.full(1 << bits, -1, np.int64)
    place = np.zeros(keys.size, np.int64)
    for i in range(pairs.size):
        slot = _slot(keys, pairs[i])
        keys[slot] = pairs[i]
        place[slot] = i
    return keys, place


@_kernel
def join_pairs(tokens, offsets, size, keys, place, out, out_offsets):
    """Replace pairs of the table, from the left, by the id ``size + place``; give the length."""
    n = 0
    for s in range(offsets.size - 1):
        out_offsets[s] = n
        i, end = offsets[s], offsets[s + 1]
        while i < end:
            if i + 1 < end:
                slot = _slot(keys, np.int64(tokens[i]) * size + tokens[i + 1])
                if keys[slot] != -1:
                    out[n] = size + place[slot]
                    n += 1
                    i += 2
                    continue
            out[n] = tokens[i]
            n += 1
            i += 1
    out_offsets[offsets.size - 1] = n
    return n

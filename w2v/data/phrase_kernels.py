"""Numba kernels that count and join words that follow each other, over one hash table.

With ``size`` words, the key ``a * size + b`` is the pair (a, b); -1 is an empty slot. Where
connector words stand between, as in bread_and_butter, a is not a word but a beginning, such
as bread_and: numbered from ``size`` on, and found in the same table under the key of what it
is made of, the word or beginning before and the connector.

A table is one array of two rows: of several that are returned together, Numba loses one to a
signal that comes just then, and the process ends.
"""

from __future__ import annotations

import numpy as np

from w2v.backend.cpu.kernel_cache import kept_njit

_kernel = kept_njit(nogil=True)
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
def _grown(keys, values):
    more_keys = np.full(2 * keys.size, -1, np.int64)
    more_values = np.zeros(2 * keys.size, np.int64)
    for i in range(keys.size):
        if keys[i] != -1:
            slot = _slot(more_keys, keys[i])
            more_keys[slot] = keys[i]
            more_values[slot] = values[i]
    return more_keys, more_values


@_kernel
def count_pairs(tokens, offsets, is_connector):
    """Count the pairs within sentences; return the table, its keys and values.

    The value of a pair is its count, that of a beginning its number.
    """
    size = np.int64(is_connector.size)
    keys = np.full(1 << 16, -1, np.int64)
    values = np.zeros(keys.size, np.int64)
    used = beginnings = 0
    for s in range(offsets.size - 1):
        before = np.int64(-1)
        for i in range(offsets[s], offsets[s + 1]):
            word = np.int64(tokens[i])
            connects = is_connector[word]
            if before >= 0:
                key = before * size + word
                slot = _slot(keys, key)
                if keys[slot] == -1:
                    if 2 * used > keys.size:
                        keys, values = _grown(keys, values)
                        slot = _slot(keys, key)
                    keys[slot] = key
                    used += 1
                    if connects:
                        values[slot] = size + beginnings
                        beginnings += 1
                if connects:
                    before = values[slot]
                else:
                    values[slot] += 1
            if not connects:
                before = word
    filled = np.flatnonzero(keys != -1)
    table = np.empty((2, filled.size), np.int64)
    table[0], table[1] = keys[filled], values[filled]
    return table


@_kernel
def lookup_table(known, values):
    """Lay keys out for lookup; return the table, its keys and values."""
    bits = 4
    while (1 << bits) < 2 * known.size:
        bits += 1
    table = np.zeros((2, 1 << bits), np.int64)
    keys, found = table[0], table[1]
    keys[:] = -1
    for i in range(known.size):
        slot = _slot(keys, known[i])
        keys[slot] = known[i]
        found[slot] = values[i]
    return table


@_kernel
def join_pairs(tokens, offsets, is_connector, keys, values, out, out_offsets):
    """Replace pairs of the table, from the left, by their values; return the length."""
    size = np.int64(is_connector.size)
    n = 0
    for s in range(offsets.size - 1):
        out_offsets[s] = n
        start = np.int64(-1)  # of what may become a phrase
        before = np.int64(-1)  # its word or beginning, if the table has one
        for i in range(offsets[s], offsets[s + 1]):
            word = np.int64(tokens[i])
            found = np.int64(-1)
            if before >= 0:
                slot = _slot(keys, before * size + word)
                if keys[slot] != -1:
                    found = values[slot]
            if is_connector[word]:
                before = found
                if start < 0:
                    out[n] = word
                    n += 1
            elif found >= 0:
                out[n] = found
                n += 1
                start = before = np.int64(-1)
            else:
                if start >= 0:
                    for j in range(start, i):
                        out[n] = tokens[j]
                        n += 1
                start = i
                before = word
        if start >= 0:
            for j in range(start, offsets[s + 1]):
                out[n] = tokens[j]
                n += 1
    out_offsets[offsets.size - 1] = n
    return n

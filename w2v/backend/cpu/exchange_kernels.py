"""Numba kernels of what workers who train apart make of each other's rows.

All release the GIL.  Each does what the method of its name in
:class:`w2v.backend.reference.exchange.ExchangePrimitives` says, of matrices without gaps.
"""

from __future__ import annotations

from w2v.backend.cpu.kernel_cache import kept_njit

_exact = kept_njit(nogil=True)


@_exact
def changed_rows(before, after, index):
    """Fill index, (U,) int32, with the rows that differ, and return how many do."""
    n = 0
    for i in range(before.shape[0]):
        for d in range(before.shape[1]):
            if before[i, d] != after[i, d]:
                index[n] = i
                n += 1
                break
    return n


@_exact
def rows_of_either(a, b):
    """Return how many numbers two rising sequences have together."""
    i = j = n = 0
    while i < a.size and j < b.size:
        low = min(a[i], b[j])
        i += a[i] == low
        j += b[j] == low
        n += 1
    return n + a.size - i + b.size - j


@_exact
def sum_rows(a_index, a_rows, a_uses, b_index, b_rows, b_uses, out):
    """Fill out, arrays of as many rows as either has, with the sum of two matrices' rows."""
    index, rows, uses = out
    i = j = 0
    for n in range(index.size):
        in_a = i < a_index.size and (j == b_index.size or a_index[i] <= b_index[j])
        in_b = j < b_index.size and (i == a_index.size or b_index[j] <= a_index[i])
        if in_a and in_b:
            index[n], uses[n] = a_index[i], a_uses[i] + b_uses[j]
            for d in range(rows.shape[1]):
                rows[n, d] = a_rows[i, d] + b_rows[j, d]
        elif in_a:
            index[n], uses[n] = a_index[i], a_uses[i]
            for d in range(rows.shape[1]):
                rows[n, d] = a_rows[i, d]
        else:
            index[n], uses[n] = b_index[j], b_uses[j]
            for d in range(rows.shape[1]):
                rows[n, d] = b_rows[j, d]
        i += in_a
        j += in_b

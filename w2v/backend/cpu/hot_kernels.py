"""Threads' own copies of the most frequent words' rows.

Two threads that step the same row send its cache lines to and fro, which costs more
than the step.  So each thread steps a copy, and now and then adds what it has changed
to the shared row and takes over what others have: at every n-th use of any row, which
is every n-th of each row's on average, so that none runs ahead of the others'.  A window
uses its contexts' rows and its outputs'; `copies.py` chooses n.

``own`` is a tuple: the number of words, address of the copies, of input rows first and
output rows then, and bytes from a copy to what the shared row was when it was copied.
"""

from __future__ import annotations

import numba
import numpy as np

from w2v.backend.cpu.vector_kernels import LANES, add, load, prefetch, store, subtract

_kernel = numba.njit(nogil=True, error_model="numpy")

_VECTOR = LANES * 4  # bytes
DELAY = 4  # windows from fetching a shared row to adding to it


@_kernel
def row_of(word, at_shared, at_copies, own, stride):
    """Return the address of a word's row, without a branch: it would be mispredicted often."""
    has_copy = (np.int64(word) - own[0]) >> 63
    return at_shared + (has_copy & (at_copies - at_shared)) + np.int64(word) * stride


@_kernel
def place_of(context, bottom, i):
    """Return where a context of window i stands, counted without the target."""
    place = bottom + context
    return place + np.int64(place >= i)


@_kernel
def copy_rows(own, at_in, at_out, stride):
    """Copy the shared rows."""
    hot, at, to_base = own
    for row in range(2 * hot):
        shared = at_in + row * stride if row < hot else at_out + (row - hot) * stride
        for d in range(0, stride, _VECTOR):
            value = load(shared + d)
            store(at + row * stride + d, value)
            store(at + row * stride + to_base + d, value)


@_kernel
def exchange(row, own, at_in, at_out, stride):
    """Add a copy's change to the shared row, and copy that again."""
    hot, at, to_base = own
    shared = at_in + row * stride if row < hot else at_out + (row - hot) * stride
    mine = at + row * stride
    for d in range(0, stride, _VECTOR):
        change = subtract(load(mine + d), load(mine + to_base + d))
        value = add(load(shared + d), change)
        store(shared + d, value)
        store(mine + d, value)
        store(mine + to_base + d, value)


@_kernel
def announce(i, row, own, due, at_in, at_out, stride):
    """Fetch the shared row of a copy, to be exchanged after window i + DELAY."""
    hot = own[0]
    slot = due[i % DELAY]
    if slot[0] + 1 == slot.size:
        return
    slot[0] += 1
    slot[slot[0]] = row
    shared = at_in + row * stride if row < hot else at_out + (row - hot) * stride
    for d in range(0, stride, 64):
        prefetch(shared + d)


@_kernel
def exchange_due(i, own, due, at_in, at_out, stride):
    """Exchange the rows that were announced at window i - DELAY."""
    slot = due[i % DELAY]
    for j in range(1, slot[0] + 1):
        exchange(np.int64(slot[j]), own, at_in, at_out, stride)
    slot[0] = 0


@_kernel
def exchange_all(own, at_in, at_out, stride):
    """Exchange every copy, at the end."""
    for row in range(2 * own[0]):
        exchange(np.int64(row), own, at_in, at_out, stride)

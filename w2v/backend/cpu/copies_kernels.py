"""Threads' own copies of the most frequent words' rows.

Two threads that step the same row send its cache lines to and fro, which costs more
than the step.  So each thread steps a copy, and now and then adds what it has changed
to the shared row and takes over what others have: at every n-th use of any row, which
is every n-th of each row's on average, so that none runs ahead of the others'.  A window
uses its contexts' rows and its outputs'; `copies.py` chooses n.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.kernel_parts import inlined, part
from w2v.backend.cpu.vector_kernels import LANES, load, prefetch, store, subtract

_VECTOR = LANES * 4  # bytes
DELAY = 4  # windows from fetching a shared row to adding to it


class Copies(NamedTuple):
    """Where shared rows and a thread's copies of them stand.

    Parameters
    ----------
    hot : int
        Words that have copies, of input rows first and output rows then.
    at : int
        Address of the copies; what the shared rows were when they were copied follows.
    at_in, at_out : int
        Addresses of the shared rows.
    stride : int
        Bytes of a row.
    """

    hot: int
    at: int
    at_in: int
    at_out: int
    stride: int


@inlined
def input_row(word, copies):
    """Return the address of a word's input row: the shared one, or its copy if it has one."""
    # Without a branch: it would be mispredicted often.
    has_copy = (np.int64(word) - copies.hot) >> 63
    return copies.at_in + (has_copy & (copies.at - copies.at_in)) + np.int64(word) * copies.stride


@inlined
def output_row(word, copies):
    """Return the address of an output row, as :func:`input_row` does."""
    has_copy = (np.int64(word) - copies.hot) >> 63
    at = copies.at + copies.hot * copies.stride
    return copies.at_out + (has_copy & (at - copies.at_out)) + np.int64(word) * copies.stride


@inlined
def copy_at(row, copies):
    """Return the number of the copy that stands at an address, or -1 if none does."""
    offset = row - copies.at
    return offset // copies.stride if 0 <= offset < 2 * copies.hot * copies.stride else -1


@inlined
def fetch_row(row, stride):
    """Fetch a row of ``stride`` bytes that is going to be written."""
    for d in range(0, stride, 64):
        prefetch(row + d)


@inlined
def place_of(context, bottom, i):
    """Return where a context of window i stands, counted without the target."""
    place = bottom + context
    return place + np.int64(place >= i)


@inlined
def _shared(row, copies):
    """Return the address of what a copy was made of."""
    hot, _, at_in, at_out, stride = copies
    return at_in + row * stride if row < hot else at_out + (row - hot) * stride


@part
def copy_rows(copies):
    """Copy the shared rows."""
    hot, at, _, _, stride = copies
    for row in range(2 * hot):
        shared, mine = _shared(row, copies), at + row * stride
        for d in range(0, stride, _VECTOR):
            value = load(shared + d)
            store(mine + d, value)
            store(mine + 2 * hot * stride + d, value)


@part
def exchange(row, copies):
    """Add a copy's change to the shared row, and copy that again."""
    hot, at, _, _, stride = copies
    shared, mine = _shared(row, copies), at + row * stride
    base = mine + 2 * hot * stride
    for d in range(0, stride, _VECTOR):
        # Of what has not changed, not even the sign of a zero does.
        value = subtract(load(shared + d), subtract(load(base + d), load(mine + d)))
        store(shared + d, value)
        store(mine + d, value)
        store(base + d, value)


@part
def announce(i, row, copies, due):
    """Fetch the shared row of a copy, to be exchanged after window i + DELAY.

    due: (DELAY, n) int32, how many are announced at a window and which, DELAY windows in turn.
    """
    slot = due[i % DELAY]
    if slot[0] + 1 == slot.size:
        return
    slot[0] += 1
    slot[slot[0]] = row
    fetch_row(_shared(row, copies), copies.stride)


@part
def exchange_due(i, copies, due):
    """Exchange the rows that were announced at window i - DELAY."""
    slot = due[i % DELAY]
    for j in range(1, slot[0] + 1):
        exchange(np.int64(slot[j]), copies)
    slot[0] = 0


@part
def exchange_all(copies):
    """Exchange every copy, at the end."""
    for row in range(2 * copies.hot):
        exchange(np.int64(row), copies)

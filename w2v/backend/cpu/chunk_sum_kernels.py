"""A chunk of CBOW's windows on running sums of its rows, for Numba kernels.

A window's contexts add up to the difference of two running sums, and what they change by is added
at the two ends of its range; one pass over the rows at the chunk's end adds up what has begun
and not ended.  Only places where a window begins or ends have a sum of their own, a cell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.batch_kernels import lay_windows
from w2v.backend.cpu.kernel_parts import greater, inlined, lesser, part
from w2v.backend.cpu.vector_kernels import (
    LANES,
    add,
    add_changed,
    load,
    load_address,
    load_factor,
    multiply,
    offset,
    splat,
    store,
    subtract,
)
from w2v.backend.settings import CHUNK

_VECTOR = LANES * 4  # bytes


class Sums(NamedTuple):
    """Room for a chunk's sums.

    Parameters
    ----------
    stride : int
        Bytes of a row.
    inputs : int
        Address of the cells' sums of input rows before them.
    changes : int
        Address of the cells' sums of what windows that end before them change, less those that
        begin there; zeros between chunks.
    own : int
        Address of the targets' input rows, each replaced by its window's change.
    cells : int
        Address of an int64 number for each place in the batch, and one more: how far from the
        first the cell of the next window's bound stands.
    """

    stride: int
    inputs: int
    changes: int
    own: int
    cells: int


class Range(NamedTuple):
    """Places in the batch.

    Parameters
    ----------
    low, top : int
        The first one that a window of the chunk reaches, and the one after the last.
    start, stop : int
        The chunk's first target, and the one after its last.
    """

    low: int
    top: int
    start: int
    stop: int


@part
def lay_chunks(n, batch, stops):
    """Narrow sentences' bounds low and top to windows', and find where each one's chunk ends."""
    low, top = batch.low, batch.top
    for i in range(n):
        begin, end = np.int64(low[i]), np.int64(top[i]) + 1
        stops[i] = lesser(begin + ((i - begin) // CHUNK + 1) * CHUNK, end)
    lay_windows(n, batch)


@part
def lay_cells(start, stop, batch, cells, stride):
    """Find how far a chunk's windows reach, and give all places there their cells."""
    low, top = batch.low, batch.top
    first, last = np.int64(start), np.int64(start)
    for i in range(start, stop):
        first, last = lesser(first, np.int64(low[i])), greater(last, np.int64(top[i]) + 1)
    for j in range(first, last + 1):
        cells[j] = 0
    for i in range(start, stop):
        cells[low[i]] = stride
        cells[top[i] + 1] = stride
    at = np.int64(0)
    for j in range(first, last + 1):
        ends = cells[j]
        cells[j] = at
        at += ends
    return Range(first, last, np.int64(start), np.int64(stop))


@part
def add_up(reach, rows, sums):
    """Add up the input rows of a chunk, and keep those of its targets.

    rows: address of the batch's rows' addresses.
    """
    low, top, start, stop = reach
    stride, inputs, _, own, cells = sums
    for d in range(0, stride, _VECTOR):
        total = splat(np.float32(0))
        for j in range(low, start):
            store(inputs + load_address(cells + j * 8) + d, total)
            total = add(total, load(load_address(rows + j * 8) + d))
        for j in range(start, stop):
            x = load(load_address(rows + j * 8) + d)
            store(inputs + load_address(cells + j * 8) + d, total)
            store(own + (j - start) * stride + d, x)
            total = add(total, x)
        for j in range(stop, top):
            store(inputs + load_address(cells + j * 8) + d, total)
            total = add(total, load(load_address(rows + j * 8) + d))
        store(inputs + load_address(cells + top * 8) + d, total)


@inlined
def take_mean(low, top, own, sums, hidden):
    """Put the mean of a window's contexts at address hidden.

    low, top: its first place, and the one after its last.  own: address of its target's row.
    """
    stride, inputs, _, _, cells = sums
    before = inputs + load_address(cells + low * 8)
    after = inputs + load_address(cells + top * 8)
    part = splat(np.float32(1.0 / (top - low - 1)))
    for d in range(0, stride, _VECTOR):
        h = subtract(subtract(load(after + d), load(before + d)), load(own + d))
        store(hidden + d, multiply(h, part))


@inlined
def note_change(low, top, own, sums):
    """Note what a window's contexts are to change by, which stands at address own."""
    stride = sums.stride
    begin = sums.changes + load_address(sums.cells + low * 8)
    end = sums.changes + load_address(sums.cells + top * 8)
    for d in range(0, stride, _VECTOR):
        change = load(own + d)
        store(end + d, add(load(end + d), change))
        store(begin + d, subtract(load(begin + d), change))


@part
def add_changes(reach, rows, factors, sums):
    """Step all input rows of a chunk, from the last to the first, and clear the changes.

    factors: address of the batch's factors, or None.
    """
    low, top, start, stop = reach
    stride, _, changes, own, cells = sums
    zero = splat(np.float32(0))
    for d in range(0, stride, _VECTOR):
        change = zero
        for j in range(top - 1, low - 1, -1):
            cell = changes + load_address(cells + (j + 1) * 8) + d
            change = add(change, load(cell))
            store(cell, zero)
            here = change
            if start <= j < stop:
                here = subtract(change, load(own + (j - start) * stride + d))
            place = load_address(rows + j * 8) + d
            store(place, add_changed(load(place), here, load_factor(offset(factors, j * 4))))
        store(changes + load_address(cells + low * 8) + d, zero)

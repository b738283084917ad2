"""The Numba kernel of CBOW's wide windows: what `reference/fused.py` says of chunks.

As in `fused_kernels.py` the frame is one, and :func:`make_train_chunks` compiles what a loss says
of a window's outputs into it.  Threads have copies of output rows alone: input rows are read and
stepped but once a chunk.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from w2v.backend.cpu.batch_kernels import thin_out
from w2v.backend.cpu.chunk_sum_kernels import (
    Range,
    add_changes,
    add_up,
    lay_cells,
    lay_chunks,
    note_change,
    take_mean,
)
from w2v.backend.cpu.copies_kernels import (
    Copies,
    announce,
    copy_at,
    copy_rows,
    exchange_all,
    exchange_due,
    fetch_row,
)
from w2v.backend.cpu.fused_kernels import AHEAD, SLOTS, Outputs
from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.kernel_parts import lesser
from w2v.backend.cpu.vector_kernels import load_address
from w2v.backend.cpu.window_kernels import (
    Rows,
    cbow_rates,
    loss_of,
    new_sums,
    step_outputs,
    weigh,
)

_kernel = kept_njit(nogil=True, error_model="numpy")

_EARLY = 64  # input rows that are fetched beyond a chunk, at most


def make_train_chunks(name: str, outputs: Outputs) -> Any:
    """Return the kernel that trains chunks with a loss, under a name of its own in the cache."""
    draw, lay, merge, restore, _ = outputs

    def train(trained, corpus, windows, source, cbow, tiling, own, lockf):
        """Train on whole sentences; parameters as those of the kernels of :func:`make_train`.

        cbow: that contexts are averaged, and whether to share the gradient.  own: as there, but
        with :class:`w2v.backend.cpu.room.ChunkRoom`.
        """
        W_in, W_out, loss = trained
        group, tile = tiling
        (hot, patience, own_rows, due, state), (room, stops, cells, sums) = own
        batch, again, in_rows, factors, slots, found, totals, merged, scratch, at_hidden = room
        words, low, top, rates = batch.words, batch.low, batch.top, batch.rate
        slot_rows, slot_labels, slot_length = slots
        stride, empty = scratch.stride, merged.empty
        at_inputs = np.int64(in_rows.ctypes.data)
        at_factors = None if lockf is None else np.int64(factors.ctypes.data)
        at_rows, at_labels = np.int64(slot_rows.ctypes.data), np.int64(slot_labels.ctypes.data)
        across, vectors = slot_rows.shape[1] * 8, slot_labels.shape[1] * 4  # bytes of a slot

        copies = Copies(
            hot,
            np.int64(own_rows.ctypes.data),
            np.int64(W_in.ctypes.data),
            np.int64(W_out.ctypes.data),
            stride,
        )
        next_use = state[0]
        if state[1]:
            copy_rows(copies)
        sentence = np.int64(0)
        while sentence < corpus.offsets.size - 1:
            n, sentence = thin_out(corpus, sentence, windows, batch)
            draw(n, batch, source, found, again)
            lay_chunks(n, batch, stops)
            for i in range(n):
                in_rows[i] = copies.at_in + np.int64(words[i]) * stride
                if lockf is not None:
                    factors[i] = lockf[words[i]]
            new_sums(scratch.sums)
            predictions = 0
            reach = Range(np.int64(0), np.int64(0), np.int64(0), np.int64(0))
            fetched = np.int64(0)
            for i in range(-AHEAD, n):
                ahead, coming = i + AHEAD, (at_rows, np.int64(0))
                if ahead < n:
                    slot = ahead % SLOTS
                    rows = slot_rows[slot]
                    length = lay(ahead, source, found, rows, slot_labels[slot], copies, tiling)
                    slot_length[slot] = length
                    coming = at_rows + slot * across, length
                    for j in range(length, (length + len(tile) - 1) // len(tile) * len(tile)):
                        rows[j] = empty
                for _ in range(2):
                    if fetched < lesser(n, reach.top + _EARLY):
                        fetch_row(in_rows[fetched], stride)
                        fetched += 1
                first, last = np.int64(low[i]), np.int64(top[i]) + 1
                count = last - first - 1
                if i < 0 or count == 0:
                    for j in range(coming[1]):
                        fetch_row(load_address(coming[0] + j * 8), stride)
                    continue
                if i >= reach.stop:
                    reach = lay_cells(i, stops[i], batch, cells, stride)
                    add_up(reach, at_inputs, sums)
                slot = i % SLOTS
                rows, length = slot_rows[slot], slot_length[slot]
                here = Rows(
                    at_hidden,
                    at_rows + slot * across,
                    at_labels + slot * vectors,
                    length,
                    (length + len(tile) - 1) // len(tile),
                    None,
                )
                mine = sums.own + (i - reach.start) * stride
                take_mean(first, last, mine, sums, scratch.spare)
                rate, share = cbow_rates(count, rates[i], cbow)
                weigh(np.int64(1), here, scratch, rate, group, tile, coming)
                if again[i]:
                    merge(np.int64(1), length, rows, merged)
                step_outputs(here, scratch, share, tile, mine)
                note_change(first, last, mine, sums)
                if again[i]:
                    restore(i, found, rows, copies)
                predictions += 1
                if i + 1 == reach.stop:
                    add_changes(reach, at_inputs, at_factors, sums)
                if hot:
                    exchange_due(i, copies, due)
                    while next_use < length:
                        copy = copy_at(rows[np.int64(next_use)], copies)
                        if copy >= 0:
                            announce(i, copy, copies, due)
                        next_use += patience
                    next_use -= length
            loss[0] += loss_of(totals)
            loss[1] += predictions
            loss[2] += n
        state[0] = next_use
        if state[2]:
            exchange_all(copies)

    train.__qualname__ = name
    return _kernel(train)

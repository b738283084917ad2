"""The Numba kernel of skip-gram's windows that share negatives: what `reference/blocks.py` says."""

from __future__ import annotations

import numpy as np

from w2v.backend.cpu.batch_kernels import thin_out
from w2v.backend.cpu.block_draw_kernels import OWN, cut, draw, replace_own
from w2v.backend.cpu.block_kernels import (
    Block,
    count_pairs,
    step_block,
    weigh_block,
)
from w2v.backend.cpu.copies_kernels import (
    Copies,
    announce,
    copy_at,
    copy_rows,
    exchange_all,
    exchange_due,
    fetch_row,
    input_row,
    output_row,
)
from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.kernel_parts import greater, lesser
from w2v.backend.cpu.repeats_kernels import merge_outputs
from w2v.backend.cpu.vector_kernels import LANES, offset

_kernel = kept_njit(nogil=True, error_model="numpy")

_VECTOR = LANES * 4  # bytes


def _train(trained, corpus, windows, source, cbow, tiling, own, lockf):
    """Train on whole sentences; parameters as those of the kernels of :func:`make_train`.

    source: :class:`Shared`.  cbow: None.  own: as there, but with
    :class:`w2v.backend.cpu.room.SharedRoom`.
    """
    W_in, W_out, loss = trained
    (group, tile), reach = tiling, windows.reach
    m, k, share = source.block, source.negative, source.share
    usual, most_tiles = (m + k + len(tile) - 1) // len(tile), (m + k + len(tile)) // len(tile)
    alike = (m + len(tile) - 1) // len(tile)  # tiles that have targets

    (hot, patience, own_rows, due, state), mine = own
    batch, blocks, in_rows, factors, rows, coming, reaches, counts, sums, merged, room, _, _ = mine
    words, widths, low, top = batch.words, batch.widths, batch.low, batch.top
    stride, empty = room.stride, merged.empty
    at_contexts, at_rows = np.int64(in_rows.ctypes.data), np.int64(rows.ctypes.data)
    at_factors = None if lockf is None else np.int64(factors.ctypes.data)
    at_labels, at_lanes = mine.labels, mine.lanes
    at_coming = np.int64(coming.ctypes.data)
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
        number = cut(n, m, batch, blocks.starts)
        draw(number, batch, source, blocks)
        starts, outputs, kinds = blocks
        for i in range(n):
            in_rows[i] = input_row(words[i], copies)
            if lockf is not None:
                factors[i] = lockf[words[i]]
        for i in range(len(group)):
            in_rows[n + i] = empty
        for lane in range(LANES):
            sums[lane] = 0
        predictions = 0
        for i in range(lesser(n, m + reach)):
            fetch_row(in_rows[i], stride)
        for b in range(-1, number):
            fetch = np.int64(0)
            if b + 1 < number:
                start, stop = np.int64(starts[b + 1]), np.int64(starts[b + 2])
                length = m + k + np.int64(kinds[b + 1] == OWN)
                ahead = rows[(b + 1) % 2]
                for j in range(length):
                    word = outputs[j, b + 1]
                    ahead[j] = output_row(word, copies) if word >= 0 else empty
                for j in range(length, ahead.size):
                    ahead[j] = empty
                for j in range(m + k):
                    coming[j] = ahead[j]
                fetch = np.int64(m + k)
                for i in range(start + reach, lesser(stop + reach, n)):
                    coming[fetch] = in_rows[i]
                    fetch += 1
            if b < 0:
                for j in range(fetch):
                    fetch_row(coming[j], stride)
                continue
            start, stop = np.int64(starts[b]), np.int64(starts[b + 1])
            if low[start] == top[start]:  # a sentence of one word
                continue
            bottom, last = start, start
            for j in range(m):
                reaches[j] = 0
                if start + j < stop:
                    i = start + j
                    reaches[j] = widths[i]
                    left = greater(np.int64(low[i]), i - np.int64(widths[i]))
                    right = lesser(np.int64(top[i]), i + np.int64(widths[i]))
                    bottom, last = lesser(bottom, left), greater(last, right)
                    predictions += right - left
            count = last + 1 - bottom
            with_own = np.int64(kinds[b] == OWN)
            length = m + k + with_own
            block = Block(
                at_contexts + bottom * 8,
                at_rows + b % 2 * rows.shape[1] * 8,
                count,
                most_tiles if with_own else usual,
                offset(at_factors, bottom * 4),
                most_tiles if with_own else alike,
                at_labels + with_own * most_tiles * 2 * _VECTOR,
            )
            count_pairs(block, start - bottom, reaches, at_lanes, room, share, group, tile)
            if with_own:
                drawn = outputs[:, b]
                filled = (count + len(group) - 1) // len(group) * len(group)
                before = start - bottom
                replace_own(count, filled, before, reaches, source, drawn, counts, len(tile))
            weigh_block(block, room, batch.rate[start], group, tile, (at_coming, fetch))
            these = rows[b % 2]
            if kinds[b]:
                merge_outputs(count, length, these, merged)
            step_block(block, room, tile)
            if hot:
                exchange_due(b, copies, due)
                uses = length + count  # of rows by this block, outputs first
                while next_use < uses:
                    use = np.int64(next_use)
                    row = these[use] if use < length else in_rows[bottom + use - length]
                    copy = copy_at(row, copies)
                    if copy >= 0:
                        announce(b, copy, copies, due)
                    next_use += patience
                next_use -= uses
        for lane in range(LANES):
            loss[0] += sums[lane]
        loss[1] += predictions
        loss[2] += n
    state[0] = next_use
    if state[2]:
        exchange_all(copies)


_train.__qualname__ = "train_shared"
train = _kernel(_train)

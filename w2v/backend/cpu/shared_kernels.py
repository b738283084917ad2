"""The Numba kernel of skip-gram's windows that share negatives: what `reference/blocks.py` says."""

from __future__ import annotations

import numpy as np

from w2v.backend.cpu.batch_kernels import new_batch, thin_out
from w2v.backend.cpu.block_draw_kernels import OWN, Blocks, cut, draw, replace_own
from w2v.backend.cpu.block_kernels import (
    Block,
    Room,
    count_pairs,
    lane_places,
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
from w2v.backend.cpu.kernel_parts import part
from w2v.backend.cpu.repeats_kernels import Weights, merge_outputs
from w2v.backend.cpu.vector_kernels import LANES, offset

_kernel = kept_njit(nogil=True, error_model="numpy")

_VECTOR = LANES * 4  # bytes


@part
def _stay(nothing, g, counts, old, labels, lanes, sums):
    """Hold on to arrays that are used by address, or Numba frees them after their last use."""


def _train(trained, corpus, windows, source, cbow, tiling, copied, lockf):
    """Train on whole sentences; parameters as those of the kernels of :func:`make_train`.

    source: :class:`Shared`.  cbow: None.
    """
    W_in, W_out, loss = trained
    (group, tile, _), reach = tiling, windows.reach
    m, k, share = source.block, source.negative, source.share
    width = W_in.shape[1]
    stride = width * 4
    usual, most_tiles = (m + k + len(tile) - 1) // len(tile), (m + k + len(tile)) // len(tile)

    batch = new_batch(corpus.offsets)
    words, widths, low, top = batch.words, batch.widths, batch.low, batch.top
    size = words.size
    blocks = Blocks(
        np.empty(size + 1, np.int32),
        np.empty((m + k + 1, size), np.int32),
        np.empty(size, np.uint8),
    )
    nothing = np.zeros(width, np.float32)
    empty = np.int64(nothing.ctypes.data)
    in_rows = np.empty(size + len(group), np.int64)
    for i in range(in_rows.size):  # compiled sooner than np.full is
        in_rows[i] = empty
    factors = np.empty(1 if lockf is None else size, np.float32)
    # Of this block and the next one, in turn.
    rows = np.empty((2, most_tiles * len(tile)), np.int64)
    coming = np.empty(2 * m + k, np.int64)
    reaches = np.zeros(m, np.float32)

    most = min(2 * reach + m, size) + len(group)  # contexts
    span = most * len(tile) + LANES
    g = np.zeros(most_tiles * span, np.float32)
    alike = (m + len(tile) - 1) // len(tile)  # tiles that have targets
    counts = np.zeros((max(alike + 1, most_tiles), span), np.float32)
    old = np.empty(most * LANES, np.float32)
    sums = np.empty(LANES, np.float32)
    labels = np.zeros((2, most_tiles, 2, LANES), np.float32)
    for more in range(2):
        for t in range(most_tiles):
            for lane in range(LANES):
                labels[more, t, 0, lane] = t * len(tile) + lane % len(tile) < m
                labels[more, t, 1, lane] = t * len(tile) + lane % len(tile) < m + k + more
    lanes = np.empty((2 + m, LANES), np.float32)
    lane_places(m, lanes, len(tile))
    merged = Weights(g, span, len(tile), empty)
    room = Room(
        stride,
        span,
        np.int64(g.ctypes.data),
        np.int64(counts.ctypes.data),
        np.int64(old.ctypes.data),
        np.int64(sums.ctypes.data),
    )
    at_contexts, at_rows = np.int64(in_rows.ctypes.data), np.int64(rows.ctypes.data)
    at_factors = None if lockf is None else np.int64(factors.ctypes.data)
    at_labels = np.int64(labels.ctypes.data)
    at_coming, at_lanes = np.int64(coming.ctypes.data), np.int64(lanes.ctypes.data)

    hot, patience, own_rows, due, state = copied
    copies = Copies(
        hot,
        (np.int64(own_rows.ctypes.data) + 63) // 64 * 64,
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
        for i in range(min(n, m + reach)):
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
                for i in range(start + reach, min(stop + reach, n)):
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
                    left = max(np.int64(low[i]), i - np.int64(widths[i]))
                    right = min(np.int64(top[i]), i + np.int64(widths[i]))
                    bottom, last = min(bottom, left), max(last, right)
                    predictions += right - left
            count = last + 1 - bottom
            own = np.int64(kinds[b] == OWN)
            length = m + k + own
            block = Block(
                at_contexts + bottom * 8,
                at_rows + b % 2 * rows.shape[1] * 8,
                count,
                most_tiles if own else usual,
                offset(at_factors, bottom * 4),
                most_tiles if own else alike,
                at_labels + own * most_tiles * 2 * _VECTOR,
            )
            count_pairs(block, start - bottom, reaches, at_lanes, room, share, group, tile)
            if own:
                drawn = outputs[:, b]
                filled = (count + len(group) - 1) // len(group) * len(group)
                before = start - bottom
                replace_own(count, filled, before, reaches, source, drawn, counts, len(tile))
            weigh_block(block, room, batch.rate[start], group, tile, (at_coming, fetch))
            mine = rows[b % 2]
            if kinds[b]:
                merge_outputs(count, length, mine, merged)
            step_block(block, room, tile)
            if hot:
                exchange_due(b, copies, due)
                uses = length + count  # of rows by this block, outputs first
                while next_use < uses:
                    use = np.int64(next_use)
                    row = mine[use] if use < length else in_rows[bottom + use - length]
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
    _stay(nothing, g, counts, old, labels, lanes, sums)


_train.__qualname__ = "train_shared"
train = _kernel(_train)

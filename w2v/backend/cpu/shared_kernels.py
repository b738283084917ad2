"""The Numba kernel of skip-gram's windows that share negatives: what `reference/blocks.py` says."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from w2v.backend.cpu.batch_kernels import new_batch, thin_out
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
from w2v.backend.cpu.sampling_kernels import complete, random_bits, rejection_attempts
from w2v.backend.cpu.vector_kernels import LANES, offset
from w2v.backend.cpu.window_kernels import Weights, merge_outputs

_kernel = kept_njit(nogil=True, error_model="numpy")
_part = numba.njit(nogil=True, error_model="numpy")

_LOW_32, _S32 = np.uint64(0xFFFFFFFF), np.uint64(32)
_WEYL = np.uint64(0x9E3779B97F4A7C15)
_VECTOR = LANES * 4  # bytes
_NOBODY = np.int64(-1)
_TWICE, _OWN = 1, 2  # of a block: a row stands there twice; a negative is one of the targets


class Shared(NamedTuple):
    """What blocks' outputs are drawn from.

    Parameters
    ----------
    block : int
        m, the windows that share negatives.
    negative : int
        How many they share.
    share : float32
        How often each counts.
    table, cumulative, key, exact
        As in :class:`w2v.backend.cpu.negative_kernels.Negatives`.
    """

    block: int
    negative: int
    share: np.float32
    table: np.ndarray
    cumulative: np.ndarray
    key: np.uint64
    exact: bool


class Blocks(NamedTuple):
    """The blocks of a batch.

    Parameters
    ----------
    starts : (size + 1,) int32 array
        Their first words' places in the batch, and where the last ends.
    outputs : (m + k + 1, size) int32 array
        Targets, or what is no word where there are none; negatives; and the one that stands in
        for a target among these, in the blocks that have one.
    kinds : (size,) uint8 array
        What is to be minded.
    """

    starts: np.ndarray
    outputs: np.ndarray
    kinds: np.ndarray


@_part
def _stay(nothing, g, counts, old, labels, lanes, sums):
    """Hold on to arrays that are used by address, or Numba frees them after their last use."""


@_part
def _cut(n, m, batch, starts):
    """Cut a batch's sentences into blocks; return how many."""
    blocks = np.int64(0)
    for i in range(n):
        starts[blocks] = i
        blocks += np.int64((i - batch.low[i]) % m == 0)
    starts[blocks] = n
    return blocks


@_part
def _draw(count, batch, shared, blocks):
    """Draw the outputs of a batch's blocks."""
    m, k, _, table, _, key, exact = shared
    starts, outputs, kinds = blocks
    row_keys = np.empty(count, np.uint64)
    for b in range(count):
        place = batch.places[starts[b]]
        row_keys[b] = random_bits(key, place) if exact else key + place * np.uint64(k) * _WEYL
        kinds[b] = 0
    for j in range(m):
        for b in range(count):
            i = starts[b] + j
            outputs[j, b] = batch.words[i] if i < starts[b + 1] else -1 - j
    size = np.uint64(table.size)
    for j in range(k):
        words = outputs[m + j]
        for b in range(count):
            bits = random_bits(row_keys[b], np.uint64(j))
            column = ((bits >> _S32) * size) >> _S32
            entry = table[column]
            own = (bits & _LOW_32) < (entry & _LOW_32)
            words[b] = np.int32(column if own else entry >> _S32)
    for j in range(m + k):
        words = outputs[j]
        for earlier in range(j):
            other = outputs[earlier]
            for b in range(count):
                kinds[b] |= words[b] == other[b]
    if exact:
        for b in range(count):
            if kinds[b]:
                drawn = outputs[:, b]
                _draw_distinct(row_keys[b], shared, drawn[m:])
                for j in range(m, m + k):
                    for target in range(m):
                        if drawn[j] == drawn[target]:
                            kinds[b] = _OWN


@_part
def _draw_distinct(row_key, shared, out):
    """Draw as `sample_distinct` does, one word more than the windows share."""
    table, attempts = shared.table, rejection_attempts(out.size)
    found = np.int64(0)  # a literal would have what it is passed to compiled once more
    for attempt in range(attempts):
        bits = random_bits(row_key, np.uint64(attempt))
        column = ((bits >> _S32) * np.uint64(table.size)) >> _S32
        entry = table[column]
        word = np.int32(column if (bits & _LOW_32) < (entry & _LOW_32) else entry >> _S32)
        fresh = True
        for j in range(found):
            fresh &= word != out[j]
        if fresh:
            out[found] = word
            found += 1
            if found == out.size:
                return
    taken = np.empty(out.size + 1, np.int32)
    complete(shared.cumulative, np.int32(_NOBODY), row_key, attempts, found, taken, out)


@_part
def _replace_own(count, room, before, widths, shared, drawn, counts, span, tile):
    """Have windows whose target is among the negatives take the one that stands in for it.

    counts: (tiles, span) floats, a tile after the other; filled in are those of the tiles that
    have targets, and those of the next.
    room: contexts and those that fill the last tile.
    """
    m, k, share = shared.block, shared.negative, shared.share
    tiles = (m + k + tile) // tile
    alike = (m + tile - 1) // tile
    for t in range(alike + 1, tiles):
        for x in range(room * tile):
            counts[t * span + x] = counts[alike * span + x]
    last = (m + k) // tile * span + (m + k) % tile
    for c in range(room):
        counts[last + c * tile] = 0
    for target in range(m):
        for j in range(m, m + k):
            if drawn[j] == drawn[target]:
                at = j // tile * span + j % tile
                for c in range(count):
                    distance = abs(c - before - target)
                    if 0 < distance <= widths[target]:
                        counts[at + c * tile] -= share
                        counts[last + c * tile] += share


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
    counts = np.zeros(max(alike + 1, most_tiles) * span, np.float32)
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
        number = _cut(n, m, batch, blocks.starts)
        _draw(number, batch, source, blocks)
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
                length = m + k + np.int64(kinds[b + 1] == _OWN)
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
            own = np.int64(kinds[b] == _OWN)
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
                _replace_own(
                    count, filled, start - bottom, reaches, source, drawn, counts, span, len(tile)
                )
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

"""Numba kernels of the fused engine with hierarchical softmax.

As `fused_kernels.py`, but a window's outputs are the inner nodes on its target's
path: a few or many, each with a label of its own, and found by climbing the tree two
windows ahead of their use.  They are laid into slots that are taken in turn: for each,
the addresses of the rows, the labels in the lanes in which their logits will come, and
the copies that their uses may exchange.
"""

from __future__ import annotations

import numba
import numpy as np

from w2v.backend.cpu.fused_kernels import AHEAD, BATCH, _fetch, _stay, lay_windows, thin_out
from w2v.backend.cpu.hot_kernels import (
    announce,
    copy_rows,
    exchange_all,
    exchange_due,
    place_of,
    row_of,
)
from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.vector_kernels import (
    LANES,
    add_products,
    addresses,
    lane_sums,
    load_rows,
    store,
    zero_products,
)
from w2v.backend.cpu.window_kernels import (
    _score,
    cbow_rates,
    cbow_step,
    damping,
    loss_of,
    merge_contexts,
    new_sums,
    skip_gram_step,
    sum_contexts,
)
from w2v.backend.settings import PART

_kernel = kept_njit(nogil=True, error_model="numpy")
_part = numba.njit(nogil=True, error_model="numpy")
_inline = numba.njit(nogil=True, error_model="numpy", inline="always")

_VECTOR = LANES * 4  # bytes
SLOTS = AHEAD + 2


@_part
def lay_path(word, tree, at_out, stride, own, empty, rows, labels, used, group, tile):
    """Fill a slot with the path above a word, and fetch its rows; return its length.

    rows: (tiles * tile) int64 addresses, those beyond the path of an empty row.  labels:
    (tiles, LANES) float32.  used: (longest,) int32, the copies of the path's rows, or
    beyond the last one where there is none.
    """
    parents, answers, _ = tree
    hot, at_own, _ = own
    node = np.int64(word) + (parents.size >> 1)
    length = 0
    while node > 0:
        above = np.int64(parents[node])
        mine = above < hot
        rows[length] = at_own + (hot + above) * stride if mine else at_out + above * stride
        used[length] = hot + above if mine else 2 * hot
        _fetch(rows[length], (stride + 63) // 64)
        t, j = length // len(tile), length % len(tile)
        for c in range(len(group)):
            labels[t, c * len(tile) + j] = answers[node]
        node = above
        length += 1
    for j in range(length, (length + len(tile) - 1) // len(tile) * len(tile)):
        rows[j] = empty
    return length


@_inline
def path_weights(count, length, rows, shape, scratch, labels, rate, group, tile):
    """Fill in the weights of count contexts, as `skip_gram_weights` does."""
    (contexts, outputs), (column, tiles, stride, span) = rows, shape
    weights, _, patterns, sums = scratch
    for t in range(tiles):
        os = addresses(outputs + t * len(tile) * column, column, tile)
        real = min(length - t * len(tile), len(tile))
        pattern = patterns + (real - 1) * len(group) * _VECTOR
        for c in range(0, count, len(group)):
            xs = addresses(contexts + c * 8, 8, group)
            products = zero_products(xs, os)
            for d in range(0, stride, _VECTOR):
                products = add_products(load_rows(xs, d), load_rows(os, d), products)
            here = pattern + (min(count - c, len(group)) - 1) * _VECTOR
            change = _score(lane_sums(products), here, labels + t * _VECTOR, rate, sums)
            store(weights + (t * span + c * len(tile)) * 4, change)


@_kernel
def train(weights, corpus, position, keep, tree, key, windows, rates, cbow, tiling, copies, loss):
    """Train on whole sentences.

    weights: (V, D) float32 input vectors and (V - 1, D) inner nodes', D a multiple of LANES.
    tree: parents, labels and the longest path.  key: of the bits that thin words out.  The
    others are those of :func:`w2v.backend.cpu.fused_kernels.train`, but for tiling's
    patterns: (outputs, contexts, LANES) float32, 1 in the lanes that count where so many
    outputs, less one, and contexts, less one, are real.
    """
    (W_in, W_out), (tokens, offsets), longest = weights, corpus, tree[2]
    (window, _), (group, tile, patterns) = windows, tiling
    size = np.int64(0)
    for s in range(offsets.size - 1):
        size = max(size, offsets[s + 1] - offsets[s])
    size += BATCH
    words, widths = np.empty(size, np.int32), np.empty(size, np.int32)
    low, top = np.empty(size, np.int32), np.empty(size, np.int32)
    earlier, latest = np.empty(size, np.int32), np.empty(size, np.int32)
    places, rate = np.empty(size, np.uint64), np.empty(size, np.float32)

    stride, most = W_in.shape[1] * 4, (longest + len(tile) - 1) // len(tile)
    lines = (stride + 63) // 64
    nothing = np.zeros(W_in.shape[1], np.float32)
    empty = np.int64(nothing.ctypes.data)
    in_rows = np.empty(size + len(group), np.int64)
    for i in range(in_rows.size):  # compiled sooner than np.full is
        in_rows[i] = empty
    contexts = min(2 * window, PART) + len(group)
    span = contexts * len(tile) + LANES
    g = np.zeros(most * span, np.float32)
    spare = np.empty(max(W_in.shape[1], contexts * LANES), np.float32)
    sums = np.empty((3, LANES), np.float32)

    hot, patience, own_rows, due, state = copies
    at_own = (np.int64(own_rows.ctypes.data) + 63) // 64 * 64
    own = (hot, at_own, 2 * hot * stride)
    next_use = state[0]

    slot_rows = np.empty((SLOTS, most * len(tile)), np.int64)
    slot_labels = np.zeros((SLOTS, most, LANES), np.float32)
    slot_used = np.empty((SLOTS, longest), np.int32)
    slot_length = np.zeros(SLOTS, np.int64)

    at_in, at_out = np.int64(W_in.ctypes.data), np.int64(W_out.ctypes.data)
    at_contexts, at_sums = np.int64(in_rows.ctypes.data), np.int64(sums.ctypes.data)
    at_rows, at_labels = np.int64(slot_rows.ctypes.data), np.int64(slot_labels.ctypes.data)
    hidden = np.empty(1, np.int64)
    hidden[0] = spare.ctypes.data
    at_hidden = np.int64(hidden.ctypes.data)
    scratch = (
        np.int64(g.ctypes.data),
        np.int64(spare.ctypes.data),
        np.int64(patterns.ctypes.data),
        at_sums,
    )
    if state[1]:
        copy_rows(own, at_in, at_out, stride)
    origin = position - offsets[0]
    sentence = np.int64(0)
    while sentence < offsets.size - 1:
        n, sentence = thin_out(
            tokens,
            offsets,
            sentence,
            keep,
            key,
            windows,
            rates,
            origin,
            words,
            places,
            widths,
            low,
            top,
            rate,
        )
        lay_windows(n, words, widths, low, top, window, earlier, latest)
        for i in range(n):
            in_rows[i] = row_of(words[i], at_in, at_own, own, stride)
        for i in range(len(group)):
            in_rows[n + i] = empty
        new_sums(at_sums)
        predictions = 0
        for i in range(min(n, AHEAD + window)):
            _fetch(in_rows[i], lines)
        for i in range(-AHEAD, n):
            ahead = i + AHEAD
            if ahead < n:
                slot = ahead % SLOTS
                slot_length[slot] = lay_path(
                    words[ahead],
                    tree,
                    at_out,
                    stride,
                    own,
                    empty,
                    slot_rows[slot],
                    slot_labels[slot],
                    slot_used[slot],
                    group,
                    tile,
                )
            if i < 0:
                continue
            if ahead + window < n:
                _fetch(in_rows[ahead + window], lines)
            bottom, last = np.int64(low[i]), np.int64(top[i])
            count = last - bottom
            if count == 0:
                continue
            slot = i % SLOTS
            length = slot_length[slot]
            tiles = (length + len(tile) - 1) // len(tile)
            shape = (np.int64(8), tiles, stride, span)
            outputs = at_rows + slot * most * len(tile) * 8
            labels = at_labels + slot * most * _VECTOR
            target = in_rows[i]
            if cbow is None:
                step = rate[i] * damping(count) * damping(count)
                done, start = np.int64(0), bottom
                while done < count:
                    part = min(count - done, PART)
                    holds = start <= i <= start + part
                    end = start + part - np.int64(not holds)
                    # The last context takes the target's place, so that they stand side by side.
                    if holds:
                        in_rows[i] = in_rows[end]
                    rows = (at_contexts + start * 8, outputs)
                    path_weights(part, length, rows, shape, scratch, labels, step, group, tile)
                    repeats = latest[end] >= start
                    if repeats:
                        merge_contexts(
                            i, start, end, holds, in_rows, earlier, empty, g, span, tiles, len(tile)
                        )
                    skip_gram_step(part, rows, shape, scratch, tile)
                    if repeats:
                        for c in range(start, end + 1):
                            in_rows[c] = row_of(words[c], at_in, at_own, own, stride)
                    in_rows[i] = target
                    done, start = done + part, end + 1
                predictions += count
            else:
                in_rows[i] = in_rows[last]
                rows = (at_contexts + bottom * 8, outputs)
                sum_contexts(count, rows[0], stride, scratch[1], cbow[0])
                one = (at_hidden, outputs)
                step, share = cbow_rates(count, rate[i], cbow)
                path_weights(np.int64(1), length, one, shape, scratch, labels, step, group, tile)
                cbow_step(count, rows, shape, scratch, share, tile)
                predictions += 1
                in_rows[i] = target
            if hot:
                exchange_due(i, own, due, at_in, at_out, stride)
                uses = length + count
                while next_use < uses:
                    use = np.int64(next_use)
                    if use < length:
                        row = np.int64(slot_used[slot, use])
                    else:
                        row = np.int64(words[place_of(use - length, bottom, i)])
                        row = row if row < hot else 2 * hot
                    if row < 2 * hot:
                        announce(i, row, own, due, at_in, at_out, stride)
                    next_use += patience
                next_use -= uses
        loss[0] += loss_of(sums)
        loss[1] += predictions
        loss[2] += n
    state[0] = next_use
    if state[2]:
        exchange_all(own, at_in, at_out, stride)
    _stay(nothing, patterns, spare, own_rows)
    _stay(hidden, slot_rows, slot_labels, g)

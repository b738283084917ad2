"""Numba kernels of the fused engine: what `stream.py` says, one pass over a stream.

Words are thinned out and negatives drawn for some hundred windows at a time, so
that rows can be fetched into the cache before their window comes and the draws
become vector code.  Within, rows are known by their addresses: weights' rows are
whole vectors long.
"""

from __future__ import annotations

import numba
import numpy as np

from w2v.backend.cpu_kernels import _complete, _random_bits, _rejection_attempts
from w2v.backend.cpu_vector_kernels import LANES, prefetch
from w2v.backend.cpu_window_kernels import (
    cbow_step,
    cbow_weights,
    lane_patterns,
    loss_of,
    merge_contexts,
    merge_outputs,
    new_sums,
    skip_gram_step,
    skip_gram_weights,
)

_kernel = numba.njit(nogil=True, cache=True, error_model="numpy")

_LOW_32, _S32, _ONE = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(1)
_WEYL = np.uint64(0x9E3779B97F4A7C15)

BATCH = 512  # windows prepared at a time
AHEAD = 2  # windows from fetching a row to its use


@_kernel
def thin_out(
    tokens,
    offsets,
    sentence,
    keep,
    key,
    window,
    shrink,
    rates,
    origin,
    words,
    places,
    widths,
    first,
    last,
    rate,
):
    """Fill a batch with whole sentences; return its size and the next sentence."""
    alpha, slope, min_alpha = rates
    n = 0
    while sentence < offsets.size - 1 and n < BATCH:
        begin = n
        low = origin + offsets[sentence]
        lr = np.float32(max(min_alpha, alpha - slope * low))
        for t in range(offsets[sentence], offsets[sentence + 1]):
            place = np.uint64(origin + t)
            bits = _random_bits(key, place)
            words[n] = tokens[t]
            places[n] = place
            widths[n] = window
            if shrink:
                widths[n] = np.int32(_ONE + (((bits & _LOW_32) * np.uint64(window)) >> _S32))
            first[n] = begin
            rate[n] = lr
            n += np.int64(bits >> _S32) <= np.int64(keep[tokens[t]])
        last[begin:n] = n
        sentence += 1
    return n, sentence


@_kernel
def draw_outputs(n, words, places, k, exact, key, table, cumulative, row_keys, outputs, again):
    """Draw the outputs of n windows: row 0 the targets, rows 1 to k the negatives.

    ``again`` says which windows drew a word twice; exact sampling has mended those.
    """
    for i in range(n):
        if exact:
            row_keys[i] = _random_bits(key, places[i])
        else:
            row_keys[i] = key + places[i] * np.uint64(k) * _WEYL
        outputs[0, i] = words[i]
        again[i] = False
    size = np.uint64(table.size)
    for j in range(k):
        drawn = outputs[1 + j]
        for i in range(n):
            bits = _random_bits(row_keys[i], np.uint64(j))
            column = ((bits >> _S32) * size) >> _S32
            entry = table[column]
            own = (bits & _LOW_32) < (entry & _LOW_32)
            drawn[i] = np.int32(column if own else entry >> _S32)
        for earlier in range(1 + j):
            other = outputs[earlier]
            for i in range(n):
                again[i] |= drawn[i] == other[i]
    if exact:
        for i in range(n):
            if again[i]:
                _draw_distinct(row_keys[i], k, table, cumulative, outputs[:, i])
                again[i] = False


@_kernel
def _draw_distinct(row_key, k, table, cumulative, outputs):
    """Draw as `sample_exact` does for one target, outputs[0]."""
    attempts = _rejection_attempts(k)
    found = 0
    for attempt in range(attempts):
        bits = _random_bits(row_key, np.uint64(attempt))
        column = ((bits >> _S32) * np.uint64(table.size)) >> _S32
        entry = table[column]
        word = np.int32(column if (bits & _LOW_32) < (entry & _LOW_32) else entry >> _S32)
        fresh = True
        for j in range(found + 1):
            fresh &= word != outputs[j]
        if fresh:
            found += 1
            outputs[found] = word
            if found == k:
                return
    row = outputs[1 : k + 1].copy()
    taken = np.empty(k + 1, np.int32)
    _complete(cumulative, outputs[0], row_key, attempts, found, taken, row)
    outputs[1 : k + 1] = row


@_kernel
def link_repeats(n, words, first, window, earlier):
    """Find every place's last one before with the same word, if a window could span both."""
    for i in range(n):
        found = np.int32(-1)
        for j in range(max(np.int64(first[i]), i - 2 * window), i):
            if words[j] == words[i]:
                found = max(found, np.int32(j))
        earlier[i] = found


@_kernel
def _stay(nothing, patterns, spare):
    """Hold on to arrays that are used by address, or Numba frees them after their last use."""


@_kernel
def train(
    W_in,
    W_out,
    tokens,
    offsets,
    position,
    keep,
    table,
    cumulative,
    keys,
    k,
    exact,
    window,
    shrink,
    rates,
    cbow,
    group,
    tile,
    loss,
):
    """Train on whole sentences.

    W_in, W_out: (V, D) float32, D a multiple of LANES.  table: (V,) uint64, alias and
    threshold of a column.  rates: alpha, its slope a word, min_alpha.  cbow: None for
    skip-gram, or whether to average and whether to share the gradient.  group, tile:
    tuples as long as the contexts and outputs that are multiplied at once.  loss: (3,)
    float64, added to: loss, predictions, kept words.
    """
    longest = np.int64(0)
    for s in range(offsets.size - 1):
        longest = max(longest, offsets[s + 1] - offsets[s])
    size = BATCH + longest
    words, widths = np.empty(size, np.int32), np.empty(size, np.int32)
    first, last = np.empty(size, np.int32), np.empty(size, np.int32)
    earlier, rate = np.empty(size, np.int32), np.empty(size, np.float32)
    places, row_keys = np.empty(size, np.uint64), np.empty(size, np.uint64)
    again = np.empty(size, np.bool_)
    tiles = (k + len(tile)) // len(tile)
    outputs = np.empty((k + 1, size), np.int32)
    dim = W_in.shape[1]
    stride = dim * 4
    lines = (stride + 63) // 64
    nothing = np.zeros(dim, np.float32)
    out_rows = np.full((tiles * len(tile), size), nothing.ctypes.data, np.int64)
    in_rows = np.empty(size, np.int64)
    contexts = np.empty(2 * window + len(group), np.int64)
    span = contexts.size * len(tile) + LANES
    weights = np.zeros(tiles * span, np.float32)
    spare = np.empty(max(dim, contexts.size * LANES), np.float32)
    patterns = lane_patterns(len(group), len(tile), k)
    sums = np.empty((3, LANES), np.float32)
    at_in, at_out = np.int64(W_in.ctypes.data), np.int64(W_out.ctypes.data)
    at_outputs, at_contexts = np.int64(out_rows.ctypes.data), np.int64(contexts.ctypes.data)
    at_weights, at_spare = np.int64(weights.ctypes.data), np.int64(spare.ctypes.data)
    at_patterns, at_sums = np.int64(patterns.ctypes.data), np.int64(sums.ctypes.data)
    empty = np.int64(nothing.ctypes.data)
    column = size * 8
    origin = position - offsets[0]
    sentence = 0
    while sentence < offsets.size - 1:
        n, sentence = thin_out(
            tokens,
            offsets,
            sentence,
            keep,
            keys[0],
            window,
            shrink,
            rates,
            origin,
            words,
            places,
            widths,
            first,
            last,
            rate,
        )
        draw_outputs(
            n, words, places, k, exact, keys[1], table, cumulative, row_keys, outputs, again
        )
        link_repeats(n, words, first, window, earlier)
        for j in range(k + 1):
            for i in range(n):
                out_rows[j, i] = at_out + np.int64(outputs[j, i]) * stride
        for i in range(n):
            in_rows[i] = at_in + np.int64(words[i]) * stride
        new_sums(at_sums)
        predictions = 0
        for i in range(min(n, AHEAD + window)):
            for line in range(lines):
                prefetch(in_rows[i] + 64 * line)
        for i in range(n):
            if i + AHEAD < n:
                for j in range(k + 1):
                    for line in range(lines):
                        prefetch(out_rows[j, i + AHEAD] + 64 * line)
            if i + AHEAD + window < n:
                for line in range(lines):
                    prefetch(in_rows[i + AHEAD + window] + 64 * line)
            low = max(np.int64(first[i]), i - widths[i])
            high = min(np.int64(last[i]), i + 1 + widths[i])
            count = 0
            repeats = False
            for c in range(low, high):
                contexts[count] = in_rows[c]
                count += c != i
                repeats |= earlier[c] >= low
            if count == 0:
                continue
            at = at_outputs + i * 8
            if cbow is None:
                for c in range(count, count + len(group) - 1):
                    contexts[c] = empty
                skip_gram_weights(
                    count,
                    at_contexts,
                    at,
                    column,
                    tiles,
                    stride,
                    at_weights,
                    span,
                    at_patterns,
                    rate[i],
                    at_sums,
                    group,
                    tile,
                )
                if again[i]:
                    merge_outputs(i, count, out_rows, empty, weights, span, k, len(tile))
                if repeats:
                    merge_contexts(
                        i, low, count, contexts, earlier, empty, weights, span, tiles, len(tile)
                    )
                skip_gram_step(
                    count, at_contexts, at, column, tiles, stride, at_weights, span, at_spare, tile
                )
                predictions += count
            else:
                cbow_weights(
                    count,
                    at_contexts,
                    at,
                    column,
                    tiles,
                    stride,
                    at_weights,
                    span,
                    at_patterns,
                    rate[i],
                    at_sums,
                    at_spare,
                    cbow[0],
                    group,
                    tile,
                )
                if again[i]:
                    merge_outputs(i, 1, out_rows, empty, weights, span, k, len(tile))
                cbow_step(
                    count,
                    at_contexts,
                    at,
                    column,
                    tiles,
                    stride,
                    at_weights,
                    span,
                    at_spare,
                    cbow[1],
                    tile,
                )
                predictions += 1
        loss[0] += loss_of(sums)
        loss[1] += predictions
        loss[2] += n
    _stay(nothing, patterns, spare)

"""Numba kernels of the fused engine: what `reference/fused.py` says, one pass over a stream.

Words are thinned out and negatives drawn for some hundred windows at a time, so
that rows can be fetched into the cache before their window comes and the draws
become vector code.  Within, rows are known by their addresses: weights' rows are
whole vectors long.
"""

from __future__ import annotations

import numba
import numpy as np

from w2v.backend.cpu.hot_kernels import (
    announce,
    copy_rows,
    exchange_all,
    exchange_due,
    place_of,
    row_of,
)
from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.sampling_kernels import _complete, _random_bits, _rejection_attempts
from w2v.backend.cpu.vector_kernels import LANES, prefetch
from w2v.backend.cpu.window_kernels import (
    cbow_rates,
    cbow_step,
    cbow_weights,
    damping,
    loss_of,
    merge_contexts,
    merge_outputs,
    new_sums,
    skip_gram_step,
    skip_gram_weights,
)
from w2v.backend.settings import PART

_kernel = kept_njit(nogil=True, error_model="numpy")
# Parts of the one kernel that is called from Python: compiled into it, nothing beside.
_part = numba.njit(nogil=True, error_model="numpy")

_LOW_32, _S32, _ONE = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(1)
_WEYL = np.uint64(0x9E3779B97F4A7C15)

BATCH = 512  # windows prepared at a time
AHEAD = 2  # windows from fetching a row to its use


@_part
def thin_out(
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
    first,
    last,
    rate,
):
    """Fill a batch with whole sentences; return its size and the next sentence."""
    window, shrink = windows
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
        for i in range(begin, n):
            last[i] = n - 1
        sentence += 1
    return n, sentence


@_part
def draw_outputs(n, words, places, negatives, key, noise, row_keys, outputs, again):
    """Draw the outputs of n windows: row 0 the targets, rows 1 to k the negatives.

    ``again`` says which windows drew a word twice; exact sampling has mended those.
    """
    (k, exact), (table, cumulative) = negatives, noise
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


@_part
def _draw_distinct(row_key, k, table, cumulative, outputs):
    """Draw as `sample_exact` does for one target, outputs[0]."""
    attempts = _rejection_attempts(k)
    found = np.int64(0)  # a literal would have what it is passed to compiled once more
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
    taken = np.empty(k + 1, np.int32)
    _complete(cumulative, outputs[0], row_key, attempts, found, taken, outputs[1 : k + 1])


@_part
def lay_windows(n, words, widths, low, top, window, earlier, latest):
    """Narrow sentences' bounds low and top to windows', and find words that repeat.

    earlier: the last place before with the same word, if a window could span both.
    latest: the largest of these so far; a window has repeats if its last one's is within.
    """
    newest = np.int32(-1)
    for i in range(n):
        found = np.int32(-1)
        for j in range(max(np.int64(low[i]), i - 2 * window), i):
            if words[j] == words[i]:
                found = max(found, np.int32(j))
        earlier[i] = found
        newest = max(newest, found)
        latest[i] = newest
    for i in range(n):
        low[i] = max(low[i], np.int32(i) - widths[i])
        top[i] = min(top[i], np.int32(i) + widths[i])


@_part
def _fetch(row, lines):
    for line in range(lines):
        prefetch(row + 64 * line)


@_part
def _stay(nothing, patterns, spare, own_rows):
    """Hold on to arrays that are used by address, or Numba frees them after their last use."""


@_kernel
def train(
    weights,
    corpus,
    position,
    keep,
    noise,
    keys,
    negatives,
    windows,
    rates,
    cbow,
    tiling,
    copies,
    loss,
):
    """Train on whole sentences.

    weights: (V, D) float32 input and output vectors, D a multiple of LANES.  corpus: tokens
    and offsets.  noise: (V,) uint64, alias and threshold of a column, and the cumulative
    weights.  negatives: k, exact.  windows: their width, whether to shrink.  rates: alpha,
    its slope a word, min_alpha.  cbow: None for skip-gram, or whether to average and
    whether to share the gradient.  tiling: tuples as long as the contexts and outputs that
    are multiplied at once, and the lanes' patterns.  copies: the thread's own, see
    :class:`w2v.backend.cpu.copies.OwnCopies`.
    loss: (3,) float64, added to: loss, predictions, kept words.
    """
    (W_in, W_out), (tokens, offsets) = weights, corpus
    (k, _), (window, _), (group, tile, patterns) = negatives, windows, tiling
    longest = np.int64(0)
    for s in range(offsets.size - 1):
        longest = max(longest, offsets[s + 1] - offsets[s])
    size = BATCH + longest
    words, widths = np.empty(size, np.int32), np.empty(size, np.int32)
    low, top = np.empty(size, np.int32), np.empty(size, np.int32)
    earlier, latest = np.empty(size, np.int32), np.empty(size, np.int32)
    places, row_keys = np.empty(size, np.uint64), np.empty(size, np.uint64)
    rate, again = np.empty(size, np.float32), np.empty(size, np.bool_)
    outputs = np.empty((k + 1, size), np.int32)

    stride, tiles = W_in.shape[1] * 4, (k + len(tile)) // len(tile)
    lines = (stride + 63) // 64
    nothing = np.zeros(W_in.shape[1], np.float32)
    empty = np.int64(nothing.ctypes.data)
    in_rows = np.empty(size + len(group), np.int64)
    out_rows = np.empty((tiles * len(tile), size), np.int64)
    for i in range(in_rows.size):  # compiled sooner than np.full is
        in_rows[i] = empty
    for i in range(out_rows.shape[0]):
        for j in range(size):
            out_rows[i, j] = empty
    contexts = min(2 * window, PART) + len(group)
    span = contexts * len(tile) + LANES
    g = np.zeros(tiles * span, np.float32)
    spare = np.empty(max(W_in.shape[1], contexts * LANES), np.float32)
    sums = np.empty((3, LANES), np.float32)

    hot, patience, own_rows, due, state = copies
    at_own = (np.int64(own_rows.ctypes.data) + 63) // 64 * 64
    own = (hot, at_own, 2 * hot * stride)
    next_use = state[0]

    at_in, at_out = np.int64(W_in.ctypes.data), np.int64(W_out.ctypes.data)
    at_contexts, at_outputs = np.int64(in_rows.ctypes.data), np.int64(out_rows.ctypes.data)
    at_sums = np.int64(sums.ctypes.data)
    shape = (size * 8, tiles, stride, span)
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
            keys[0],
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
        draw_outputs(n, words, places, negatives, keys[1], noise, row_keys, outputs, again)
        lay_windows(n, words, widths, low, top, window, earlier, latest)
        for j in range(k + 1):
            for i in range(n):
                out_rows[j, i] = row_of(outputs[j, i], at_out, at_own + hot * stride, own, stride)
        for i in range(n):
            in_rows[i] = row_of(words[i], at_in, at_own, own, stride)
        for i in range(len(group)):
            in_rows[n + i] = empty
        new_sums(at_sums)
        predictions = 0
        for i in range(min(n, AHEAD + window)):
            _fetch(in_rows[i], lines)
        for i in range(n):
            if i + AHEAD < n:
                for j in range(k + 1):
                    _fetch(out_rows[j, i + AHEAD], lines)
            if i + AHEAD + window < n:
                _fetch(in_rows[i + AHEAD + window], lines)
            bottom, last = np.int64(low[i]), np.int64(top[i])
            count = last - bottom
            if count == 0:
                continue
            target = in_rows[i]
            if cbow is None:
                step = rate[i] * damping(count)
                done, start = np.int64(0), bottom
                while done < count:
                    part = min(count - done, PART)
                    holds = start <= i <= start + part
                    end = start + part - np.int64(not holds)
                    # The last context takes the target's place, so that they stand side by side.
                    if holds:
                        in_rows[i] = in_rows[end]
                    rows = (at_contexts + start * 8, at_outputs + i * 8)
                    skip_gram_weights(part, rows, shape, scratch, step, group, tile)
                    if again[i]:
                        merge_outputs(i, part, out_rows, empty, g, span, k, len(tile))
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
                    if again[i] and done < count:
                        for j in range(k + 1):
                            row = outputs[j, i]
                            out_rows[j, i] = row_of(row, at_out, at_own + hot * stride, own, stride)
                predictions += count
            else:
                in_rows[i] = in_rows[last]
                rows = (at_contexts + bottom * 8, at_outputs + i * 8)
                step, share = cbow_rates(count, rate[i], cbow)
                cbow_weights(count, rows, shape, scratch, step, cbow[0], group, tile)
                if again[i]:
                    merge_outputs(i, np.int64(1), out_rows, empty, g, span, k, len(tile))
                cbow_step(count, rows, shape, scratch, share, tile)
                predictions += 1
                in_rows[i] = target
            if hot:
                exchange_due(i, own, due, at_in, at_out, stride)
                uses = k + 1 + count  # of rows by this window, outputs first
                while next_use < uses:
                    use = np.int64(next_use)
                    if use <= k:
                        word, first = np.int64(outputs[use, i]), hot
                    else:
                        word, first = np.int64(words[place_of(use - k - 1, bottom, i)]), 0
                    if word < hot:
                        announce(i, first + word, own, due, at_in, at_out, stride)
                    next_use += patience
                next_use -= uses
        loss[0] += loss_of(sums)
        loss[1] += predictions
        loss[2] += n
    state[0] = next_use
    if state[2]:
        exchange_all(own, at_in, at_out, stride)
    _stay(nothing, patterns, spare, own_rows)

"""The Numba kernel of the fused engine: what `reference/fused.py` says, one pass over a stream.

The frame is one, and :func:`make_train` compiles what a loss says of a window's outputs into
it.  Within, rows are known by their addresses: weights' rows are whole vectors long.  Outputs
are laid into slots that are taken in turn, some windows ahead of their use, so that rows are
in the cache when their window comes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from w2v.backend.cpu.batch_kernels import find_repeats, lay_windows, thin_out
from w2v.backend.cpu.copies_kernels import (
    Copies,
    announce,
    copy_at,
    copy_rows,
    exchange_all,
    exchange_due,
    fetch_row,
    input_row,
    place_of,
)
from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.kernel_parts import lesser
from w2v.backend.cpu.repeats_kernels import Part, merge_contexts
from w2v.backend.cpu.vector_kernels import load_address, offset
from w2v.backend.cpu.window_kernels import (
    Rows,
    cbow_rates,
    cbow_step,
    loss_of,
    new_sums,
    skip_gram_step,
    sum_contexts,
    weigh,
)
from w2v.backend.settings import PART

_kernel = kept_njit(nogil=True, error_model="numpy")

AHEAD = 2  # windows from fetching a row to its use
SLOTS = AHEAD + 2


class Outputs(NamedTuple):
    """What a loss says of windows' outputs: functions that are compiled into the kernel.

    ``source`` is what the kernel is given to find them by, a named tuple whose ``most`` is how
    many a window can have.

    Parameters
    ----------
    draw : (n, batch, source, found, again) -> None
        Fill ``found``, an array of the loss's own kind, for a batch of n windows, and say which
        have an output twice.
    lay : (i, source, found, rows, labels, copies, tiling) -> length
        Put the addresses of window i's outputs into ``rows``, (most,) int64 or longer, and
        their labels into ``labels``, (tiles * LANES,) float32, where they do not stand yet.
    merge : (count, length, rows, weights) -> None
        Merge the weights of outputs that stand there twice, for count contexts.
    restore : (i, found, rows, copies) -> None
        Put the rows there again that were merged.
    lower : (rate, count) -> rate
        Lower the rate of a skip-gram window of count contexts.
    """

    draw: Callable[..., None]
    lay: Callable[..., int]
    merge: Callable[..., None]
    restore: Callable[..., None]
    lower: Callable[..., float]


def make_train(name: str, outputs: Outputs, skip_gram: bool) -> Any:
    """Return the kernel that trains with a loss, under a name of its own in the cache.

    Which of the two models is known before Numba looks for types, so that the other's parts are
    not compiled.
    """
    draw, lay, merge, restore, lower = outputs

    def train(trained, corpus, windows, source, cbow, tiling, own, lockf):
        """Train on whole sentences.

        trained: (V, D) float32 input and (outputs, D) output vectors, D a multiple of LANES,
        and (3,) float64, added to: loss in nats, predictions, kept words.
        corpus: :class:`w2v.backend.cpu.batch_kernels.Corpus`, and windows: the ``Windows``
        there.  source: what outputs are found by.  cbow: None for skip-gram, or whether to
        average and whether to share the gradient.  tiling: tuples as long as the contexts and
        outputs that are multiplied at once.  own: the thread's,
        :class:`w2v.backend.cpu.copies.OwnCopies` and :class:`w2v.backend.cpu.room.WindowRoom`.
        lockf: (V,) float32, what changes of input vectors are multiplied by, or None.
        """
        W_in, W_out, loss = trained
        (group, tile), window = tiling, windows.reach
        (hot, patience, own_rows, due, state), room = own
        batch, again, in_rows, factors, slots, found, sums, merged, scratch, at_hidden = room
        words, _, _, _, low, top, earlier, latest, rates = batch
        slot_rows, slot_labels, slot_length = slots
        stride, empty = scratch.stride, merged.empty
        at_contexts = np.int64(in_rows.ctypes.data)
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
            if skip_gram:
                find_repeats(n, window, batch)
            lay_windows(n, batch)
            for i in range(n):
                in_rows[i] = input_row(words[i], copies)
                if lockf is not None:
                    factors[i] = lockf[words[i]]
            for i in range(len(group)):
                in_rows[n + i] = empty
            new_sums(scratch.sums)
            predictions = 0
            for i in range(lesser(n, AHEAD + window)):
                fetch_row(in_rows[i], stride)
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
                if ahead + window < n and i >= 0:
                    fetch_row(in_rows[ahead + window], stride)
                bottom, last = np.int64(low[i]), np.int64(top[i])
                count = last - bottom
                if i < 0 or count == 0:
                    for j in range(coming[1]):
                        fetch_row(load_address(coming[0] + j * 8), stride)
                    continue
                slot = i % SLOTS
                rows, length = slot_rows[slot], slot_length[slot]
                outs = (
                    at_rows + slot * across,
                    at_labels + slot * vectors,
                    length,
                    (length + len(tile) - 1) // len(tile),
                )
                target = in_rows[i]
                if skip_gram:
                    rate = lower(rates[i], count)
                    done, start = np.int64(0), bottom
                    while done < count:
                        part = lesser(count - done, PART)
                        holds = start <= i <= start + part
                        end = start + part - np.int64(not holds)
                        # The last context takes the target's place: they stand side by side.
                        if holds:
                            in_rows[i] = in_rows[end]
                            if lockf is not None:
                                factors[i] = factors[end]
                        here = Rows(at_contexts + start * 8, *outs, offset(at_factors, start * 4))
                        weigh(part, here, scratch, rate, group, tile, coming)
                        coming = at_rows, np.int64(0)
                        if again[i]:
                            merge(part, length, rows, merged)
                        repeats = latest[end] >= start
                        if repeats:
                            where = Part(i, start, end, holds)
                            merge_contexts(where, here.tiles, in_rows, earlier, merged)
                        skip_gram_step(part, here, scratch, tile)
                        if repeats:
                            for c in range(start, end + 1):
                                in_rows[c] = input_row(words[c], copies)
                        if again[i]:
                            restore(i, found, rows, copies)
                        in_rows[i] = target
                        if lockf is not None:
                            factors[i] = lockf[words[i]]
                        done, start = done + part, end + 1
                    predictions += count
                else:
                    in_rows[i] = in_rows[last]
                    if lockf is not None:
                        factors[i] = factors[last]
                    here = Rows(at_contexts + bottom * 8, *outs, offset(at_factors, bottom * 4))
                    sum_contexts(count, here.contexts, stride, scratch.spare, cbow[0])
                    rate, share = cbow_rates(count, rates[i], cbow)
                    mean = Rows(at_hidden, *outs, None)
                    weigh(np.int64(1), mean, scratch, rate, group, tile, coming)
                    if again[i]:
                        merge(np.int64(1), length, rows, merged)
                    cbow_step(count, here, scratch, share, tile)
                    if again[i]:
                        restore(i, found, rows, copies)
                    predictions += 1
                    in_rows[i] = target
                    if lockf is not None:
                        factors[i] = lockf[words[i]]
                if hot:
                    exchange_due(i, copies, due)
                    uses = length + count  # of rows by this window, outputs first
                    while next_use < uses:
                        use = np.int64(next_use)
                        if use < length:
                            row = rows[use]
                        else:
                            row = in_rows[place_of(use - length, bottom, i)]
                        copy = copy_at(row, copies)
                        if copy >= 0:
                            announce(i, copy, copies, due)
                        next_use += patience
                    next_use -= uses
            loss[0] += loss_of(sums)
            loss[1] += predictions
            loss[2] += n
        state[0] = next_use
        if state[2]:
            exchange_all(copies)

    train.__qualname__ = name
    return _kernel(train)

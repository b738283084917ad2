"""How windows that share negatives are cut into blocks, and what blocks draw, for Numba kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.kernel_parts import part
from w2v.backend.cpu.sampling_kernels import draw_distinct, draw_packed, random_bits

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_NOBODY = np.int32(-1)
OWN = 2  # the kind of a block in which a negative is one of the targets; 1 if a row is there twice


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


@part
def cut(n, m, batch, starts):
    """Cut a batch's sentences into blocks; return how many."""
    blocks = np.int64(0)
    for i in range(n):
        starts[blocks] = i
        blocks += np.int64((i - batch.low[i]) % m == 0)
    starts[blocks] = n
    return blocks


@part
def draw(count, batch, shared, blocks):
    """Draw the outputs of a batch's blocks."""
    m, k, _, table, cumulative, key, exact = shared
    starts, outputs, kinds = blocks
    row_keys = batch.keys
    for b in range(count):
        place = batch.places[starts[b]]
        row_keys[b] = random_bits(key, place) if exact else key + place * np.uint64(k) * _WEYL
        kinds[b] = 0
    for j in range(m):
        for b in range(count):
            i = starts[b] + j
            outputs[j, b] = batch.words[i] if i < starts[b + 1] else -1 - j
    for j in range(k):
        words = outputs[m + j]
        for b in range(count):
            bits = random_bits(row_keys[b], np.uint64(j))
            words[b] = draw_packed(table, bits)
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
                # One word more than the windows share.
                draw_distinct(row_keys[b], _NOBODY, table, cumulative, drawn[m:])
                for j in range(m, m + k):
                    for target in range(m):
                        if drawn[j] == drawn[target]:
                            kinds[b] = OWN


@part
def replace_own(count, room, before, widths, shared, drawn, counts, tile):
    """Have windows whose target is among the negatives take the one that stands in for it.

    count: contexts; room: those that fill the last tile.  before: how many of them stand before
    the first target.  widths: (m,) float32, of windows.  drawn: (m + k + 1,) int32, the block's
    outputs.  counts: (tiles, n) float32, those of context c from c * tile on; filled in are the
    tiles that have targets, and the next.
    """
    m, k, share = shared.block, shared.negative, shared.share
    alike, last = (m + tile - 1) // tile, m + k
    for t in range(alike + 1, last // tile + 1):
        for x in range(room * tile):
            counts[t, x] = counts[alike, x]
    for c in range(room):
        counts[last // tile, c * tile + last % tile] = 0
    for target in range(m):
        for j in range(m, last):
            if drawn[j] == drawn[target]:
                for c in range(count):
                    if 0 < abs(c - before - target) <= widths[target]:
                        counts[j // tile, c * tile + j % tile] -= share
                        counts[last // tile, c * tile + last % tile] += share

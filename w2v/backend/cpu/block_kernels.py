"""Windows that share their negatives, stepped at once on rows known by their addresses.

A block is a small matrix product of its contexts by its outputs, the targets first, in which each
pair has a weight: how often it counts.  Logits come first, in tiles of contexts and outputs that
fill a vector; then, a vector's width of the columns at a time, the outputs' old and new values
stay in registers while the contexts pass by.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.copies_kernels import fetch_row
from w2v.backend.cpu.kernel_parts import inlined, lesser, part
from w2v.backend.cpu.tile_kernels import (
    add_products,
    apart,
    below,
    lane_sums,
    splats,
    step_rows,
    zero_products,
)
from w2v.backend.cpu.vector_kernels import (
    LANES,
    add,
    addresses,
    load,
    load_address,
    load_factor,
    load_rows,
    log_of_one_and,
    multiply,
    multiply_add,
    offset,
    positive_part,
    sigmoid,
    splat,
    store,
    store_rows,
    subtract,
)

_VECTOR = LANES * 4  # bytes


class Block(NamedTuple):
    """A block's rows.

    Parameters
    ----------
    contexts, outputs : int
        Where their int64 addresses stand, side by side.
    size : int
        How many contexts.
    tiles : int
        How many tiles the outputs fill.
    factors : int or None
        Where the contexts' float32 factors stand, by which their changes are multiplied; None
        for ones.
    alike : int
        The tile from which on all have the same counts.
    labels : int
        Address of two vectors a tile: the outputs' labels, and 1 in the lanes that have one.
    """

    contexts: int
    outputs: int
    size: int
    tiles: int
    factors: int | None
    alike: int
    labels: int


class Room(NamedTuple):
    """What blocks are stepped with.

    Parameters
    ----------
    stride : int
        Bytes of a row.
    span : int
        Floats of a tile's weights, of which those of context c stand from c * len(tile) on.
    weights, counts : int
        Addresses of the weights, and of how often each pair counts, a tile after the other.
    old : int
        Address of room for a vector a context.
    loss : int
        Address of a vector that the loss is added to, in nats.
    """

    stride: int
    span: int
    weights: int
    counts: int
    old: int
    loss: int


@part
def count_pairs(block, before, widths, lanes, room, share, group, tile):
    """Say how often each pair counts, where no negative is a target.

    block: :class:`Block`.  before: how many contexts stand before the first target.  widths: (m,)
    float32 array, of windows; 0 of those that are not there.  lanes: address of
    :func:`lane_places`.  room: :class:`Room`.  share: float32, of a negative.  group, tile: tuples
    as long as the contexts and outputs that are multiplied at once.
    """
    place, negative, share = load(lanes), load(lanes + _VECTOR), splat(share)
    tiles = (widths.size + len(tile) - 1) // len(tile)  # that have targets
    for c in range(0, block.size, len(group)):
        here = add(place, splat(np.float32(c - before)))
        real = below(place, splat(np.float32(block.size - c)))
        windows = splat(np.float32(0))
        at = room.counts + c * len(tile) * 4
        for t in range(tiles):
            targets = splat(np.float32(0))
            for j in range(t * len(tile), lesser(widths.size, (t + 1) * len(tile))):
                within = multiply(apart(here, splat(np.float32(j)), splat(widths[j])), real)
                windows = add(windows, within)
                targets = multiply_add(within, load(lanes + (2 + j) * _VECTOR), targets)
            if t + 1 == tiles:
                windows = multiply(windows, share)
                targets = multiply_add(windows, negative, targets)
            store(at + t * room.span * 4, targets)
        store(at + tiles * room.span * 4, windows)


def lane_places(m, lanes, tile):
    """Fill in where lanes stand in a tile.

    lanes: (2 + m, LANES) float32 array: each lane's context; whether its output is a negative in
    the last tile that has targets; and whether it is target j in the tile that has it.
    """
    for lane in range(LANES):
        output = lane % tile
        lanes[0, lane] = lane // tile
        lanes[1, lane] = (m - 1) // tile * tile + output >= m
        for j in range(m):
            lanes[2 + j, lane] = output == j % tile


@inlined
def _score(logits, counts, label, rate, loss):
    """Return (label − σ) · rate · count, and add to the loss."""
    value, tail = sigmoid(logits)
    side = subtract(splat(np.float32(1)), add(label, label))
    # log(1 + exp(x)) = max(0, x) + log(1 + exp(−|x|))
    wrong = add(positive_part(multiply(logits, side)), log_of_one_and(tail))
    store(loss, multiply_add(wrong, counts, load(loss)))
    return multiply(subtract(label, value), multiply(counts, rate))


@part
def weigh_block(block, room, rate, group, tile, coming):
    """Fill in the weights that a block is stepped with.

    coming: address and number of the addresses of rows that are needed next, which are fetched by
    the way: all at once they would have to wait for each other.
    """
    contexts, outputs, count, tiles, _, alike, labels = block
    stride, span, weights, counts, _, loss = room
    fetch, left = coming
    products_left = tiles * ((count + len(group) - 1) // len(group))
    for t in range(tiles):
        os = addresses(outputs + t * len(tile) * 8, 8, tile)
        for c in range(0, count, len(group)):
            xs = addresses(contexts + c * 8, 8, group)
            products = zero_products(xs, os)
            for d in range(0, stride, _VECTOR):
                products = add_products(load_rows(xs, d), load_rows(os, d), products)
            now = (left + products_left - 1) // products_left
            for _ in range(now):
                fetch_row(load_address(fetch), stride)
                fetch += 8
            left -= now
            products_left -= 1
            store(weights + (t * span + c * len(tile)) * 4, lane_sums(products))
    # Apart from the products, as a sigmoid takes long and many are under way at a time.
    rate = splat(rate)
    for t in range(tiles):
        label, real = load(labels + 2 * t * _VECTOR), load(labels + (2 * t + 1) * _VECTOR)
        times, at = counts + lesser(t, alike) * span * 4, weights + t * span * 4
        for d in range(0, count * len(tile) * 4, _VECTOR):
            store(at + d, _score(load(at + d), multiply(load(times + d), real), label, rate, loss))


@part
def step_block(block, room, tile):
    """Step the rows of a block by the weights; a word that stands there twice takes both changes.

    Of outputs, only if their weights are merged.
    """
    contexts, outputs, count, tiles, factors, _, _ = block
    stride, span, weights, _, old, _ = room
    for d in range(0, stride, _VECTOR):
        for c in range(count):
            store(old + c * _VECTOR, load(load_address(contexts + c * 8) + d))
        for t in range(tiles):
            os = addresses(outputs + t * len(tile) * 8, 8, tile)
            ys = load_rows(os, d)
            new = ys
            for c in range(count):
                place = load_address(contexts + c * 8) + d
                ws = splats(weights + (t * span + c * len(tile)) * 4, tile)
                factor = load_factor(offset(factors, c * 4))
                change, new = step_rows(ws, load(old + c * _VECTOR), load(place), ys, new, factor)
                store(place, change)
            store_rows(os, d, new)

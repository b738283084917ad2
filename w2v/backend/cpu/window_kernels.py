"""One window of skip-gram or CBOW on rows known by their addresses.

Both are small matrix products.  Logits come first, for all contexts and outputs;
then, a vector's width of the columns at a time, the outputs' old and new values
stay in registers while the contexts pass by.

Rows are passed by address, as arrays cost more to pass than a window to train.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.copies_kernels import fetch_row
from w2v.backend.cpu.kernel_parts import inlined, lesser, part
from w2v.backend.cpu.tile_kernels import (
    add_products,
    lane_sums,
    splats,
    step_rows,
    zero_products,
)
from w2v.backend.cpu.vector_kernels import (
    LANES,
    add,
    add_changed,
    addresses,
    load,
    load_address,
    load_factor,
    load_rows,
    multiply,
    multiply_add,
    offset,
    positive_part,
    sigmoid,
    splat,
    split_exponent,
    store,
    store_rows,
    subtract,
)
from w2v.backend.settings import PART

_VECTOR = LANES * 4  # bytes


class Rows(NamedTuple):
    """A window's rows.

    Parameters
    ----------
    contexts, outputs : int
        Where their int64 addresses stand, side by side.
    labels : int
        Address of the outputs' labels, a vector a tile.
    length : int
        How many outputs there are.
    tiles : int
        How many tiles they fill.
    factors : int or None
        Where the contexts' float32 factors stand, by which their changes are multiplied;
        None for ones.
    """

    contexts: int
    outputs: int
    labels: int
    length: int
    tiles: int
    factors: int | None


class Scratch(NamedTuple):
    """What windows are stepped with.

    Parameters
    ----------
    stride : int
        Bytes of a row.
    span : int
        Floats of a tile's weights, of which those of context c stand from c * len(tile) on.
    weights : int
        Address of the weights, a tile after the other.
    spare : int
        Address of room for two rows, or for a vector a context.
    logits : int
        Address of room for a vector a context.
    patterns : int
        Address of :func:`w2v.backend.cpu.fused.lane_patterns`.
    sums : int
        Address of the loss, three vectors: see :func:`new_sums`.
    """

    stride: int
    span: int
    weights: int
    spare: int
    logits: int
    patterns: int
    sums: int


@part
def new_sums(place):
    """Start a loss at an address, of three vectors.

    Σ max(0, wrong logit), Π (1 + exp(−|logit|)) and the latter's exponents, lane by lane.
    """
    store(place, splat(np.float32(0)))
    store(place + _VECTOR, splat(np.float32(1)))
    store(place + 2 * _VECTOR, splat(np.float32(0)))


@part
def loss_of(sums):
    """Sum log(1 + exp(wrong logit)), in nats, as log(1 + exp(x)) = max(0, x) + log(1 + exp(−|x|)).

    sums: (3, LANES) float32, what :func:`new_sums` began.
    """
    total = 0.0
    for lane in range(LANES):
        total += sums[0, lane] + math.log(sums[1, lane]) + sums[2, lane] * math.log(2.0)
    return total


@inlined
def _score(logits, pattern, labels, rate, sums):
    """Return (label − σ) · rate in the lanes that count, and add to the loss.

    logits: a vector; pattern, labels and sums: addresses of vectors.
    """
    counts, label = load(pattern), load(labels)
    value, tail = sigmoid(logits)
    one = splat(np.float32(1))
    side = subtract(one, add(label, label))
    wrong = positive_part(multiply(logits, side))
    store(sums, multiply_add(wrong, counts, load(sums)))
    product = multiply(load(sums + _VECTOR), multiply_add(tail, counts, one))
    product, exponent = split_exponent(product)
    store(sums + _VECTOR, product)
    store(sums + 2 * _VECTOR, add(load(sums + 2 * _VECTOR), exponent))
    return multiply(subtract(label, value), multiply(counts, splat(rate)))


@inlined
def weigh(count, rows, scratch, rate, group, tile, coming):
    """Fill in the weights of count contexts, with which their window is stepped.

    rows: :class:`Rows`.  scratch: :class:`Scratch`.  rate: float32.  group, tile: tuples as
    long as the contexts and outputs that are multiplied at once.
    """
    contexts, outputs, labels, length, tiles, _ = rows
    stride, span, weights, _, logits, patterns, sums = scratch
    fetch, left = coming
    several = count > len(group)
    for t in range(tiles):
        os = addresses(outputs + t * len(tile) * 8, 8, tile)
        real = lesser(length - t * len(tile), len(tile))
        pattern = patterns + (real - 1) * len(group) * _VECTOR
        for c in range(0, count, len(group)):
            xs = addresses(contexts + c * 8, 8, group)
            products = zero_products(xs, os)
            for d in range(0, stride, _VECTOR):
                products = add_products(load_rows(xs, d), load_rows(os, d), products)
            if left > 0:
                fetch_row(load_address(fetch), stride)
                fetch += 8
                left -= 1
            found = lane_sums(products)
            if several:
                store(logits + c * _VECTOR, found)
            else:
                here = pattern + (count - 1) * _VECTOR
                change = _score(found, here, labels + t * _VECTOR, rate, sums)
                store(weights + t * span * 4, change)
        # Apart from the products, as a sigmoid takes long and several are under way at a time.
        if several:
            for c in range(0, count, len(group)):
                here = pattern + (lesser(count - c, len(group)) - 1) * _VECTOR
                change = _score(load(logits + c * _VECTOR), here, labels + t * _VECTOR, rate, sums)
                store(weights + (t * span + c * len(tile)) * 4, change)
    for _ in range(left):
        fetch_row(load_address(fetch), stride)
        fetch += 8


@inlined
def skip_gram_step(count, rows, scratch, tile):
    """Step the rows of count contexts and of their window's outputs by the weights."""
    contexts, outputs, _, _, tiles, factors = rows
    stride, span, weights, old, _, _, _ = scratch
    for d in range(0, stride, _VECTOR):
        if tiles > 1:
            for c in range(count):
                store(old + c * _VECTOR, load(load_address(contexts + c * 8) + d))
        for t in range(tiles):
            os = addresses(outputs + t * len(tile) * 8, 8, tile)
            ys = load_rows(os, d)
            new = ys
            for c in range(count):
                place = load_address(contexts + c * 8) + d
                start = load(place)
                x = load(old + c * _VECTOR) if tiles > 1 else start
                ws = splats(weights + (t * span + c * len(tile)) * 4, tile)
                factor = load_factor(offset(factors, c * 4))
                change, new = step_rows(ws, x, start, ys, new, factor)
                store(place, change)
            store_rows(os, d, new)


@inlined
def sum_contexts(count, contexts, stride, hidden, mean):
    """Put the mean or sum of count contexts, a row of ``stride`` bytes, at address hidden."""
    part = splat(np.float32(1.0 / count if mean else 1.0))
    first = load_address(contexts)
    # Two columns at a time, as an address takes as long to load; an odd one's twin is itself.
    for d in range(0, stride, 2 * _VECTOR):
        e = lesser(d + _VECTOR, stride - _VECTOR)
        h, more = load(first + d), load(first + e)
        for c in range(1, count):
            row = load_address(contexts + c * 8)
            h, more = add(h, load(row + d)), add(more, load(row + e))
        store(hidden + d, multiply(h, part))
        store(hidden + e, multiply(more, part))


@inlined
def damping(count):
    """Say by what the rate of a window of count contexts is lowered, as the reference does."""
    return np.float32(math.sqrt(PART / count) if count > PART else 1.0)


@inlined
def cbow_rates(count, rate, cbow):
    """Return the rate of a window of count contexts, and each one's share of the change."""
    (mean, shared), damped = cbow, damping(count)
    if not mean:
        return rate * damped * damped, np.float32(1)
    return rate, np.float32(1.0 / count) if shared else damped


@inlined
def step_outputs(rows, scratch, share, tile, change):
    """Step a window's outputs; put what each of its contexts is to change by at an address."""
    _, outputs, _, _, tiles, _ = rows
    stride, span, weights, hidden, _, _, _ = scratch
    for t in range(tiles):
        os = addresses(outputs + t * len(tile) * 8, 8, tile)
        ws = splats(weights + t * span * 4, tile)
        part = splat(share if t + 1 == tiles else np.float32(1))
        for d in range(0, stride, _VECTOR):
            ys, before = load_rows(os, d), load(change + d) if t else splat(np.float32(0))
            found, new = step_rows(ws, load(hidden + d), before, ys, ys, None)
            store_rows(os, d, new)
            store(change + d, multiply(found, part))


@inlined
def cbow_step(count, rows, scratch, share, tile):
    """Step the rows of a window; a context that stands there twice takes its change twice."""
    stride = scratch.stride
    change = scratch.spare + stride
    step_outputs(rows, scratch, share, tile, change)
    for c in range(count):
        row = load_address(rows.contexts + c * 8)
        factor = load_factor(offset(rows.factors, c * 4))
        for d in range(0, stride, _VECTOR):
            store(row + d, add_changed(load(row + d), load(change + d), factor))

"""Words that stand in a window twice, for Numba kernels: their weights are merged.

A row is stepped once, by the sum of what its places ask, from the value that it began with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.kernel_parts import part


class Weights(NamedTuple):
    """The weights of a window, to be merged where it has a word twice.

    Parameters
    ----------
    g : (tiles * span,) float32 array
    span : int
        As in :class:`w2v.backend.cpu.window_kernels.Scratch`.
    tile : int
        Outputs of a tile.
    empty : int
        Address of the row that stands for what was merged.
    """

    g: np.ndarray
    span: int
    tile: int
    empty: int


class Part(NamedTuple):
    """Contexts of a wide window that are stepped at once.

    Parameters
    ----------
    target : int
        Which window it is.
    start, end : int
        The first and the last place in the batch.
    holds : bool
        Whether the target is between them, so that the last context stands in its place.
    """

    target: int
    start: int
    end: int
    holds: bool


@part
def merge_contexts(part, tiles, in_rows, earlier, weights):
    """Give a context's first place the weights of its later ones, and those an empty row.

    If they hold window i's target, the last of them stands in its place.
    """
    (i, start, end, holds), (g, span, tile, empty) = part, weights
    for c in range(end, start - 1, -1):
        if c == i:
            continue
        other = earlier[c]
        if other == i:
            other = earlier[i]
        if other >= start:
            a, b = other, i if holds and c == end else c
            for t in range(tiles):
                for j in range(tile):
                    first = t * span + (a - start) * tile + j
                    again = t * span + (b - start) * tile + j
                    g[first] += g[again]
                    g[again] = 0
            in_rows[b] = empty


@part
def merge_outputs(count, length, rows, weights):
    """Give an output's first place the weights of its later ones, and those an empty row."""
    g, span, tile, empty = weights
    for j in range(length - 1, 0, -1):
        for earlier in range(j):
            if rows[earlier] == rows[j]:
                a, b = earlier // tile * span + earlier % tile, j // tile * span + j % tile
                for c in range(count):
                    g[a + c * tile] += g[b + c * tile]
                    g[b + c * tile] = 0
                rows[j] = empty
                break

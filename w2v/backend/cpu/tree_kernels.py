"""A window's outputs with hierarchical softmax, for the fused engine's Numba kernel.

They are the inner nodes on the target's path: a few or many, each with a label of its own,
and found by climbing the tree as they are laid.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.chunk_kernels import make_train_chunks
from w2v.backend.cpu.copies_kernels import output_row
from w2v.backend.cpu.fused_kernels import Outputs, make_train
from w2v.backend.cpu.kernel_parts import inlined
from w2v.backend.cpu.vector_kernels import LANES
from w2v.backend.cpu.window_kernels import damping


class Tree(NamedTuple):
    """A tree, as :class:`w2v.backend.huffman.HuffmanTree` keeps it.

    Parameters
    ----------
    most : int
        Nodes of the longest path.
    parents : (2 * V - 1,) int32 array
        The inner node above each node; the V words come after the V - 1 inner nodes.
    answers : (2 * V - 1,) int8 array
        The label of that inner node on the way to this one.
    """

    most: int
    parents: np.ndarray
    answers: np.ndarray

    @property
    def drawn(self) -> int:
        """None is drawn ahead: paths are climbed from the words."""
        return 0


@inlined
def _draw(n, batch, tree, words, again):
    """Draw nothing: a path has no node twice."""
    for i in range(n):
        again[i] = False


@inlined
def _lay(i, tree, words, rows, labels, copies, tiling):
    """Find the rows on window i's path with their labels; return its length."""
    return lay_path(words[i], tree, np.int64(0), (1, 0), rows, labels, copies, tiling)


@inlined
def lay_path(word, tree, length, numbers, rows, labels, copies, tiling):
    """Climb a path, and lay its nodes out behind so many outputs; return how many there are then.

    numbers: node n's row is n times the first, and the second.
    """
    group, tile = tiling
    times, plus = numbers
    node = np.int64(word) + (tree.parents.size >> 1)
    while node > 0:
        above = np.int64(tree.parents[node])
        rows[length] = output_row(above * times + plus, copies)
        t, j = length // len(tile), length % len(tile)
        for c in range(len(group)):
            labels[t * LANES + c * len(tile) + j] = tree.answers[node]
        node = above
        length += 1
    return length


@inlined
def _merge(count, length, rows, weights):
    """Merge nothing."""


@inlined
def _restore(i, words, rows, copies):
    """Restore nothing."""


@inlined
def lower(rate, count):
    """Lower the rate of a wide window, as the reference does."""
    return rate * damping(count) * damping(count)


_OUTPUTS = Outputs(_draw, _lay, _merge, _restore, lower)
train_skip_gram = make_train("train_tree_skip_gram", _OUTPUTS, skip_gram=True)
train_cbow = make_train("train_tree_cbow", _OUTPUTS, skip_gram=False)
train_chunks = make_train_chunks("train_tree_chunks", _OUTPUTS)

"""The Huffman tree of hierarchical softmax: every word a leaf, frequent ones near the root."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from w2v.backend.array import Array
from w2v.backend.output import Ops, Output, check_array, check_counts
from w2v.backend.settings import FusedSettings


class HuffmanTree(Output):
    """Words as the leaves of a binary tree whose mean path is as short as can be [1]_.

    A word is found by going down from the root with a yes or a no at every inner node.
    Inner nodes are numbered by falling count, from the root, 0, to V − 2; word w is node
    V − 1 + w.  Where counts are equal, words are joined before inner nodes, which makes the
    longest path as short as it can be; word2vec and gensim decide otherwise there, so that
    single words' paths may be longer or shorter by some nodes, and the mean is the same.

    Parameters
    ----------
    counts : (V,) array of numbers
        Occurrences of every word, all above zero.

    Attributes
    ----------
    size : int
        V, the number of words, at least 2.
    parents : (2V − 1,) int32 array
        The inner node above each node; the root's is itself.
    labels : (2V − 1,) int8 array
        Whether a node is its parent's "yes", 1, or its "no", 0.
    lengths : (V,) int32 array
        Inner nodes on each word's path.
    longest : int
        The largest of these.

    Raises
    ------
    ValueError
        Less than two words, or a count that is not above zero and finite.

    References
    ----------
    .. [1] Huffman, "A Method for the Construction of Minimum-Redundancy Codes", 1952.
    .. [2] van Leeuwen, "On the Construction of Huffman Trees", 1976: with two queues.
    """

    name = "tree"
    # Nodes are fewer than words, and the lowest stand above two of these: they forget soonest.
    wide_damping = 2

    def __init__(self, counts: Any) -> None:
        counts = check_counts(counts)
        self.size = int(counts.size)
        if self.size < 2:
            raise ValueError(
                "hierarchical softmax needs a vocabulary of 2 words or more, got 1: give more "
                "text or lower min_count"
            )
        parents, labels = _join(counts)
        self.lengths: Array = _lengths(parents, self.size)
        self.longest = int(self.lengths.max())
        self.parents: Array = parents
        self.labels: Array = labels

    @property
    def rows(self) -> int:
        """Rows of the matrix of output vectors: one an inner node."""
        return self.size - 1

    def to(self, backend: Ops) -> HuffmanTree:
        """Return this tree with its arrays on a backend's device."""
        moved = copy(self)
        for name in ("parents", "labels", "lengths"):
            setattr(moved, name, backend.asarray(getattr(self, name)))
        return moved

    def check(self) -> None:  # noqa: D102
        nodes = 2 * self.size - 1
        check_array(self.parents, np.int32, (nodes,), "the tree's parents")
        check_array(self.labels, np.int8, (nodes,), "the tree's labels")
        check_array(self.lengths, np.int32, (self.size,), "the tree's paths' lengths")

    def check_settings(self, settings: FusedSettings) -> None:  # noqa: D102
        if settings.negative:
            raise ValueError(f"negative must be 0 with a tree, got {settings.negative}")

    def of_window(
        self, backend: Ops, target: Array, place: int, settings: FusedSettings
    ) -> tuple[Array, Array]:
        """Return the nodes on the target's path, and the answers there."""
        nodes, labels = backend.tree_paths(self, target)
        return nodes[0], labels[0]

    def log_probabilities(self, backend: Ops, W: Array, h: Array) -> Array:  # noqa: D102
        xp = backend.xp
        nodes, labels = backend.tree_paths(self, xp.arange(self.size))
        scores = (W @ h).astype(xp.float64)[nodes]
        losses = xp.logaddexp(0, xp.where(labels, -scores, scores))
        return -xp.where(nodes < 0, 0, losses).sum(axis=1)


def _join(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Join the two rarest nodes until one is left; return the nodes' parents and labels."""
    size = counts.size
    rising = np.argsort(counts, kind="stable")
    # Inner nodes come into being by rising count too, so that two queues need no sorting.
    words, nodes = counts[rising].tolist(), list[float]()
    above_words, above_nodes, yes = [0] * size, [0] * (size - 1), bytearray(2 * size - 1)
    word = node = 0
    for new in range(size - 1):
        total = 0.0
        for label in (1, 0):  # word2vec's labels: the rarer of the two is the "yes"
            if word < size and (node == new or words[word] <= nodes[node]):
                total += words[word]
                above_words[word] = new
                yes[word] = label
                word += 1
            else:
                total += nodes[node]
                above_nodes[node] = new
                yes[size + node] = label
                node += 1
        nodes.append(total)
    # The last one made is the root, 0.
    parents = np.zeros(2 * size - 1, dtype=np.int32)
    labels = np.zeros(2 * size - 1, dtype=np.int8)
    flags = np.frombuffer(yes, dtype=np.int8)
    parents[size - 1 + rising] = size - 2 - np.array(above_words)
    labels[size - 1 + rising] = flags[:size]
    parents[1 : size - 1] = size - 2 - np.array(above_nodes[-2::-1], dtype=np.int64)
    labels[1 : size - 1] = flags[-2 : size - 1 : -1]
    return parents, labels


def _lengths(parents: np.ndarray, size: int) -> np.ndarray:
    """Count the inner nodes above each word."""
    lengths = np.zeros(size, dtype=np.int32)
    node = np.arange(size - 1, 2 * size - 1)
    while node.any():
        lengths += node > 0
        node = parents[node]
    return lengths

"""Hierarchical softmax and negative sampling at once, each with vectors of its own."""

from __future__ import annotations

from copy import copy

from w2v.backend.array import Array
from w2v.backend.huffman import HuffmanTree
from w2v.backend.noise import NoiseTable
from w2v.backend.output import Ops, Output
from w2v.backend.settings import FusedSettings


class TreeAndNoise(Output):
    """A tree and a noise distribution of the same words, whose losses are added up.

    Of the matrix of output vectors, row 2w is word w's and row 2n + 1 inner node n's: the
    lowest rows are the busiest, and rows keep their numbers as words are added.

    Parameters
    ----------
    tree : HuffmanTree
    noise : NoiseTable

    Attributes
    ----------
    size : int
        V, the number of words.

    Raises
    ------
    ValueError
        They are of different numbers of words.
    """

    name = "tree and noise distribution"
    wide_damping = HuffmanTree.wide_damping

    def __init__(self, tree: HuffmanTree, noise: NoiseTable) -> None:
        if tree.size != noise.size:
            raise ValueError(
                f"the tree and the noise distribution must be of the same words, got {tree.size} "
                f"and {noise.size}"
            )
        self.size = tree.size
        self.tree, self.noise = tree, noise

    @property
    def rows(self) -> int:
        """Rows of the matrix of output vectors: one a word, and one an inner node."""
        return 2 * self.size - 1

    def to(self, backend: Ops) -> TreeAndNoise:
        """Return both with their arrays on a backend's device."""
        moved = copy(self)
        moved.tree, moved.noise = self.tree.to(backend), self.noise.to(backend)
        return moved

    def check(self) -> None:  # noqa: D102
        self.tree.check()
        self.noise.check()

    def check_settings(self, settings: FusedSettings) -> None:  # noqa: D102
        if not settings.hs:
            raise ValueError("hs must be True with a tree and negatives")
        self.noise.check_negatives(settings)

    def of_window(
        self, backend: Ops, target: Array, place: int, settings: FusedSettings
    ) -> tuple[Array, Array]:
        """Return what the noise distribution does, then what the tree does."""
        words, is_target = self.noise.of_window(backend, target, place, settings)
        nodes, answers = self.tree.of_window(backend, target, place, settings)
        rows = backend.xp.concatenate((rows_of_words(words), rows_of_nodes(nodes)))
        return rows, backend.xp.concatenate((is_target, answers.astype(bool)))

    def log_probabilities(self, backend: Ops, W: Array, h: Array) -> Array:
        """Return the softmax's over the words' vectors, as with negative sampling alone."""
        return self.noise.log_probabilities(backend, words_of(W), h)


def rows_of_words(words: Array) -> Array:
    """Return which rows of the output vectors are words'."""
    return 2 * words


def rows_of_nodes(nodes: Array) -> Array:
    """Return which rows of the output vectors are inner nodes'."""
    return 2 * nodes + 1


def words_of(W: Array) -> Array:
    """Return words' rows of (2V − 1, H) output vectors, a view."""
    return W[::2]


def nodes_of(W: Array) -> Array:
    """Return inner nodes' rows of (2V − 1, H) output vectors, a view."""
    return W[1::2]

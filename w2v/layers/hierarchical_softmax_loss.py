"""Hierarchical softmax: V-way classification turned into yes-or-no questions down a tree."""

from __future__ import annotations

from w2v.backend import Array, Backend, HuffmanTree
from w2v.layers.context_loss import ContextLoss, Questions
from w2v.layers.unigram_sampler import count_words


class HierarchicalSoftmaxLoss(ContextLoss):
    """Loss of finding target words in a Huffman tree [1]_ [2]_.

    A word's probability is the product of the answers on its path from the root, so that
    all words' probabilities add up to 1 and a word costs about log2 V products.

    Parameters
    ----------
    W : (V − 1, H) float array
        Vectors of the tree's inner nodes, the root's first; used in place.
    corpus : (N,) int array, optional
        Word ids from whose counts the tree is built.
    counts : (V,) array of numbers, optional
        Count of every word, in place of the corpus.

    Attributes
    ----------
    tree : HuffmanTree

    Raises
    ------
    ValueError
        An empty corpus, an id below 0, a word that never occurs, a single word, or another
        number of rows than the tree has inner nodes.

    References
    ----------
    .. [1] Morin and Bengio, "Hierarchical Probabilistic Neural Network Language Model", 2005.
    .. [2] Mikolov et al., "Distributed Representations of Words and Phrases and
       their Compositionality", 2013, equation 3.
    """

    sample_size, exact = 0, False  # there are no negatives
    hs = True

    def __init__(
        self, W: Array, corpus: Array | None = None, *, counts: Array | None = None
    ) -> None:
        super().__init__(W)
        if counts is None:
            counts = count_words(self.backend.asarray(corpus))
        tree = HuffmanTree(self.backend.to_numpy(counts))
        if len(W) != tree.size - 1:
            raise ValueError(
                f"a tree of {tree.size} words has {tree.size - 1} inner nodes, but there are "
                f"{len(W)} vectors for them"
            )
        self.tree = tree.to(self.backend)

    def questions(self, target: Array) -> Questions:
        """Return the inner nodes on the targets' paths."""
        return path_questions(self.backend, self.tree, target)

    @property
    def output(self) -> HuffmanTree:
        """The tree."""
        return self.tree


def path_questions(backend: Backend, tree: HuffmanTree, target: Array) -> Questions:
    """Return the inner nodes on the paths of a batch's targets.

    Parameters
    ----------
    backend : Backend
        That the tree is on.
    tree : HuffmanTree
    target : (B,) or (B, C) int array
    """
    nodes, labels = backend.tree_paths(tree, target)
    nodes, labels = nodes.reshape(len(target), -1), labels.reshape(len(target), -1)
    # Shorter paths end in the root, which every path has.
    beyond = nodes < 0
    return Questions(backend.xp.where(beyond, 0, nodes), labels | beyond, beyond)

"""Hierarchical softmax: V-way classification turned into yes-or-no questions down a tree."""

from __future__ import annotations

from w2v.backend import Array, HuffmanTree, backend_for
from w2v.layers.context_loss import ContextLoss
from w2v.layers.embedding_dot import EmbeddingDot
from w2v.layers.sigmoid_with_loss import SigmoidWithLoss
from w2v.layers.unigram_sampler import count_words

# Whose loss and gradient are zero if the answer is yes.
_CERTAIN = 1e4


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

    def __init__(
        self, W: Array, corpus: Array | None = None, *, counts: Array | None = None
    ) -> None:
        self.backend = backend_for(W)
        if counts is None:
            counts = count_words(self.backend.asarray(corpus))
        tree = HuffmanTree(self.backend.to_numpy(counts))
        if len(W) != tree.size - 1:
            raise ValueError(
                f"a tree of {tree.size} words has {tree.size - 1} inner nodes, but there are "
                f"{len(W)} vectors for them"
            )
        self.tree = tree.to(self.backend)
        self.embed_dot = EmbeddingDot(W)
        self.loss = SigmoidWithLoss()
        self.params = self.embed_dot.params
        self.grads = self.embed_dot.grads

    def forward(self, h: Array, target: Array) -> Array:
        """Return the loss of a batch, summed over its targets and averaged over its rows.

        Parameters
        ----------
        h : (B, H) float array
            Hidden vectors.
        target : (B,) or (B, C) int array
            The right words.

        Returns
        -------
        0-d float array
            In nats; ln 2 for each inner node of a target's path before training.

        Raises
        ------
        ValueError
            Another number of targets than of hidden vectors, or one below 0 or above V − 1.
        """
        xp = self.backend.xp
        if len(target) != len(h):
            raise ValueError(f"{len(h)} hidden vectors need as many targets, got {len(target)}")
        nodes, labels = self.backend.tree_paths(self.tree, self.backend.asarray(target))
        nodes, labels = nodes.reshape(len(h), -1), labels.reshape(len(h), -1)
        # Shorter paths end in the root, which every path has, with a certain and right answer.
        beyond = nodes < 0
        scores = self.embed_dot.forward(h, xp.where(beyond, 0, nodes))
        scores = xp.where(beyond, scores.dtype.type(_CERTAIN), scores)
        return self.loss.forward(scores, labels | beyond)

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient by h, shape (B, H)."""
        return self.embed_dot.backward(self.loss.backward(dout))

    @property
    def output(self) -> HuffmanTree:
        """The tree."""
        return self.tree

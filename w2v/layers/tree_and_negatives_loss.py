"""Hierarchical softmax and negative sampling, one loss added to the other."""

from __future__ import annotations

from typing import Any

from w2v.backend import Array, HuffmanTree, TreeAndNoise
from w2v.backend.tree_and_noise import rows_of_nodes, rows_of_words
from w2v.layers.base import Shown
from w2v.layers.context_loss import ContextLoss, Questions
from w2v.layers.hierarchical_softmax_loss import path_questions
from w2v.layers.negative_sampling_loss import sampled_questions
from w2v.layers.unigram_sampler import UnigramSampler, count_words


class TreeAndNegativesLoss(ContextLoss):
    """Loss of telling target words from sampled ones, plus that of finding them in a tree.

    Parameters
    ----------
    W : (2V − 1, H) float array
        Output vectors, used in place: row 2w is word w's, row 2n + 1 inner node n's.
    corpus, power, sample_size, counts, **sampler_options
        As of :class:`NegativeSamplingLoss`; the tree is built by the same counts.

    Attributes
    ----------
    sampler : UnigramSampler
        See :class:`NegativeSamplingLoss`.
    tree : HuffmanTree

    Raises
    ------
    ValueError
        What the two losses alone refuse, or another number of rows.
    """

    hs = True

    def __init__(
        self,
        W: Array,
        corpus: Array | None,
        power: float = 0.75,
        sample_size: int = 5,
        *,
        counts: Array | None = None,
        **sampler_options: Any,
    ) -> None:
        super().__init__(W)
        if counts is None:
            counts = count_words(self.backend.asarray(corpus))
        self.sampler = UnigramSampler(
            None, power, sample_size, counts=counts, backend=self.backend, **sampler_options
        )
        self.tree = HuffmanTree(self.backend.to_numpy(counts)).to(self.backend)
        rows = self.output.rows
        if len(W) != rows:
            raise ValueError(
                f"{self.tree.size} words and the {self.tree.size - 1} inner nodes above them need "
                f"{rows} output vectors, but there are {len(W)}"
            )

    def questions(self, target: Array) -> Questions:
        """Return the targets with their negatives, drawn now, then the nodes on their paths."""
        xp = self.backend.xp
        words, is_target, _ = sampled_questions(self.backend, self.sampler, target)
        nodes, answers, beyond = path_questions(self.backend, self.tree, target)
        shown = xp.zeros(words.shape, dtype=bool)
        return Questions(
            xp.concatenate((rows_of_words(words), rows_of_nodes(nodes)), axis=1),
            xp.concatenate((shown | is_target, answers.astype(bool)), axis=1),
            xp.concatenate((shown, beyond), axis=1),
        )

    @Shown
    def sample_size(self) -> int:
        """The sampler's."""
        return self.sampler.sample_size

    @property
    def exact(self) -> bool:
        """The sampler's."""
        return self.sampler.exact

    @property
    def output(self) -> TreeAndNoise:
        """The tree and the sampler's noise distribution."""
        return TreeAndNoise(self.tree, self.sampler.noise)

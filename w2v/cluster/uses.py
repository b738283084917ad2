"""How many steps a round makes on each row, as expected of its words."""

from __future__ import annotations

import numpy as np

from w2v.backend import FusedLoss, HuffmanTree, NoiseTable
from w2v.backend.tree_and_noise import TreeAndNoise


class Uses:
    """Counts the steps on the rows of a model.

    Which words subsampling keeps, how wide windows are and which negatives are drawn is not
    recorded while training, as that would cost time: they count as much as they do on average, and
    kept words and predictions as many as they were.

    Parameters
    ----------
    output : Output
        What the model's words are told by; on any backend.
    keep : (V,) array of numbers
        The chance of each word's occurrence to stay.
    skip_gram : bool
    negative : int
        Negatives a window.
    contexts : float
        Of a window, on average.
    """

    def __init__(
        self, output: object, keep: np.ndarray, *, skip_gram: bool, negative: int, contexts: float
    ) -> None:
        self._keep, self._skip_gram, self._contexts = keep, skip_gram, contexts
        noise = output.noise if isinstance(output, TreeAndNoise) else output
        tree = output.tree if isinstance(output, TreeAndNoise) else output
        self._noise: np.ndarray | float = 0.0
        self._parents: np.ndarray | None = None
        if isinstance(noise, NoiseTable):
            weights = np.diff(_host(noise.cumulative)).astype(np.float64)
            self._noise = negative * weights / weights.sum()
        if isinstance(tree, HuffmanTree):
            self._parents, self._longest = _host(tree.parents), tree.longest

    def of(self, tokens: np.ndarray, loss: FusedLoss) -> tuple[np.ndarray, np.ndarray]:
        """Return the uses of all input rows and of all output rows.

        Parameters
        ----------
        tokens : (N,) int array
            The words that were trained on.
        loss : FusedLoss
            What that has cost.
        """
        return self._of_words(np.bincount(tokens, minlength=len(self._keep)), loss)

    def expected(self, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the uses of all rows that a whole text leads to, about.

        Parameters
        ----------
        counts : (V,) array of numbers
        """
        kept = round(float((counts * self._keep).sum()))
        predictions = round(kept * self._contexts) if self._skip_gram else kept
        return self._of_words(counts, FusedLoss(0.0, predictions, kept))

    def _of_words(self, counts: np.ndarray, loss: FusedLoss) -> tuple[np.ndarray, np.ndarray]:
        kept = counts * self._keep
        kept *= loss.words / max(kept.sum(), 1e-9)
        contexts = loss.predictions / max(1, loss.words) if self._skip_gram else self._contexts
        predicted = kept * (loss.predictions / max(1, loss.words))
        return kept * contexts, self._of_outputs(predicted, loss.predictions)

    def _of_outputs(self, predicted: np.ndarray, predictions: int) -> np.ndarray:
        if self._parents is None:
            return predicted + predictions * self._noise
        nodes = _climbed(self._parents, self._longest, predicted)
        if isinstance(self._noise, float):
            return nodes
        both = np.empty(len(predicted) + len(nodes))  # in turn, as `TreeAndNoise` has them
        both[::2], both[1::2] = predicted + predictions * self._noise, nodes
        return both


def _climbed(parents: np.ndarray, longest: int, of_words: np.ndarray) -> np.ndarray:
    """Return the sum of its words, which are the leaves, of each inner node of a tree."""
    inner = len(of_words) - 1
    at, sums = parents[inner:], np.zeros(inner)
    for _ in range(longest):
        sums += np.bincount(at, of_words, minlength=inner)
        of_words = np.where(at == 0, 0, of_words)
        at = parents[at]
    return sums


def _host(array: object) -> np.ndarray:
    return np.asarray(array.get() if hasattr(array, "get") else array)

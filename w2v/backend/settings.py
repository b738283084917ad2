"""What the fused engine does with every window, and what a pass has cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from w2v.backend.random import RandomStream

# Streams of the run's seed; 0 and 1 are the initial weights' and the layers'.
TOKEN_STREAM, NEGATIVE_STREAM = 2, 3
PART = 20
"""Contexts of a window that are stepped as they are; more are stepped with care."""

_PATH = 12  # nodes that stand above a word of running text in a tree, about
_SUMMED = 24  # pairs of one row that windows which share negatives add up in one step, about
_NARROW = 10  # contexts of a window, about, up to which CBOW reads them faster than running sums
CHUNK = 32
"""Windows of a chunk of CBOW's at least, where the sentence has them."""

SHARES = 16
"""Shares of a mean's change that the windows of a chunk may add up to for one context, about."""

_WIDEST = 1 << 29  # beyond all sentences; widths and products with 32 bits stay integers


@dataclass(frozen=True)
class FusedSettings:
    """What a run of the fused engine does with every window.

    Parameters
    ----------
    skip_gram : bool
        Each context predicts the target; otherwise all of them together (CBOW).
    window : int
        Context words on each side, at most; it may be longer than every sentence.
    negative : int
        k, the negatives a window; 0 with a tree alone.
    exact : bool
        Negatives are distinct and never the target; otherwise drawn with replacement,
        and may be the target.
    total : int
        Words that the whole run will see: the corpus times epochs.
    seed : int
    alpha, min_alpha : float, default 0.025 and 0.0001
        Learning rate at the run's first word and after its last.
    shrink_windows : bool, default True
        Draw each window's width from 1 to ``window``.
    mean : bool, default True
        CBOW's input is the contexts' mean, or else their sum.
    share_gradient : bool, default False
        CBOW with the mean: give each context its 1/n of the gradient, which is the
        loss's true gradient, instead of all of it, as word2vec and gensim do.
    workers : int, default 1
        Threads that train on the same weights at the same time, this one among them.
    hs : bool, default False
        Whether there is a tree, beside the negatives if there are any.
    chunks : bool, default True
        Step CBOW's wide windows by chunks, see :attr:`chunked`; otherwise one by one, as a GPU
        does in any case.
    share_negatives : int, default 1
        How many windows of skip-gram that follow each other share one draw of negatives and are
        stepped at once, at most: see :attr:`block`.
    """

    skip_gram: bool
    window: int
    negative: int
    exact: bool
    total: int
    seed: int
    alpha: float = 0.025
    min_alpha: float = 0.0001
    shrink_windows: bool = True
    mean: bool = True
    share_gradient: bool = False
    workers: int = 1
    hs: bool = False
    share_negatives: int = 1
    chunks: bool = True

    def __post_init__(self) -> None:
        for name, least in (
            ("window", 1),
            ("negative", 0),
            ("total", 1),
            ("share_negatives", 1),
        ):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be {least} or more, got {getattr(self, name)}")
        if not 0 <= self.min_alpha <= self.alpha < math.inf:
            raise ValueError(
                f"alpha and min_alpha must be finite, 0 or more and alpha the larger, "
                f"got {self.alpha} and {self.min_alpha}"
            )

        if self.share_negatives > 1 and (not self.skip_gram or self.hs or not self.negative):
            raise ValueError(
                f"only windows of skip-gram without a tree share negatives: share_negatives must "
                f"be 1, got {self.share_negatives}"
            )

    @property
    def block(self) -> int:
        """m, how many windows share negatives.

        Steps that are added up go too far where a row has many of them: the wider the windows and
        the more negatives, the fewer windows.
        """
        if self.share_negatives == 1:
            return 1
        return max(1, min(self.share_negatives, _SUMMED // max(self.contexts, self.outputs)))

    @property
    def shared_negatives(self) -> int:
        """How many negatives a block of windows draws; in all they count k times a window."""
        return self.negative + self.block - 1

    @property
    def chunked(self) -> bool:
        """Whether windows are stepped by chunks: CBOW's with a mean, where they are wide.

        A sum of n contexts moves n times as far as a mean: too far to be left as it was.
        """
        return not self.skip_gram and self.chunks and self.mean and self.contexts > _NARROW

    @property
    def contexts(self) -> int:
        """How many contexts a window has, about."""
        return self.reach + 1 if self.shrink_windows else 2 * self.reach

    @property
    def reach(self) -> int:
        """The window, or a number beyond all sentences if that is less."""
        return min(self.window, _WIDEST)

    @property
    def outputs(self) -> int:
        """How many outputs a window has, about."""
        negatives = 1 + self.negative if self.negative else 0
        return negatives + (_PATH if self.hs or not self.negative else 0)

    @property
    def token_key(self) -> np.uint64:
        """Key of the bits that thin words out and draw window widths."""
        return RandomStream(self.seed, TOKEN_STREAM).key

    @property
    def negative_key(self) -> np.uint64:
        """Key of the bits that draw negatives."""
        return RandomStream(self.seed, NEGATIVE_STREAM).key

    def rate(self, position: int) -> float:
        """Learning rate after ``position`` words of the run."""
        return max(
            self.min_alpha, self.alpha - (self.alpha - self.min_alpha) / self.total * position
        )


def chunk_length(reach: int, words: int) -> int:
    """Return how many windows of a sentence make a chunk.

    All of them step a context from where it was at the chunk's start, each by √(PART / n) of its
    mean's change where n > PART: they are as many as :data:`SHARES` allows, or a few.

    Parameters
    ----------
    reach : int
        Context words on each side.
    words : int
        Of the sentence.
    """
    return max(CHUNK, int(SHARES * math.sqrt(min(2 * reach, words) / PART)))


class FusedLoss(NamedTuple):
    """What a pass has cost.

    Parameters
    ----------
    total : float
        Loss of telling the target from its negatives, or of its path's answers, or the sum of
        both, in nats, summed over the predictions.
    predictions : int
        Skip-gram: pairs of a context and a target; CBOW: windows.
    words : int
        Words that subsampling kept.
    """

    total: float
    predictions: int
    words: int


def keep_probabilities(counts: Any, sample: float) -> np.ndarray:
    """Give the chance of each word's occurrence to survive subsampling.

    A word of share f of the text is kept with probability min(1, √(t/f) + t/f), as
    word2vec's code does it.

    Parameters
    ----------
    counts : (V,) array of numbers
    sample : float
        t; 0 keeps every word.

    Returns
    -------
    (V,) float64 array
    """
    share = np.asarray(counts, dtype=np.float64) / np.sum(counts, dtype=np.float64)
    if sample == 0:
        return np.ones_like(share)
    with np.errstate(divide="ignore"):  # a word that never occurs would be kept
        return np.minimum(1.0, np.sqrt(sample / share) + sample / share)


def keep_thresholds(counts: Any, sample: float) -> np.ndarray:
    """Turn counts into what 32 random bits must not exceed for a word to be kept.

    Parameters
    ----------
    counts : (V,) array of numbers
    sample : float
        As for :func:`keep_probabilities`.

    Returns
    -------
    (V,) uint32 array
    """
    bits: np.ndarray = np.clip(np.rint(keep_probabilities(counts, sample) * 2.0**32) - 1, 0, None)
    return bits.astype(np.uint32)

"""The fused engine's contract, and its readable reference in plain array code.

One pass over a stream of sentences: subsample, slide the window, draw negatives or
find the target's path in a tree, step.  Skip-gram and CBOW with negative sampling or
hierarchical softmax as in Mikolov et al., "Distributed Representations of Words and
Phrases and their Compositionality", 2013; negatives are shared within a window as in
Ji et al., "Parallelizing Word2Vec in Shared and Distributed Memory", 2016.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from w2v.backend.alias import NoiseTable
from w2v.backend.exact_type import check_array
from w2v.backend.huffman import HuffmanTree
from w2v.backend.random import RandomStream, random_bits
from w2v.backend.rowgrad import Array

if TYPE_CHECKING:
    from w2v.backend.base import Backend

# Streams of the run's seed; 0 and 1 are the initial weights' and the layers'.
TOKEN_STREAM, NEGATIVE_STREAM = 2, 3
PART = 20
"""Contexts of a window that are stepped as they are; more are stepped with care."""

_WIDEST = 1 << 29  # beyond all sentences; widths and products with 32 bits stay integers
_LOW_32, _S32 = np.uint64(0xFFFFFFFF), np.uint64(32)


@dataclass(frozen=True)
class StreamSettings:
    """What a run of the fused engine does with every window.

    Parameters
    ----------
    skip_gram : bool
        Each context predicts the target; otherwise all of them together (CBOW).
    window : int
        Context words on each side, at most; it may be longer than every sentence.
    negative : int
        k, the negatives a window; 0 with a tree, which has none.
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

    def __post_init__(self) -> None:
        for name, least in (("window", 1), ("negative", 0), ("total", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be {least} or more, got {getattr(self, name)}")
        if not 0 <= self.min_alpha <= self.alpha < math.inf:
            raise ValueError(
                f"alpha and min_alpha must be finite, 0 or more and alpha the larger, "
                f"got {self.alpha} and {self.min_alpha}"
            )

    @property
    def reach(self) -> int:
        """The window, or a number beyond all sentences if that is less."""
        return min(self.window, _WIDEST)

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


class StreamLoss(NamedTuple):
    """What a pass has cost.

    Parameters
    ----------
    total : float
        Loss of telling the target from its negatives, or of its path's answers, in nats,
        summed over the predictions.
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


def check_stream(
    backend: Backend,
    W_in: Array,
    W_out: Array,
    tokens: Array,
    offsets: Array,
    noise: NoiseTable | HuffmanTree,
    keep: Array,
    settings: StreamSettings,
) -> None:
    """Refuse what cannot be trained on; kernels write to memory without looking."""
    for W, what in ((W_in, "input vectors"), (W_out, "output vectors")):
        backend.check_matrix(W, what, written=True)
    noise.check()
    for ids, what in ((tokens, "tokens"), (offsets, "sentence offsets"), (keep, "thresholds")):
        backend.check_integers(ids, what)
        if ids.ndim != 1:
            raise ValueError(f"{what} must be one-dimensional, got shape {ids.shape}")
    size, tree = noise.size, isinstance(noise, HuffmanTree)
    shapes = (size, *W_in.shape[1:]), (size - tree, *W_in.shape[1:])
    if (W_in.shape, W_out.shape) != shapes or W_in.ndim != 2 or keep.shape != (size,):
        raise ValueError(
            f"input vectors {W_in.shape}, output vectors {W_out.shape}, the "
            f"{'tree' if tree else 'noise distribution'} ({size},) and the thresholds "
            f"{keep.shape} must be of one vocabulary"
        )
    check_array(keep, np.uint32, (size,), "the thresholds")
    if bool(settings.negative) == tree:
        raise ValueError(
            f"negative must be {'0 with a tree' if tree else '1 or more'}, got {settings.negative}"
        )
    falling = (offsets[1:] < offsets[:-1]).any()
    if offsets.size < 1 or int(offsets[0]) < 0 or falling or int(offsets[-1]) > tokens.size:
        raise ValueError(
            f"sentence offsets must rise from 0 or more to at most {tokens.size}, the number of "
            f"tokens"
        )
    backend.check_ids(tokens[int(offsets[0]) : int(offsets[-1])], size)
    if settings.exact and isinstance(noise, NoiseTable):
        backend.check_exact(noise, offsets[:0], settings.negative)


def train_stream(
    backend: Backend,
    W_in: Array,
    W_out: Array,
    tokens: Array,
    offsets: Array,
    noise: NoiseTable | HuffmanTree,
    keep: Array,
    settings: StreamSettings,
    position: int,
) -> StreamLoss:
    """Train on a stream of sentences, window after window.

    See :meth:`w2v.backend.Backend.train_stream` and ``train_tree_stream``.
    """
    total, predictions, words = 0.0, 0, 0
    start = int(offsets[0])
    for low, high in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        at = position + low - start
        rate = settings.rate(at)
        here = tokens[low:high].astype(np.int32, copy=False)
        sentence, places, widths = _thin_out(backend, here, keep, settings, at)
        words += sentence.size
        for i in range(sentence.size):
            width = int(widths[i])
            left = sentence[max(0, i - width) : i]
            contexts = backend.xp.concatenate((left, sentence[i + 1 : i + 1 + width]))
            if contexts.size == 0:
                continue
            outputs = _outputs(backend, noise, sentence[i : i + 1], int(places[i]), settings)
            step = _skip_gram if settings.skip_gram else _cbow
            total += step(backend, W_in, W_out, contexts, *outputs, rate, settings)
            predictions += contexts.size if settings.skip_gram else 1
    return StreamLoss(total, predictions, words)


def _thin_out(
    backend: Backend, sentence: Array, keep: Array, settings: StreamSettings, at: int
) -> tuple[Array, Array, Array]:
    """Return the words that stay, their places in the run and their windows' widths.

    One draw a word: its high half decides whether it stays, its low half the width.
    """
    xp = backend.xp
    places = xp.arange(sentence.size, dtype=xp.uint64) + np.uint64(at)
    bits = random_bits(settings.token_key, places)
    stays = (bits >> _S32) <= keep[sentence]
    widths = xp.full(sentence.size, settings.reach, dtype=xp.uint64)
    if settings.shrink_windows:
        widths = np.uint64(1) + (((bits & _LOW_32) * np.uint64(settings.reach)) >> _S32)
    return sentence[stays], places[stays], widths[stays]


def _outputs(
    backend: Backend,
    noise: NoiseTable | HuffmanTree,
    target: Array,
    place: int,
    settings: StreamSettings,
) -> tuple[Array, Array]:
    """Return the output rows of a window and their labels: 1 for yes, 0 for no."""
    if isinstance(noise, HuffmanTree):
        nodes, labels = backend.tree_paths(noise, target)
        return nodes[0], labels[0]
    negatives = _negatives(backend, noise, target, place, settings)
    outputs = backend.xp.concatenate((target, negatives))
    return outputs, backend.xp.arange(outputs.size) == 0


def _negatives(
    backend: Backend, noise: NoiseTable, target: Array, place: int, settings: StreamSettings
) -> Array:
    """Draw a window's k negatives, which depend on the target's place in the run alone."""
    k = settings.negative
    stream = RandomStream(settings.seed, NEGATIVE_STREAM)
    if settings.exact:
        stream.counter = place
        return backend.sample_exact(noise, target, k, stream)[0]
    stream.counter = place * k
    return backend.sample_fast(noise, (k,), stream)


def _score(backend: Backend, logits: Array, labels: Array, rate: float) -> tuple[float, Array]:
    """Return the loss of a row of logits a context, and (label − σ) · rate."""
    loss, difference = backend.sigmoid_loss(logits, labels.astype(logits.dtype))
    return float(loss), difference * logits.dtype.type(-rate)


def damping(count: int) -> float:
    """Say by what the rate of a window of so many contexts is lowered.

    Each output's row is stepped by n contexts in a row, which would leave it where these
    alone want it: beyond :data:`PART` the rate falls as 1 / √n.

    Parameters
    ----------
    count : int
        n, the window's contexts.

    Returns
    -------
    float
        min(1, √(PART / n)).
    """
    return min(1.0, (PART / count) ** 0.5)


def _skip_gram(
    backend: Backend,
    W_in: Array,
    W_out: Array,
    contexts: Array,
    outputs: Array,
    labels: Array,
    rate: float,
    settings: StreamSettings,
) -> float:
    """One window, part after part; a word that a part has twice takes the sum of both changes."""
    # A tree's nodes are fewer, and the lowest stand above two words: they forget soonest.
    loss, rate = 0.0, rate * damping(contexts.size) ** (1 if settings.negative else 2)
    for first in range(0, contexts.size, PART):
        part = contexts[first : first + PART]
        x, o = W_in[part], W_out[outputs]
        cost, g = _score(backend, x @ o.T, labels, rate)
        backend.scatter_add(W_in, part, g @ o)
        backend.scatter_add(W_out, outputs, g.T @ x)
        loss += cost
    return loss


def _cbow(
    backend: Backend,
    W_in: Array,
    W_out: Array,
    contexts: Array,
    outputs: Array,
    labels: Array,
    rate: float,
    settings: StreamSettings,
) -> float:
    """One window; a word that stands in it twice is updated by the sum of both changes."""
    x, o = W_in[contexts].sum(axis=0, keepdims=True), W_out[outputs]
    damped = damping(contexts.size)
    if settings.mean:
        x /= contexts.size
    else:
        rate *= damped**2
    loss, g = _score(backend, x @ o.T, labels, rate)
    change = g @ o
    if settings.mean:
        change *= 1 / contexts.size if settings.share_gradient else damped
    backend.scatter_add(W_in, contexts, change.repeat(contexts.size, axis=0))
    backend.scatter_add(W_out, outputs, g.T @ x)
    return loss

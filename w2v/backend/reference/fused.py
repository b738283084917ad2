"""The fused engine in plain array code, readable.

One pass over a stream of sentences: subsample, slide the window, draw negatives or
find the target's path in a tree, step.  Skip-gram and CBOW with negative sampling or
hierarchical softmax as in Mikolov et al., "Distributed Representations of Words and
Phrases and their Compositionality", 2013; negatives are shared within a window as in
Ji et al., "Parallelizing Word2Vec in Shared and Distributed Memory", 2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from w2v.backend.exact_type import check_array
from w2v.backend.huffman import HuffmanTree
from w2v.backend.noise import NoiseTable
from w2v.backend.random import RandomStream, random_bits
from w2v.backend.rowgrad import Array
from w2v.backend.settings import NEGATIVE_STREAM, PART, StreamLoss, StreamSettings

if TYPE_CHECKING:
    from w2v.backend.reference.backend import Backend

_LOW_32, _S32 = np.uint64(0xFFFFFFFF), np.uint64(32)


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

"""The fused engine in plain array code, readable.

One pass over a stream of sentences: subsample, slide the window, draw negatives or
find the target's path in a tree, step.  Skip-gram and CBOW with negative sampling or
hierarchical softmax as in Mikolov et al., "Distributed Representations of Words and
Phrases and their Compositionality", 2013; negatives are shared within a window as in
Ji et al., "Parallelizing Word2Vec in Shared and Distributed Memory", 2016.
"""

from __future__ import annotations

import os
from typing import NamedTuple, cast

import numpy as np

from w2v.backend.array import Array
from w2v.backend.noise import NoiseTable
from w2v.backend.pending import PendingLoss
from w2v.backend.random import random_bits
from w2v.backend.reference.blocks import Block, blocks_of
from w2v.backend.reference.layers import LayerPrimitives
from w2v.backend.reference.sampling import SamplingPrimitives
from w2v.backend.settings import CHUNK, PART, FusedLoss, FusedSettings
from w2v.backend.work import Work

_LOW_32, _S32 = np.uint64(0xFFFFFFFF), np.uint64(32)
# A slice of the work takes some hundredths of a second.
_SLICE_FLOP = 2e9
_SLICE_WORDS = 1_000, 100_000
_CHUNKED_CONTEXTS = 10  # that take as long


class FusedPrimitives(LayerPrimitives, SamplingPrimitives):
    """What the fused engine asks of a backend."""

    def fused_workers(self) -> int:
        """Return how many threads the fused engine should run: one a core here."""
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def fused_words(self, settings: FusedSettings, dim: int) -> int:
        """Return how many words :meth:`train` should be given at a time.

        Long beside handing them out, and short beside what a user waits after Ctrl-C.
        """
        contexts = settings.reach * (2 if settings.skip_gram else 1)
        if settings.chunked:  # which cost the same however wide they are
            contexts = _CHUNKED_CONTEXTS
        flop = 6 * dim * settings.outputs * contexts
        return int(np.clip(_SLICE_FLOP / flop, *_SLICE_WORDS))

    def fused_tokens(self, tokens: Array) -> Array:
        """Return a corpus where :meth:`train` reads it fastest: as it is, or moved."""
        return tokens

    def zero_rows(self, shape: tuple[int, int]) -> Array:
        """Return a float32 matrix of zeros in the layout that :meth:`fused_rows` gives.

        Parameters
        ----------
        shape : (int, int)
        """
        zeros: Array = self.xp.zeros(shape, dtype=np.float32)
        return zeros

    def fused_rows(self, W: Array) -> Array:
        """Return W in the layout that :meth:`train` is fastest on: itself, or a copy.

        Parameters
        ----------
        W : (V, H) float32 array

        Returns
        -------
        (V, H) float32 array
        """
        return W

    def train(self, work: Work) -> PendingLoss:
        """Train on sentences with plain SGD, window after window, in place.

        Every word in turn is a target: words are thinned out, the contexts within a
        random width gathered, and the rows of contexts and outputs stepped by what they
        were when the window began; a row that stands in the window twice takes the sum of
        both changes.  Outputs are the target and negatives, drawn once for the window, or
        the inner nodes on the target's path in a tree, each of which is to answer yes or no, or
        both, with rows of their own.
        All draws depend on the seed and a word's position alone.

        With ``share_negatives`` above 1, skip-gram steps m windows of a sentence at once, which
        share a draw of k + m - 1 negatives, each of k / (k + m - 1) of the weight
        (`reference/blocks.py`).  Drawn without replacement, they are distinct and none of them is
        a window's own target, as ever; only windows of a block are not independent.

        Windows of more than P = 20 contexts, n, are stepped with care, or the sum of
        their steps would carry rows past their optimum and away.  Skip-gram steps P
        contexts at a time, in the order of the text, with the outputs' rows as the part
        before left them, and all at √(P / n) times the rate, or P / n with a tree.  CBOW
        gives each context √(P / n) of the change of the contexts' mean, or with
        ``share_gradient`` 1 / n as ever; where it sums them, the window's rate is P / n
        times what it would be.

        Wide windows of CBOW with a mean are stepped by chunks of a sentence: their hidden
        vectors come from the contexts' rows as the chunk began, which all take their changes at
        its end; outputs' rows are stepped window after window, as ever.

        Parameters
        ----------
        work : Work

        Returns
        -------
        PendingLoss
            Perhaps before the training is done.  What is done to the weights afterwards,
            on this backend, comes after it.  A word id out of range may be told of by the
            loss, with nothing trained since it was met.

        Raises
        ------
        ValueError
            Arrays that do not fit together, an id outside 0 .. V − 1, more negatives than
            exact sampling can find, or an output that this backend does not train.
        """
        self.check_work(work)
        return PendingLoss(_train(self, work))


class _Window(NamedTuple):
    contexts: Array
    outputs: Array
    labels: Array
    rate: float


def _train(backend: FusedPrimitives, work: Work) -> FusedLoss:
    """Train on sentences, window after window."""
    total, predictions, words = 0.0, 0, 0
    offsets, settings, output = work.offsets, work.settings, work.output
    step = _skip_gram if settings.skip_gram else _cbow
    for low, high in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        at = work.position + low - int(offsets[0])
        here = work.tokens[low:high].astype(np.int32, copy=False)
        sentence, places, widths = _thin_out(backend, here, work.keep, settings, at)
        words += sentence.size
        if settings.block > 1:
            drawn = sentence, places, widths
            for block in blocks_of(backend, cast(NoiseTable, output), *drawn, settings):
                total += _shared(backend, work, block, settings.rate(at))
                predictions += block.predictions
            continue
        if settings.chunked and sentence.size > 1:
            total += _chunks(backend, work, (sentence, places, widths), settings.rate(at))
            predictions += sentence.size
            continue
        for i in range(sentence.size):
            width = int(widths[i])
            left = sentence[max(0, i - width) : i]
            contexts = backend.xp.concatenate((left, sentence[i + 1 : i + 1 + width]))
            if contexts.size == 0:
                continue
            outputs = output.of_window(backend, sentence[i : i + 1], int(places[i]), settings)
            total += step(backend, work, _Window(contexts, *outputs, settings.rate(at)))
            predictions += contexts.size if settings.skip_gram else 1
    return FusedLoss(total, predictions, words)


def _thin_out(
    backend: FusedPrimitives, sentence: Array, keep: Array, settings: FusedSettings, at: int
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


def _score(
    backend: LayerPrimitives, logits: Array, labels: Array, rate: float
) -> tuple[float, Array]:
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


def _damped(changes: Array, words: Array, lockf: Array | None) -> Array:
    """Return what words' input vectors change by, of what they would without factors."""
    return changes if lockf is None else changes * lockf[words][:, None]


def _skip_gram(backend: FusedPrimitives, work: Work, window: _Window) -> float:
    """One window, part after part; a word that a part has twice takes the sum of both changes."""
    W_in, W_out, (contexts, outputs, labels, rate) = work.W_in, work.W_out, window
    loss, rate = 0.0, rate * damping(contexts.size) ** work.output.wide_damping
    for first in range(0, contexts.size, PART):
        part = contexts[first : first + PART]
        x, o = W_in[part], W_out[outputs]
        cost, g = _score(backend, x @ o.T, labels, rate)
        backend.scatter_add(W_in, part, _damped(g @ o, part, work.lockf))
        backend.scatter_add(W_out, outputs, g.T @ x)
        loss += cost
    return loss


def _shared(backend: FusedPrimitives, work: Work, block: Block, rate: float) -> float:
    """One block of skip-gram's windows; a word that stands there twice takes both changes."""
    W_in, W_out, xp = work.W_in, work.W_out, backend.xp
    contexts, outputs, labels, counts, _ = block
    x, o = W_in[contexts], W_out[outputs]
    logits = x @ o.T
    wrong = xp.where(labels, -logits, logits)
    loss = (counts * xp.logaddexp(0, wrong)).sum(dtype=xp.float64)
    g = counts * (labels - 1 / (1 + xp.exp(-logits))) * logits.dtype.type(rate)
    g = g.astype(logits.dtype)
    backend.scatter_add(W_in, contexts, _damped(g @ o, contexts, work.lockf))
    backend.scatter_add(W_out, outputs, g.T @ x)
    return float(loss)


def _cbow(backend: FusedPrimitives, work: Work, window: _Window) -> float:
    """One window; a word that stands in it twice is updated by the sum of both changes."""
    contexts = window.contexts
    loss, change = _hidden_step(backend, work, work.W_in[contexts], window)
    changes = change.repeat(contexts.size, axis=0)
    backend.scatter_add(work.W_in, contexts, _damped(changes, contexts, work.lockf))
    return loss


def _hidden_step(
    backend: FusedPrimitives, work: Work, rows: Array, window: _Window
) -> tuple[float, Array]:
    """Step the outputs of one of CBOW's windows; return its loss and each context's change."""
    W_out, (contexts, outputs, labels, rate) = work.W_out, window
    x, o = rows.sum(axis=0, keepdims=True), W_out[outputs]
    damped = damping(contexts.size)
    if work.settings.mean:
        x /= contexts.size
    else:
        rate *= damped**2
    loss, g = _score(backend, x @ o.T, labels, rate)
    change = g @ o
    if work.settings.mean:
        change *= 1 / contexts.size if work.settings.share_gradient else damped
    backend.scatter_add(W_out, outputs, g.T @ x)
    return loss, change


def _chunks(
    backend: FusedPrimitives, work: Work, drawn: tuple[Array, Array, Array], rate: float
) -> float:
    """Step a sentence of CBOW's wide windows, chunk after chunk; return the loss."""
    sentence, places, widths = drawn
    size, settings, total = sentence.size, work.settings, 0.0
    for start in range(0, size, CHUNK):
        rows = work.W_in[sentence]
        changes = backend.xp.zeros_like(rows)
        for i in range(start, min(start + CHUNK, size)):
            width = int(widths[i])
            around = backend.xp.arange(max(0, i - width), min(size, i + width + 1))
            around = around[around != i]
            found = work.output.of_window(backend, sentence[i : i + 1], int(places[i]), settings)
            window = _Window(sentence[around], *found, rate)
            loss, change = _hidden_step(backend, work, rows[around], window)
            changes[around] += change
            total += loss
        backend.scatter_add(work.W_in, sentence, _damped(changes, sentence, work.lockf))
    return total

"""The fused engine's kernels against their reference, and that against the layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from w2v.backend import (
    Backend,
    FusedLoss,
    FusedSettings,
    NoiseTable,
    Work,
    get_backend,
    keep_thresholds,
)
from w2v.backend.cpu.rows import padded, padded_copy, zero_rows
from w2v.backend.reference import fused
from w2v.models import CBOW, ContextModel, SkipGram
from w2v.training import SGD

REFERENCE, CPU = Backend(), get_backend("cpu")


def assert_same_steps(start: Any, expected: Any, got: Any) -> None:
    """Compare two engines' weights, which must have moved, to float32 rounding."""
    for before, reference, kernel in zip(start, expected, got, strict=True):
        moved = abs(reference - before).max()
        assert moved > 1e-3
        np.testing.assert_allclose(kernel, reference, rtol=1e-5, atol=2e-6 * max(1, moved))


class Corpus:
    """A random corpus with sentences of 1, 2, 3 and many words, some made of one word."""

    def __init__(self, vocab_size: int, sentences: int = 40) -> None:
        rng = np.random.default_rng(vocab_size)
        lengths = np.array([1, 2, 3, 60, 1, *rng.integers(1, 30, sentences)])
        self.counts = np.r_[200, rng.integers(1, 40, vocab_size - 1)]
        share = self.counts / self.counts.sum()
        self.tokens = rng.choice(vocab_size, lengths.sum(), p=share).astype(np.int32)
        self.tokens[6:20] = 0
        self.offsets = np.r_[0, np.cumsum(lengths)].astype(np.int64)
        self.noise = NoiseTable(self.counts)
        self.keep = keep_thresholds(self.counts, 0.1)

    def settings(self, **changes: object) -> FusedSettings:
        settings = FusedSettings(
            skip_gram=True, window=5, negative=5, exact=True, total=2000, seed=7, alpha=0.05
        )
        return replace(settings, **changes)  # type: ignore[arg-type]

    def train(
        self,
        backend: Backend,
        weights: tuple[np.ndarray, np.ndarray],
        settings: FusedSettings,
        sentences: slice | None = None,
    ) -> FusedLoss:
        offsets = self.offsets[sentences] if sentences else self.offsets
        position = 300 + int(offsets[0])
        text = self.tokens, offsets
        work = Work(*weights, *text, self.noise, self.keep, settings, position)
        return backend.train(work).result()


def random_weights(vocab_size: int, dim: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(dim)
    scale = dim**-0.5
    W_in, W_out = rng.normal(0, scale, (2, vocab_size, dim)).astype(np.float32)
    return W_in, W_out


def copies(weights: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return weights[0].copy(), weights[1].copy()


SHAPES = [  # vocabulary, dimension, window, negatives
    (30, 1, 1, 1),
    (30, 3, 20, 1),
    (40, 17, 1, 20),
    (40, 100, 20, 20),
    (12, 100, 5, 5),  # negatives collide, and words stand in a window many times
    (6, 16, 3, 5),  # exact sampling takes every word there is
    (300, 100, 5, 5),
    (40, 17, 10**20, 5),  # every window is its sentence
    (300, 33, 45, 20),
    # Negatives of which kernels are compiled for no other test, a quarter of a minute each.
    *(pytest.param((40, 17, 5, negative), marks=pytest.mark.soak) for negative in (2, 3, 9)),
]


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "fast"])
@pytest.mark.parametrize(
    "model",
    [
        {"skip_gram": True},
        {"skip_gram": False},
        {"skip_gram": False, "share_gradient": True},
        {"skip_gram": False, "mean": False, "shrink_windows": False},
    ],
    ids=["skip-gram", "cbow", "cbow-shared", "cbow-sum"],
)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_kernel_steps_as_the_reference_does(
    shape: tuple[int, int, int, int], model: dict[str, bool], exact: bool
) -> None:
    vocab_size, dim, window, negative = shape
    corpus = Corpus(vocab_size, sentences=15)
    # Long sums of vectors step far; smaller steps keep the comparison well conditioned.
    alpha = 0.05 / min(window, 60)
    settings = corpus.settings(window=window, negative=negative, exact=exact, alpha=alpha, **model)
    start = random_weights(vocab_size, dim)
    expected, got = copies(start), copies(start)
    loss = corpus.train(REFERENCE, expected, settings)
    assert corpus.train(CPU, got, settings) == (
        pytest.approx(loss.total, rel=1e-5),
        loss.predictions,
        loss.words,
    )
    assert_same_steps(start, expected, got)


@pytest.mark.parametrize("skip_gram", [True, False], ids=["skip-gram", "cbow"])
@pytest.mark.parametrize("vocab_size", [12, 900])
def test_a_threads_own_copies_of_rows_come_back_whole(
    vocab_size: int, skip_gram: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2v.backend.cpu.copies.UNSETTLED_WORDS", 0)
    corpus = Corpus(vocab_size, sentences=200)
    settings = corpus.settings(skip_gram=skip_gram, alpha=0.01)
    expected, got = (copies(random_weights(vocab_size, 20)) for _ in range(2))
    loss = corpus.train(CPU, expected, settings)
    assert corpus.train(CPU, got, replace(settings, workers=4)).total == pytest.approx(
        loss.total, rel=1e-5
    )
    for alone, shared in zip(expected, got, strict=True):
        np.testing.assert_allclose(shared, alone, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("skip_gram", [True, False], ids=["skip-gram", "cbow"])
def test_the_reference_steps_as_the_layers_with_sgd(
    skip_gram: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus(30)
    settings = corpus.settings(skip_gram=skip_gram, share_gradient=True)
    weights = random_weights(30, 8)
    model = layered(corpus, settings, copies(weights))
    loss = corpus.train(REFERENCE, weights, settings)
    total = step_by_step(model, corpus, settings, monkeypatch)
    assert loss.total == pytest.approx(total, rel=1e-5)
    for param, W in zip(model.params, weights, strict=True):
        np.testing.assert_allclose(param, W, rtol=1e-5, atol=1e-6)


def layered(
    corpus: Corpus, settings: FusedSettings, weights: tuple[np.ndarray, np.ndarray]
) -> ContextModel:
    kind = SkipGram if settings.skip_gram else CBOW
    vocab_size, dim = weights[0].shape
    model = kind(
        vocab_size, dim, settings.window, None, negative=settings.negative, counts=corpus.counts
    )
    for param, W in zip(model.params, weights, strict=True):
        param[:] = W
    return model


def shared_by_all(negatives: np.ndarray, target: np.ndarray) -> np.ndarray:
    return np.broadcast_to(negatives, (*target.shape, len(negatives)))


def step_by_step(
    model: ContextModel,
    corpus: Corpus,
    settings: FusedSettings,
    patch: pytest.MonkeyPatch,
) -> float:
    """Train layers on the windows and negatives that the fused engine draws; return the loss."""
    total = 0.0
    for rate, contexts, target, place in windows(corpus, settings):
        drawn = corpus.noise.negatives(REFERENCE, target, place, settings)
        shared = partial(shared_by_all, drawn)
        patch.setattr(model.ns_loss.sampler, "get_negative_sample", shared)
        total += step(model, rate, contexts, target, settings.skip_gram)
    return total


def windows(
    corpus: Corpus, settings: FusedSettings
) -> Iterator[tuple[float, np.ndarray, np.ndarray, int]]:
    """Yield the rate, contexts, target and its place of every window of the fused engine."""
    for low, high in zip(corpus.offsets[:-1], corpus.offsets[1:], strict=True):
        at = 300 + int(low)
        words, places, widths = fused._thin_out(
            REFERENCE, corpus.tokens[low:high], corpus.keep, settings, at
        )
        for i, width in enumerate(widths.astype(int)):
            contexts = np.r_[words[max(0, i - width) : i], words[i + 1 : i + 1 + width]]
            if contexts.size:
                yield settings.rate(at), contexts, words[i : i + 1], int(places[i])


def step(
    model: ContextModel, rate: float, contexts: np.ndarray, target: np.ndarray, skip_gram: bool
) -> float:
    """Train layers on a window as the fused engine does; return the loss."""
    # There, contexts are the inputs of skip-gram: each is a row of a batch.
    rows = len(contexts) if skip_gram else 1
    if skip_gram:
        loss = model.forward(target.repeat(rows)[:, None], contexts)
    else:
        loss = model.forward(contexts[None], target)
    model.backward(rows)
    SGD(lr=rate).update(model.params, model.grads)
    return rows * float(loss)


def test_slices_in_turn_are_the_whole_to_the_bit() -> None:
    corpus = Corpus(300)
    cpu = CPU
    whole, sliced = (copies(random_weights(300, 20)) for _ in range(2))
    settings = corpus.settings()
    loss = corpus.train(cpu, whole, settings)
    parts = [corpus.train(cpu, sliced, settings, slice(i, i + 12)) for i in range(0, 45, 11)]
    assert [W.tobytes() for W in sliced] == [W.tobytes() for W in whole]
    assert sum(part.predictions for part in parts) == loss.predictions
    assert sum(part.total for part in parts) == pytest.approx(loss.total, rel=1e-6)


def test_another_seed_draws_otherwise() -> None:
    corpus = Corpus(300)
    first, second = (copies(random_weights(300, 20)) for _ in range(2))
    corpus.train(CPU, first, corpus.settings())
    corpus.train(CPU, second, corpus.settings(seed=8))
    assert abs(first[0] - second[0]).max() > 1e-3


@pytest.mark.parametrize("skip_gram", [True, False], ids=["skip-gram", "cbow"])
@pytest.mark.parametrize("scale", [0, 1, 60], ids=["untrained", "usual", "saturated"])
def test_the_loss_is_exact_whatever_the_logits(scale: float, skip_gram: bool) -> None:
    corpus = Corpus(40)
    W_in, W_out = random_weights(40, 10)
    weights = W_in * np.float32(scale), W_out
    settings = corpus.settings(
        skip_gram=skip_gram, exact=False, negative=20, alpha=1e-30, min_alpha=1e-30
    )
    exact = corpus.train(REFERENCE, (weights[0].astype(float), weights[1].astype(float)), settings)
    loss = corpus.train(CPU, copies(weights), settings)
    assert loss.total == pytest.approx(exact.total, rel=2e-6)
    if scale == 0:
        assert loss.total == pytest.approx(loss.predictions * 21 * np.log(2), rel=1e-6)


def test_sigmoid_is_exact_over_its_whole_range() -> None:
    # One context, one negative, one dimension: what the context's row gains is (1 - σ(x)) · o.
    tokens, offsets = np.array([0, 1], np.int32), np.array([0, 2], np.int64)
    counts = np.array([1.0, 1.0, 1e-300])
    noise, keep = NoiseTable(counts), keep_thresholds(counts, 0)
    settings = FusedSettings(
        skip_gram=True, window=1, negative=1, exact=False, total=1, seed=1, alpha=1, min_alpha=1
    )
    errors = []
    for x in np.linspace(-30, 30, 241):
        W_in, W_out = np.array([[x], [0.0], [0.0]], np.float32), np.ones((3, 1), np.float32)
        reference = W_in.astype(float), W_out.astype(float)
        work = Work(W_in, W_out, tokens, offsets, noise, keep, settings, 0)
        CPU.train(work)
        REFERENCE.train(work._replace(W_in=reference[0], W_out=reference[1]))
        errors.append(abs(W_in - reference[0]).max() / max(1, abs(x)))
    assert max(errors) < 1e-6


def test_frequent_words_are_thinned_out_by_word2vecs_formula() -> None:
    """Two counts, five standard deviations each: false alarms in one run of a million."""
    counts = np.array([900_000, 100_000])
    t = 0.02
    tokens = np.repeat(np.array([0, 1], np.int32), 100_000)
    share = counts / counts.sum()
    expected = np.minimum(1, np.sqrt(t / share) + t / share)
    settings = FusedSettings(
        skip_gram=False, window=1, negative=1, exact=True, total=200_000, seed=5
    )
    for word in (0, 1):
        work = Work(
            *random_weights(2, 1),
            tokens,
            np.array([0, 100_000]) + 100_000 * word,
            output=NoiseTable(counts),
            keep=keep_thresholds(counts, t),
            settings=settings,
            position=100_000 * word,
        )
        loss = CPU.train(work).result()
        p = expected[word]
        assert abs(loss.words - 100_000 * p) < 5 * np.sqrt(100_000 * p * (1 - p))


def test_no_word_is_thinned_out_without_a_threshold() -> None:
    corpus = Corpus(30)
    corpus.keep = keep_thresholds(corpus.counts, 0)
    for backend in (REFERENCE, CPU):
        loss = corpus.train(backend, random_weights(30, 4), corpus.settings())
        assert loss.words == len(corpus.tokens)


def test_padding_is_found_and_stays_zero() -> None:
    W = padded_copy(random_weights(30, 17)[0])
    whole = padded(W)
    assert whole is not None
    assert whole.shape == (30, 32)
    assert whole.ctypes.data % 64 == 0
    corpus = Corpus(30)
    W_out = zero_rows((30, 17))
    corpus.train(CPU, (W, W_out), corpus.settings())
    assert W_out.any()
    assert not whole[:, 17:].any()
    assert padded(W[3:20]) is not None
    # Matrices laid out alike, whose rows go on with something else than zeros.
    assert padded(W[:, :16]) is None
    assert padded(zero_rows((30, 20))[:, :17]) is None
    assert padded(np.ones_like(whole)[:, :17]) is None
    assert padded(np.zeros((30, 17), np.float32)) is None

"""Hierarchical softmax beside negatives: the fused engine against its reference and the layers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.backend.test_fused import (
    Corpus,
    assert_same_steps,
    copies,
    random_weights,
    shared_by_all,
    step,
    windows,
)
from tests.backend.test_hierarchical_softmax import MODELS
from w2v.backend import Backend, FusedSettings, HuffmanTree, NoiseTable, TreeAndNoise, get_backend
from w2v.models import CBOW, SkipGram

REFERENCE, CPU = Backend(), get_backend("cpu")
Weights = tuple[np.ndarray, np.ndarray]


class BothCorpus(Corpus):
    """The corpus with a tree beside its noise."""

    noise: Any

    def __init__(self, vocab_size: int, sentences: int = 40) -> None:
        super().__init__(vocab_size, sentences)
        self.noise = TreeAndNoise(HuffmanTree(self.counts), NoiseTable(self.counts))

    def settings(self, **changes: object) -> FusedSettings:
        return super().settings(hs=True, **changes)


def both_weights(vocab_size: int, dim: int) -> Weights:
    W_in, W_out = random_weights(2 * vocab_size, dim)
    return W_in[:vocab_size].copy(), W_out[1:].copy()


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "fast"])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(
    "shape",
    [(2, 1, 1, 1), (12, 100, 5, 5), (40, 17, 10**20, 5), (300, 33, 45, 20), (300, 100, 5, 7)],
    ids=str,
)
def test_the_kernel_steps_as_the_reference_does(
    shape: tuple[int, int, int, int], model: dict[str, bool], exact: bool
) -> None:
    vocab_size, dim, window, negative = shape
    corpus = BothCorpus(vocab_size, sentences=15)
    # Long sums of vectors step far; smaller steps keep the comparison well conditioned.
    alpha = 0.05 / min(window, 60)
    settings = corpus.settings(window=window, negative=negative, exact=exact, alpha=alpha, **model)
    start = both_weights(vocab_size, dim)
    expected, got = copies(start), copies(start)
    loss = corpus.train(REFERENCE, expected, settings)
    assert corpus.train(CPU, got, settings) == (
        pytest.approx(loss.total, rel=1e-5),
        loss.predictions,
        loss.words,
    )
    assert_same_steps(start, expected, got)


@pytest.mark.parametrize("skip_gram", [True, False], ids=["skip-gram", "cbow"])
def test_the_reference_steps_as_the_layers_with_sgd(
    skip_gram: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = BothCorpus(30)
    settings = corpus.settings(skip_gram=skip_gram, share_gradient=True)
    weights = both_weights(30, 8)
    model = (SkipGram if skip_gram else CBOW)(
        30, 8, settings.window, None, hs=1, counts=corpus.counts, backend=CPU
    )
    for param, W in zip(model.params, weights, strict=True):
        param[:] = W
    loss, total = corpus.train(REFERENCE, weights, settings), 0.0
    for rate, contexts, target, place in windows(corpus, settings):
        drawn = corpus.noise.noise.negatives(REFERENCE, target, place, settings)
        shared = partial(shared_by_all, drawn)
        monkeypatch.setattr(model.loss_layer.sampler, "get_negative_sample", shared)
        total += step(model, rate, contexts, target, skip_gram)
    assert loss.total == pytest.approx(total, rel=1e-5)
    for param, W in zip(model.params, weights, strict=True):
        np.testing.assert_allclose(param, W, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("skip_gram", [True, False], ids=["skip-gram", "cbow"])
@pytest.mark.parametrize("vocab_size", [12, 900])
def test_a_threads_own_copies_of_rows_come_back_whole(
    vocab_size: int, skip_gram: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2v.backend.cpu.copies.UNSETTLED_WORDS", 0)
    corpus = BothCorpus(vocab_size, sentences=200)
    settings = corpus.settings(skip_gram=skip_gram, alpha=0.01)
    expected, got = (copies(both_weights(vocab_size, 20)) for _ in range(2))
    loss = corpus.train(CPU, expected, settings)
    shared = corpus.train(CPU, got, replace(settings, workers=4))
    assert shared.total == pytest.approx(loss.total, rel=1e-5)
    for alone, together in zip(expected, got, strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-4, atol=2e-5)


def test_what_does_not_fit_together_is_refused() -> None:
    corpus, both = Corpus(30), BothCorpus(30)
    for backend in (REFERENCE, CPU):
        with pytest.raises(ValueError, match=r"\(30, 8\), the tree and noise distribution \(30,\)"):
            both.train(backend, random_weights(30, 8), both.settings())
        with pytest.raises(ValueError, match="hs must be True with a tree and negatives"):
            both.train(backend, both_weights(30, 8), corpus.settings())
        with pytest.raises(ValueError, match="hs must be False without a tree"):
            corpus.train(backend, random_weights(30, 8), both.settings())
        with pytest.raises(ValueError, match="negative must be 1 or more, got 0"):
            both.train(backend, both_weights(30, 8), both.settings(negative=0))
    with pytest.raises(ValueError, match="must be of the same words, got 30 and 29"):
        TreeAndNoise(HuffmanTree(corpus.counts), NoiseTable(corpus.counts[1:]))

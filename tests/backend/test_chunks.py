"""CBOW's wide windows, which are stepped by chunks of a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.backend.test_fused import (
    CPU,
    REFERENCE,
    Corpus,
    assert_same_steps,
    copies,
    random_weights,
    windows,
)
from w2v.backend import FusedLoss, FusedSettings, Work
from w2v.backend.reference.fused import damping
from w2v.backend.settings import chunk_length


def long_corpus() -> Corpus:
    """Return the corpus with sentences that are several chunks long beside the short ones."""
    corpus = Corpus(40, sentences=60)
    corpus.offsets = np.r_[corpus.offsets[:8], corpus.offsets[30::12], corpus.offsets[-1]]
    return corpus


def settings(corpus: Corpus, **changes: Any) -> FusedSettings:
    return corpus.settings(skip_gram=False, window=12, alpha=0.01, **changes)


@pytest.mark.parametrize("window", [12, 60, 10**20])
@pytest.mark.parametrize("workers", [1, 4])
def test_kernel_and_reference_step_sentences_of_several_chunks_alike(
    window: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2v.backend.cpu.copies.UNSETTLED_WORDS", 0)
    corpus, start = long_corpus(), random_weights(40, 17)
    how = replace(settings(corpus), window=window, workers=workers)
    assert how.chunked
    assert np.diff(corpus.offsets).max() > 3 * chunk_length(how.reach, 200)
    expected, got = copies(start), copies(start)
    loss = corpus.train(REFERENCE, expected, how)
    assert corpus.train(CPU, got, how) == (
        pytest.approx(loss.total, rel=1e-5),
        loss.predictions,
        loss.words,
    )
    assert_same_steps(start, expected, got)


@pytest.mark.parametrize("share_gradient", [False, True])
def test_a_chunk_steps_by_the_sum_of_what_its_windows_want(share_gradient: bool) -> None:
    corpus = long_corpus()
    how = settings(corpus, share_gradient=share_gradient)
    weights = random_weights(40, 8)
    W_in, W_out = (W.astype(float) for W in weights)
    got = corpus.train(REFERENCE, weights, how)
    # Where sentences begin, and how many words of each stay.
    begins = (corpus.offsets[:-1] + 300).tolist()
    found = list(windows(corpus, how))
    sentences = np.searchsorted(begins, [place for *_, place in found], side="right")
    total = 0.0
    for sentence in np.unique(sentences):
        mine = [each for each, s in zip(found, sentences, strict=True) if s == sentence]
        length = chunk_length(how.reach, len(mine))
        for start in range(0, len(mine), length):
            as_it_was = W_in.copy()
            for rate, contexts, target, place in mine[start : start + length]:
                negatives = corpus.noise.negatives(REFERENCE, target, place, how)
                h, outputs = as_it_was[contexts].mean(axis=0), np.r_[target, negatives]
                label = np.arange(len(outputs)) == 0
                logits = W_out[outputs] @ h
                total += np.logaddexp(0, np.where(label, -logits, logits)).sum()
                g = rate * (label - 1 / (1 + np.exp(-logits)))
                share = 1 / len(contexts) if share_gradient else damping(len(contexts))
                np.add.at(W_in, contexts, share * (g @ W_out[outputs]))
                np.add.at(W_out, outputs, g[:, None] * h)
    assert got.total == pytest.approx(total, rel=1e-5)
    np.testing.assert_allclose(weights[0], W_in, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights[1], W_out, rtol=1e-4, atol=1e-5)


def test_slices_in_turn_are_the_whole_to_the_bit() -> None:
    corpus = Corpus(300)
    whole, sliced = (copies(random_weights(300, 20)) for _ in range(2))
    corpus.train(CPU, whole, settings(corpus))
    for i in range(0, 45, 11):
        corpus.train(CPU, sliced, settings(corpus), slice(i, i + 12))
    assert [W.tobytes() for W in sliced] == [W.tobytes() for W in whole]


def test_factors_hold_words_fixed_or_damp_them() -> None:
    corpus, start = long_corpus(), random_weights(40, 20)
    factors = np.resize(np.array([0, 0.25, 1, 3], np.float32), 40)

    def train(backend: Any) -> tuple[tuple[np.ndarray, np.ndarray], FusedLoss]:
        weights = copies(start)
        text = corpus.tokens, corpus.offsets, corpus.noise, corpus.keep
        work = Work(*weights, *text, settings(corpus), 300, factors)
        return weights, backend.train(work).result()

    (expected, _), (got, _) = train(REFERENCE), train(CPU)
    assert_same_steps(start, expected, got)
    assert got[0][factors == 0].tobytes() == start[0][factors == 0].tobytes()


def test_windows_of_a_mean_are_chunked_from_ten_contexts_on() -> None:
    def chunked(window: int, **how: Any) -> bool:
        base: dict[str, Any] = {"skip_gram": False, "negative": 5, "exact": True, "total": 1}
        return FusedSettings(**{**base, **how}, window=window, seed=1).chunked

    assert [chunked(w) for w in (1, 5, 9, 10, 10**20)] == [False] * 3 + [True] * 2
    assert [chunked(w, shrink_windows=False) for w in (5, 6)] == [False, True]
    assert not any(chunked(40, **{k: v}) for k, v in (("mean", False), ("skip_gram", True)))
    assert [chunk_length(w, 10**6) for w in (10, 40, 100, 1000)] == [32, 32, 50, 160]
    assert chunk_length(10**9, 20) == 32

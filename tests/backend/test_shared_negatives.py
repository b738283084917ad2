"""Skip-gram's windows that share negatives: kernel, reference, layers, and each window's law."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.backend.test_sampling import assert_drawn_from, distribution, drawing_order
from w2v import Word2Vec
from w2v.backend import FusedSettings, NoiseTable, Work
from w2v.backend.random import RandomStream

SHAPES = [  # vocabulary, dimension, window, negatives
    (30, 1, 1, 1),
    (30, 3, 20, 1),
    (40, 17, 1, 20),  # negatives are targets in nearly every block
    (12, 100, 5, 5),  # and words stand in a block many times
    (300, 100, 5, 5),
    (300, 33, 45, 9),
]


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "fast"])
@pytest.mark.parametrize("m", [2, 3, 4, 7])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_kernel_steps_as_the_reference_does(
    shape: tuple[int, int, int, int], m: int, exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2v.backend.settings._SUMMED", 10**9)  # wide windows too
    vocab_size, dim, window, negative = shape
    corpus = Corpus(vocab_size)
    # Sums of many steps go far; smaller ones keep the comparison well conditioned.
    settings = corpus.settings(
        window=window,
        negative=negative,
        exact=exact and negative + m <= vocab_size,
        alpha=0.05 / window / m,
        share_negatives=m,
    )
    start = random_weights(vocab_size, dim)
    expected, got = copies(start), copies(start)
    loss = corpus.train(REFERENCE, expected, settings)
    assert corpus.train(CPU, got, settings) == (
        pytest.approx(loss.total, rel=1e-5),
        loss.predictions,
        loss.words,
    )
    assert_same_steps(start, expected, got)


def blocks(
    corpus: Corpus, settings: FusedSettings
) -> Iterator[list[tuple[float, np.ndarray, np.ndarray, int]]]:
    """Yield the windows of every block, as :func:`windows` has them."""
    held: list[Any] = []
    ends = set((corpus.offsets + 300).tolist())
    for window in windows(corpus, settings):
        place = window[3]
        if held and (
            len(held) == settings.share_negatives or any(held[-1][3] < e <= place for e in ends)
        ):
            yield held
            held = []
        held.append(window)
    yield held


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "fast"])
def test_a_block_steps_by_the_sum_of_what_its_windows_want(exact: bool) -> None:
    corpus = Corpus(30)
    settings = corpus.settings(share_negatives=3, negative=4, exact=exact, alpha=0.02)
    weights = random_weights(30, 8)
    W_in, W_out = (W.astype(float) for W in weights)
    got = corpus.train(REFERENCE, weights, settings)
    total, k, share = 0.0, settings.shared_negatives, 4 / 6
    for block in blocks(corpus, settings):
        drawn = corpus.noise.shared_negatives(REFERENCE, block[0][3], settings)
        x, o = W_in.copy(), W_out.copy()
        for rate, contexts, target, _ in block:
            mine = drawn[drawn != target][:k] if exact else drawn
            assert len(mine) == k
            for output, label, weight in [(target[0], 1, 1.0), *((n, 0, share) for n in mine)]:
                for context in contexts:
                    logit = x[context] @ o[output]
                    total += weight * np.logaddexp(0, logit if label == 0 else -logit)
                    g = rate * weight * (label - 1 / (1 + np.exp(-logit)))
                    W_in[context] += g * o[output]
                    W_out[output] += g * x[context]
    assert got.total == pytest.approx(total, rel=1e-5)
    np.testing.assert_allclose(weights[0], W_in, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights[1], W_out, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("target", [0, 3])
def test_each_windows_negatives_have_the_law_of_exact_sampling(target: int) -> None:
    """Two chi-square tests at the level that `test_sampling.py` states."""
    counts = np.array([40, 20, 10, 5, 2])
    noise, p = NoiseTable(counts), distribution(counts, 0.75)
    settings = FusedSettings(True, 5, 1, exact=True, total=1, seed=3, share_negatives=2)
    assert settings.shared_negatives == 2
    stream = RandomStream(settings.seed, 3)
    drawn = REFERENCE.sample_distinct(noise, (30_000,), 3, stream)
    one = noise.shared_negatives(REFERENCE, 17, settings)
    assert one.tolist() == drawn[17].tolist()
    left = np.array([row[row != target][:2] for row in drawn])
    assert_drawn_from(drawing_order(p, target, 2), left)


def test_words_are_drawn_distinct_up_to_the_whole_vocabulary() -> None:
    noise = NoiseTable(np.array([1000, 1, 1, 1]))
    for k in (1, 3, 4):
        drawn = REFERENCE.sample_distinct(noise, (50,), k, RandomStream(1))
        assert all(len(set(row.tolist())) == k for row in drawn)
        assert ((drawn >= 0) & (drawn < 4)).all()
    with pytest.raises(ValueError, match="vocabulary of 4 words"):
        REFERENCE.sample_distinct(noise, (1,), 5, RandomStream(1))


def test_slices_in_turn_are_the_whole_to_the_bit() -> None:
    corpus = Corpus(300)
    whole, sliced = (copies(random_weights(300, 20)) for _ in range(2))
    settings = corpus.settings(share_negatives=4)
    corpus.train(CPU, whole, settings)
    for i in range(0, 45, 11):
        corpus.train(CPU, sliced, settings, slice(i, i + 12))
    assert [W.tobytes() for W in sliced] == [W.tobytes() for W in whole]


def test_a_threads_own_copies_of_rows_come_back_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("w2v.backend.cpu.copies.UNSETTLED_WORDS", 0)
    corpus = Corpus(900, sentences=200)
    settings = corpus.settings(alpha=0.01, share_negatives=4)
    expected, got = (copies(random_weights(900, 20)) for _ in range(2))
    corpus.train(CPU, expected, settings)
    corpus.train(CPU, got, replace(settings, workers=4))
    for alone, shared in zip(expected, got, strict=True):
        np.testing.assert_allclose(shared, alone, rtol=1e-4, atol=2e-5)


def test_factors_hold_words_fixed_or_damp_them() -> None:
    corpus = Corpus(300)
    factors = np.ones(300, np.float32)
    factors[:10], factors[10:20] = 0, 0.25
    start = random_weights(300, 20)
    expected, got = copies(start), copies(start)
    for backend, weights in ((REFERENCE, expected), (CPU, got)):
        work = Work(*weights, corpus.tokens, corpus.offsets, corpus.noise, corpus.keep,
                    corpus.settings(share_negatives=4, alpha=0.01), 0, factors)  # fmt: skip
        backend.train(work).result()
    assert_same_steps(start, expected, got)
    assert got[0][:10].tobytes() == start[0][:10].tobytes()


def test_fewer_windows_share_the_wider_they_are_and_the_more_negatives_there_are() -> None:
    def shared(**how: Any) -> int:
        settings = {"skip_gram": True, "window": 5, "negative": 5, "exact": True, **how}
        return FusedSettings(total=1, seed=1, share_negatives=4, **settings).block

    assert [shared(window=w) for w in (1, 5, 10, 20, 10**20)] == [4, 4, 2, 1, 1]
    assert [shared(negative=k) for k in (1, 5, 10, 20, 500)] == [4, 4, 2, 1, 1]
    assert shared(shrink_windows=False) == 2


SENTENCES = [[f"w{(i * 7 + j * j) % 40}" for j in range(12)] for i in range(60)]


def test_a_model_says_how_many_windows_share_and_learns(tmp_path: Any) -> None:
    how: dict[str, Any] = {"sg": 1, "min_count": 1, "vector_size": 8, "sample": 0, "workers": 1}
    model = Word2Vec(SENTENCES, share_negatives=4, epochs=15, **how)
    assert model.losses[-1] < 0.98 * model.losses[0]
    model.save(tmp_path / "model")
    assert Word2Vec.load(tmp_path / "model").config.share_negatives == 4
    by_window, by_two, few = (
        Word2Vec(SENTENCES, share_negatives=share, **{**how, **more}).wv.vectors.tobytes()
        for share, more in ((1, {}), (2, {}), (4, {"negative": 39}))
    )
    assert by_window != by_two
    assert few == Word2Vec(SENTENCES, **{**how, "negative": 39}).wv.vectors.tobytes()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"share_negatives": 0}, "share_negatives must be 1 or more"),
        ({"share_negatives": 2.5}, "share_negatives must be 1 or more"),
        ({"share_negatives": 2, "sg": 0}, "only skip-gram"),
        ({"share_negatives": 2, "hs": 1}, "only skip-gram"),
        ({"share_negatives": 2, "optimizer": "adam"}, "only skip-gram"),
    ],
)
def test_what_cannot_be_shared_is_refused_by_name(how: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Word2Vec(**{"sg": 1, **how})
    Word2Vec(**{"sg": 1, **how, "share_negatives": 1})


def test_more_than_the_vocabulary_has_are_refused_with_what_to_do() -> None:
    corpus = Corpus(12)
    with pytest.raises(ValueError, match="cannot draw 12 distinct negatives"):
        corpus.train(CPU, random_weights(12, 4), corpus.settings(negative=11, share_negatives=4))

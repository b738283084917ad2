"""The fused engine on a real device: one warp against the reference, many against the CPU."""

from __future__ import annotations

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
from w2v.backend.select import gpu_problem

pytestmark = pytest.mark.skipif(bool(gpu_problem()), reason=gpu_problem() or "there is a GPU")

REFERENCE = Backend()


def train(
    backend: Any, weights: list[np.ndarray], text: tuple[np.ndarray, np.ndarray], **form: Any
) -> tuple[FusedLoss, list[np.ndarray]]:
    tokens, offsets = text
    counts = np.bincount(tokens, minlength=len(weights[0]))
    settings = FusedSettings(total=form.pop("total", len(tokens)), seed=1, **form)
    there = [backend.asarray(W.copy()) for W in weights]
    work = Work(
        there[0],
        there[1],
        getattr(backend, "fused_tokens", backend.asarray)(tokens),
        offsets,
        output=NoiseTable(np.maximum(counts, 1)).to(backend),
        keep=backend.asarray(keep_thresholds(np.maximum(counts, 1), 1e-2)),
        settings=settings,
        position=0,
    )
    loss = backend.train(work).result()
    return loss, [backend.to_numpy(W) for W in there]


def random_text(words: int, vocabulary: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(words)
    p = 1 / np.arange(3, vocabulary + 3)
    tokens = rng.choice(vocabulary, words, p=p / p.sum()).astype(np.int32)
    offsets = np.unique(np.r_[0, rng.integers(0, words, words // 15), words])
    return tokens, offsets


@pytest.mark.parametrize("skip_gram", [True, False])
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(
    ("dim", "window", "negative"),
    [(1, 1, 1), (17, 20, 20), (100, 5, 5), (128, 10, 15), (300, 20, 5), (2000, 2, 1), (30, 130, 9)],
)
def test_one_warp_does_what_the_reference_does(
    dim: int, window: int, negative: int, exact: bool, skip_gram: bool
) -> None:
    rng = np.random.default_rng(dim)
    weights = [rng.normal(0, 0.3, (40, dim)).astype(np.float32) for _ in range(2)]
    form = {"skip_gram": skip_gram, "window": window, "negative": negative, "exact": exact}
    text = random_text(300, 40)
    expected, right = train(REFERENCE, weights, text, alpha=0.005, **form)
    loss, got = train(get_backend("gpu"), weights, text, alpha=0.005, **form)
    assert loss == (pytest.approx(expected.total, rel=1e-5), *expected[1:])
    for ours, theirs in zip(got, right, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 * max(1, abs(theirs).max()))


@pytest.mark.parametrize("skip_gram", [True, False])
def test_many_warps_learn_what_the_cpu_learns(skip_gram: bool) -> None:
    """The same words are kept and predicted; the loss is that of one thread, nearly."""
    vocabulary, dim = 20_000, 64
    text = random_text(2_000_000, vocabulary)
    rng = np.random.default_rng(1)
    start = rng.uniform(-0.5, 0.5, (vocabulary, dim)).astype(np.float32) / dim
    weights = [start, np.zeros_like(start)]
    form = {"skip_gram": skip_gram, "window": 5, "negative": 5, "exact": True, "total": 10**7}
    expected, _ = train(get_backend("cpu"), weights, text, **form)
    loss, got = train(get_backend("gpu"), weights, text, **form)
    assert loss.words == expected.words
    # A sentence that is cut between two warps loses a window's worth of pairs.
    assert loss.predictions == pytest.approx(expected.predictions, rel=1e-3)
    mean, right = loss.total / loss.predictions, expected.total / expected.predictions
    assert mean == pytest.approx(right, rel=0.02)
    assert all(np.isfinite(W).all() for W in got)

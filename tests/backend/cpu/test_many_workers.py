"""Threads' own copies of rows: however many there are, they train as one thread does."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from tests.support.turns import train_in_turn
from w2v.backend import FusedSettings
from w2v.backend.cpu import copies
from w2v.backend.cpu.copies import MOST_WAY, STEEPNESS, OwnCopies, curvature, own_copies
from w2v.backend.cpu.fused import train
from w2v.models import CBOW, SkipGram
from w2v.training.fused import FusedTrainer

rng = np.random.default_rng(1)
SETTINGS = FusedSettings(skip_gram=True, window=5, negative=5, exact=True, total=10**9, seed=1)


def grown(length: float, spread: float = 1.0) -> np.ndarray:
    """Return (600, 16) rows, padded, with one direction in common, as trained rows have."""
    return (length * (0.25 + spread * rng.normal(0, 0.1, (600, 16)))).astype(np.float32)


@pytest.mark.parametrize("workers", [2, 4, 8, 16, 32, 64])
def test_all_copies_together_go_a_bounded_way_before_they_meet(workers: int) -> None:
    with_copies = 0
    for alpha, window, negative, skip_gram, length in product(
        (0.001, 0.025, 0.5), (1, 5, 500), (0, 5, 20), (True, False), (0, 0.1, 2.0, 8.0)
    ):
        settings = replace(
            SETTINGS, skip_gram=skip_gram, window=window, negative=negative, alpha=alpha,
            min_alpha=alpha, workers=workers,
        )  # fmt: skip
        weights = grown(length), grown(length)
        own = own_copies(settings, 10**8, *weights)
        if own.hot:
            with_copies += 1
            assert own.patience >= 2
            steps = own.patience * STEEPNESS * curvature(settings, 10**8, *weights)
            assert workers * (1 - math.exp(-steps)) <= MOST_WAY * 1.001
    assert with_copies


def test_longer_rows_faster_rates_and_more_threads_meet_sooner() -> None:
    def patience(length: float = 2.0, **changed: float) -> float:
        own = own_copies(
            replace(SETTINGS, **{"workers": 4, **changed}),  # type: ignore[arg-type]
            10**8, grown(length), grown(length),
        )  # fmt: skip
        return own.patience if own.hot else 0

    usual = patience()
    assert usual > patience(3.0) > patience(30.0) == 0
    assert usual > patience(alpha=0.05) > patience(alpha=0.5) == 0
    assert usual > patience(workers=8) > patience(workers=1000) == 0
    assert usual > patience(window=10) > patience(window=1000) == 0
    assert patience(np.nan) == patience(workers=1) == 0


def test_rows_that_have_come_apart_are_left_to_the_loss_to_tell() -> None:
    settings = replace(SETTINGS, workers=4)
    for length in (1e30, np.inf, np.nan):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert own_copies(settings, 10**8, grown(length), grown(length)).hot == 0


def test_what_a_waiting_thread_has_stepped_is_added_once_to_what_others_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(copies, "UNSETTLED_WORDS", 0)
    text, trainer = tokens(3000), new_trainer(SkipGram, tokens(3000), workers=2)
    W_in, W_out = (np.asarray(W) for W in trainer.model.params)
    W_out += grown(1.0)[: len(W_out)]
    start = W_in.copy(), W_out.copy()

    def step(part: slice, own: OwnCopies) -> None:
        offsets = np.array([0, len(text[part])])
        work = trainer._work(text[part], offsets, part.start)
        train(work._replace(W_in=W_in, W_out=W_out), own)

    def new() -> OwnCopies:
        own = own_copies(trainer.settings, 0, W_in, W_out)
        own.state[0] = 1e9  # all are exchanged at the end, and none before
        return own

    def taken_back() -> list[np.ndarray]:
        changes = [W - W_old for W, W_old in zip((W_in, W_out), start, strict=True)]
        W_in[:], W_out[:] = start
        return changes

    mine, others = slice(0, 20), slice(20, 3000)
    step(mine, new())
    of_mine = taken_back()
    step(others, new())
    of_others = taken_back()

    waiting = new()
    waiting.state[2] = 0
    step(mine, waiting)
    assert all(not change.any() for change in taken_back())  # nobody has seen it yet
    step(others, new())
    waiting.state[1:] = 0, 1
    step(slice(0, 0), waiting)  # it goes on, and has nothing left to do
    for together, one, other in zip(taken_back(), of_mine, of_others, strict=True):
        assert abs(one).max() > 1e-3
        np.testing.assert_allclose(together, one + other, atol=1e-5)


def tokens(size: int) -> np.ndarray:
    """Return words, some of which are far more frequent than others."""
    words = np.random.default_rng(2).zipf(1.3, 4 * size)
    return (words[words <= 400][:size] - 1).astype(np.int32)


def new_trainer(kind: type[SkipGram | CBOW], text: np.ndarray, **options: object) -> FusedTrainer:
    counts = np.bincount(text, minlength=400) + 1
    model = kind(400, 16, 5, None, counts=counts, start="uniform", backend="cpu", seed=1)
    offsets = np.append(np.arange(0, len(text), 20), len(text))
    return FusedTrainer(model, text, offsets, counts, sample=0, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "turn"),
    [(SkipGram, 50), (SkipGram, 2000), (CBOW, 50)],
    ids=["skip-gram, a core each", "skip-gram, waiting for a core", "cbow, a core each"],
)
def test_many_workers_do_not_overshoot(
    kind: type[SkipGram | CBOW], turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "UNSETTLED_WORDS", 20_000)
    text = tokens(60_000)

    def trained(workers: int) -> tuple[float, float]:
        trainer = new_trainer(kind, text, epochs=3, alpha=0.05, workers=workers)
        train_in_turn(trainer, workers, turn)
        still = new_trainer(kind, text, epochs=1, alpha=0.0, min_alpha=0.0, workers=1)
        still.model.params[0][:], still.model.params[1][:] = trainer.model.params
        longest = max(float(np.linalg.norm(W, axis=1).max()) for W in trainer.model.params)
        return still.run()[0], longest

    (loss, longest), (loss_of_many, longest_of_many) = trained(1), trained(8)
    assert loss_of_many < 1.03 * loss
    assert longest_of_many < 1.5 * longest

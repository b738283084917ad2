"""The fused engine's driver: runs, threads, interruption, what it reports."""

from __future__ import annotations

import signal
import threading
from typing import Any

import numpy as np
import pytest

from w2v.backend import PendingLoss, Work, get_backend
from w2v.models import CBOW, ContextModel, SkipGram
from w2v.training.fused import FusedProgress, FusedTrainer

VOCAB = 500
CPU = get_backend("cpu")


def make_model(kind: type[ContextModel] = SkipGram, seed: int = 1) -> Any:
    return kind(VOCAB, 20, 5, None, counts=counts(), start="uniform", seed=seed, backend=CPU)


def tokens() -> np.ndarray:
    """Draw words of twenty topics, sentences keeping to one: something to learn."""
    rng = np.random.default_rng(3)
    topic = rng.integers(0, 20, 6_000).repeat(20)
    rank = np.minimum(rng.geometric(0.12, topic.size) - 1, VOCAB // 20 - 1)
    return (rank * 20 + topic).astype(np.int32)


TOKENS = tokens()
OFFSETS = np.arange(0, TOKENS.size + 1, 20)


def counts() -> np.ndarray:
    return np.bincount(TOKENS, minlength=VOCAB) + 1


def trainer(model: Any, **options: Any) -> FusedTrainer:
    options = {"epochs": 3, "workers": 1, **options}
    return FusedTrainer(model, TOKENS, OFFSETS, counts(), **options)


def test_one_worker_and_one_seed_give_the_same_bytes() -> None:
    first, second, other = make_model(), make_model(), make_model(seed=2)
    losses = [trainer(model).run() for model in (first, second, other)]
    assert first.word_vecs.tobytes() == second.word_vecs.tobytes()
    assert losses[0] == losses[1]
    assert first.word_vecs.tobytes() != other.word_vecs.tobytes()
    assert losses[2] == pytest.approx(losses[0], rel=0.01)


@pytest.mark.parametrize("kind", [SkipGram, CBOW])
def test_the_loss_falls(kind: type[ContextModel]) -> None:
    losses = trainer(make_model(kind), workers=2).run()
    assert 6 * np.log(2) > losses[0] > losses[1] > losses[2] > 0


def test_the_loss_means_the_same_for_any_number_of_workers() -> None:
    model = make_model()
    trainer(model).run()
    unmoved = {"epochs": 1, "alpha": 1e-30, "min_alpha": 1e-30}
    losses = [trainer(model, workers=workers, **unmoved).run() for workers in (1, 2, 7)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-6)
    assert losses[2] == pytest.approx(losses[0], rel=1e-6)


def test_similar_words_come_to_lie_together() -> None:
    model = make_model()
    trainer(model).run()
    unit = model.word_vecs[:200] / np.linalg.norm(model.word_vecs[:200], axis=1, keepdims=True)
    cosine = unit @ unit.T - 2 * np.eye(200)
    same_topic = np.arange(200) % 20 == cosine.argmax(axis=1) % 20
    assert same_topic.mean() > 0.95


def test_a_run_in_two_parts_is_one_run_to_the_bit() -> None:
    whole, parted = make_model(), make_model()
    trainer(whole).run()
    first = trainer(parted)
    first.run(last_epoch=1)
    assert first.trained == TOKENS.size
    trainer(parted, start=first.trained).run()
    assert parted.word_vecs.tobytes() == whole.word_vecs.tobytes()


def test_ctrl_c_stops_soon_and_keeps_what_was_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_model()
    run = trainer(model, epochs=10_000, workers=2)
    before, threads = model.word_vecs.copy(), set(threading.enumerate())
    main_thread = threading.main_thread().ident
    assert main_thread is not None

    def interrupt(progress: FusedProgress) -> None:
        assert progress.words > 0
        signal.pthread_kill(main_thread, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run.run(interrupt)
    assert 0 < run.trained < run.total / 10
    assert (model.word_vecs != before).any()
    assert run.losses
    held = model.word_vecs.copy()
    assert set(threading.enumerate()) <= threads
    assert (model.word_vecs == held).all()


def test_progress_ends_at_the_whole_and_its_rate_at_min_alpha() -> None:
    reports: list[FusedProgress] = []
    run = trainer(make_model(), epochs=2, alpha=0.05, min_alpha=0.001)
    run.run(reports.append)
    assert [r.words for r in reports] == sorted(r.words for r in reports)
    assert reports[-1].words == run.total == 2 * TOKENS.size
    assert reports[-1].rate == pytest.approx(0.001)
    assert all(0 < r.loss < 6 for r in reports)


def test_an_error_in_a_thread_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trainer(make_model(), workers=2)

    def fail(work: Work) -> PendingLoss:
        raise MemoryError("no room")

    monkeypatch.setattr(run, "compile", lambda: None)
    monkeypatch.setattr(run.backend, "train", fail)
    with pytest.raises(MemoryError, match="no room"):
        run.run()


def test_a_word_id_outside_the_vocabulary_is_refused() -> None:
    model = make_model()
    bad = FusedTrainer(model, TOKENS + 1, OFFSETS, counts(), epochs=1, workers=1)
    with pytest.raises(ValueError, match=f"{VOCAB} is out of range"):
        bad.run()

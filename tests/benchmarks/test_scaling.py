"""What the scaling benchmark makes of its measurements, and the texts that it cuts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.harness.machine import doubled
from benchmarks.harness.texts import zipf_on_disk, zipf_sentences
from benchmarks.scaling.points import words_in, words_per_second
from benchmarks.scaling.report import linear_cost
from w2v.backend import Backend, PendingLoss, Work, get_backend
from w2v.backend.cpu.copies import UNSETTLED_WORDS
from w2v.bench.training import FusedRun, Setting


def points(cost: dict[int, float]) -> list[dict[str, object]]:
    return [{"value": x, "words_per_second": {"median": 1e9 / ns}} for x, ns in cost.items()]


def test_the_cost_model_finds_a_line_again() -> None:
    a, b, misfit = linear_cost(points({x: 40 + 1.5 * x for x in (50, 100, 300, 1000)}))
    assert (a, b) == pytest.approx((40, 1.5))
    assert misfit < 1e-9


def test_the_cost_model_says_where_a_point_leaves_the_line() -> None:
    cost = {x: 40 + 1.5 * x for x in (50, 100, 200, 300, 500, 1000)}
    cost[300] *= 1.5
    assert 0.2 < linear_cost(points(cost))[2] < 0.5


def test_a_text_on_disk_is_the_one_in_memory() -> None:
    drawn = zipf_sentences(20_000, 300)
    with zipf_on_disk(20_000, 300) as stored:
        assert isinstance(stored.tokens, np.memmap)
        for a, b in zip(stored, drawn, strict=True):
            assert (a == b).all()


@pytest.mark.parametrize("skip_gram", [True, False])
def test_a_run_trains_its_model_at_a_pace(skip_gram: bool) -> None:
    text = zipf_sentences(200_000, 200)
    run = FusedRun(get_backend("cpu"), text, Setting(skip_gram, dim=20, workers=1))
    before = run.model.word_vecs.copy()
    assert words_per_second(run, 10_000) > 0
    assert (run.model.word_vecs != before).any(axis=1).mean() > 0.9
    assert 0.3 < run.kept < 1
    assert 50_000 <= words_in(run, 0.01) <= 200_000


@pytest.mark.parametrize(("words", "epochs"), [(100, 1), (100, 9), (300_000, 2), (2_000_000, 1)])
def test_a_run_trains_just_the_words_that_its_rate_counts(
    words: int, epochs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, text = get_backend("cpu"), zipf_sentences(2_000_000, 200)
    run = FusedRun(backend, text, Setting(dim=4, window=1, negative=1, workers=2))
    trained, train = [], type(backend).train

    def counted(self: Backend, work: Work) -> PendingLoss:
        trained.append((work.position, len(work.tokens)))
        return train(self, work)

    monkeypatch.setattr(type(backend), "train", counted)
    words_per_second(run, words, epochs)
    real = [(position, length) for position, length in trained if length]
    assert sum(length for _, length in real) == epochs * words
    assert min(position for position, _ in real) >= UNSETTLED_WORDS


def test_threads_are_doubled_up_to_the_most() -> None:
    assert doubled(1) == [1]
    assert doubled(6) == [1, 2, 4, 6]
    assert doubled(16) == [1, 2, 4, 8, 16]

"""What the scaling benchmark makes of its measurements, and the texts that it cuts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scaling_measure import Fused, Setting
from benchmarks.scaling_panels import worker_counts
from benchmarks.scaling_report import linear_cost
from benchmarks.zipf import zipf_on_disk, zipf_stream
from w2v.backend import Backend, PendingLoss, Work, get_backend
from w2v.backend.cpu.copies import UNSETTLED_WORDS


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


def test_a_part_of_a_text_has_whole_sentences_and_the_counts_of_all() -> None:
    text = zipf_stream(10_000, 500, sentence=7)
    part = text.part(1_000, skip=500)
    assert 993 < len(part.tokens) <= 1_000
    assert part.offsets[0] == 0
    assert part.offsets[-1] == len(part.tokens)
    assert set(np.diff(part.offsets)) == {7}
    assert (part.tokens == text.tokens[504 : 504 + len(part.tokens)]).all()
    assert (part.counts == text.counts).all()
    assert len(text.part(1, skip=10_000).tokens) == 10_000 % 7  # the last sentence


def test_a_text_on_disk_is_the_one_in_memory() -> None:
    drawn = zipf_stream(20_000, 300)
    with zipf_on_disk(20_000, 300) as stored:
        assert isinstance(stored.tokens, np.memmap)
        for a, b in zip(stored, drawn, strict=True):
            assert (a == b).all()


@pytest.mark.parametrize("skip_gram", [True, False])
def test_a_run_trains_its_model_at_a_pace(skip_gram: bool) -> None:
    text = zipf_stream(200_000, 200)
    run = Fused(get_backend("cpu"), text, Setting(skip_gram, dim=20, workers=1))
    before = run.model.word_vecs.copy()
    assert run.words_per_second(10_000) > 0
    assert (run.model.word_vecs != before).any(axis=1).mean() > 0.9
    assert 0.3 < run.kept < 1
    assert 50_000 <= run.words_in(0.01) <= 200_000


@pytest.mark.parametrize(("words", "epochs"), [(100, 1), (100, 9), (300_000, 2), (2_000_000, 1)])
def test_a_run_trains_just_the_words_that_its_rate_counts(
    words: int, epochs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, text = get_backend("cpu"), zipf_stream(2_000_000, 200)
    run = Fused(backend, text, Setting(dim=4, window=1, negative=1, workers=2))
    trained, train = [], type(backend).train

    def counted(self: Backend, work: Work) -> PendingLoss:
        trained.append((work.position, len(work.tokens)))
        return train(self, work)

    monkeypatch.setattr(type(backend), "train", counted)
    run.words_per_second(words, epochs)
    real = [(position, length) for position, length in trained if length]
    assert sum(length for _, length in real) == epochs * words
    assert min(position for position, _ in real) >= UNSETTLED_WORDS


def test_threads_are_doubled_up_to_the_most() -> None:
    assert worker_counts(1) == [1]
    assert worker_counts(6) == [1, 2, 4, 6]
    assert worker_counts(16) == [1, 2, 4, 8, 16]

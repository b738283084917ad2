"""How a run is dealt out: rounds that grow at first, and that adapt to what exchange costs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from w2v.cluster.schedule import APART, FIRST_WORDS, WHOLE_EVERY, Rounds, Schedule, words_alone


def rounds(schedule: Schedule) -> list[int]:
    """Return the words of each round that is left."""
    found = []
    while not schedule.done:
        found.append(sum(span.stop - span.start for span in schedule.deal()))
        schedule.finish()
    return found


def test_rounds_of_several_workers_grow_to_their_length_and_cover_every_epoch() -> None:
    schedule = Schedule([1_000_000, 500_000, 700_000], 2, words=200_000)
    found = rounds(schedule)
    assert found[0] == pytest.approx(FIRST_WORDS, abs=3)
    assert max(found) <= 1.5 * 600_000
    assert all(b <= 2 * max(FIRST_WORDS, a) for a, b in pairwise(found))
    assert sum(found) == schedule.total
    later = Schedule([1_000_000, 500_000, 700_000], 1, words=200_000, before=4_400_000)
    assert rounds(later)[0] == pytest.approx(600_000, abs=3)
    assert rounds(Schedule([1_000_000], 1, words=400_000)) == [400_000, 400_000, 200_000]


@pytest.mark.parametrize("workers", [2, APART, APART + 1])
def test_all_rows_are_exchanged_every_few_rounds_and_at_the_end(workers: int) -> None:
    schedule = Schedule([4_000_000] * workers, 1, words=10_000)
    wholes, since, most = [], 0, 0
    while not schedule.done:
        whole, before = schedule.whole, schedule.trained
        schedule.finish()
        since += schedule.trained - before
        most = max(most, since)
        wholes.append(whole)
        since = 0 if whole else since
    assert wholes[-1]
    if workers > APART:
        assert all(wholes)
    else:
        assert sum(wholes) < len(wholes) / 3
        assert WHOLE_EVERY * 10_000 <= most < (WHOLE_EVERY + workers) * 15_000
    forced = Schedule([4_000_000] * 2, 1, words=10_000, before=10**9)
    forced.finish(whole=True)
    assert not forced.whole


def test_long_runs_have_longer_rounds_and_so_many_that_rows_do_not_go_far_in_one() -> None:
    assert [Rounds().most(K, 54_000_000) for K in (2, 4, 16)] == [800_000, 400_000, 100_000]
    assert [Rounds().most(K, 640_000_000) for K in (2, 4, 16)] == [5_000_000, 2_500_000, 100_000]
    assert Rounds(7).most(2, 10**9) == 7
    schedule, wholes, since = Schedule([80_000_000] * 2, 4, words=5_000_000), [], 0
    while not schedule.done:
        whole, before = schedule.whole, schedule.trained
        schedule.finish()
        since += schedule.trained - before
        if whole:
            wholes.append(since)
            since = 0
    assert len(wholes) >= 8
    assert 80_000_000 <= max(wholes) <= 90_000_000


def test_the_first_worker_begins_alone_and_every_word_has_its_turn_in_every_epoch() -> None:
    lengths = [1_000_000, 500_000, 700_000]
    assert words_alone(lengths, 100_000_000) == 500_000
    assert words_alone(lengths, 2_200_000) == 34_375
    assert words_alone(lengths, 1_000_000) == words_alone(lengths[:1], 10**9) == 0
    schedule = Schedule(lengths, 2, words=100_000, alone=123_456)
    assert schedule.begins_alone and schedule.whole
    done = [0, 0, 0]
    while not schedule.done:
        spans = schedule.deal()
        if schedule.begins_alone:
            assert [(span.start, span.stop) for span in spans] == [(0, 123_456), (0, 0), (0, 0)]
        assert [span.start for span in spans] == done
        assert spans[0].position == schedule.trained
        done = [span.stop for span in spans]
        schedule.finish()
        assert not schedule.begins_alone
        if schedule.epoch_done:
            assert done == lengths
            done = [0, 0, 0]


def test_a_schedule_goes_on_where_another_stopped() -> None:
    whole, spans = Schedule([70_000, 30_000], 3, words=5_000), []
    while not whole.done:
        spans.append(whole.deal())
        whole.finish()
    part = Schedule([70_000, 30_000], 3, words=5_000)
    for _ in range(9):
        part.finish()
    rest = Schedule([70_000, 30_000], 3, words=5_000, trained=part.trained)
    for each in spans[9:]:
        assert rest.deal() == each
        rest.finish()
    positions = [span.position for each in spans for span in each]
    assert positions == sorted(positions)


def test_rounds_adapt_until_a_tenth_of_the_time_is_exchange() -> None:
    schedule = Schedule([10**9] * 4, 1, words=1_000)
    for _ in range(30):
        schedule.adapt(schedule.words, schedule.words / 1e6, 0.5, most=10_000_000)
    assert schedule.words == pytest.approx(4_500_000, rel=0.01)
    for _ in range(30):
        schedule.adapt(schedule.words, schedule.words / 1e6, 5.0, most=10_000_000)
    assert schedule.words == 10_000_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"lengths": [-5, 10]}, {"epochs": 0}, {"epochs": 1.5}, {"words": 0}, {"before": -1},
        {"trained": -1}, {"trained": 31},
    ],
)  # fmt: skip
def test_what_no_run_has_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Schedule(**{"lengths": [10, 20], "epochs": 1, **wrong})


def test_rounds_wait_where_the_longest_do_so_again_and_again() -> None:
    schedule = Schedule([10**9] * 4, 1, words=1_000)

    def adapt(words: int, waiting: float) -> bool:
        schedule.adapt(words, 0.8, 0.2, most=10_000, waiting_seconds=waiting)
        return schedule.waits

    assert not any(adapt(1_000, 0.9) for _ in range(20))
    assert not any(adapt(10_000, 0.05) for _ in range(20))
    assert not adapt(10_000, 0.6)
    assert any(adapt(10_000, 0.2) for _ in range(20))

from __future__ import annotations

from typing import Any

import pytest

from w2v.training.checkpoint_interval import Interval, Schedule


@pytest.mark.parametrize(
    ("given", "amount", "unit"),
    [
        (None, 1, "epochs"), ("1e", 1, "epochs"), ("0.5e", 0.5, "epochs"), ("90s", 90, "seconds"),
        ("10m", 600, "seconds"), ("1.5h", 5400, "seconds"), ("7w", 7, "words"),
        ("500kw", 500_000, "words"), ("50Mw", 5e7, "words"), (" 2 Gw ", 2e9, "words"),
    ],
)  # fmt: skip
def test_an_interval_is_time_words_or_epochs(given: Any, amount: float, unit: str) -> None:
    assert Interval.parse(given) == (amount, unit)


@pytest.mark.parametrize(
    "given",
    ["", "10", "m", "-1m", "0s", "1d", "1M", "1e5", "nan s", "inf h", "1mw", "10 minutes", "١m",
     "9" * 400 + "s", 10, 1.5, True, b"10m"],
)  # fmt: skip
def test_what_is_no_interval_says_what_is(given: Any) -> None:
    with pytest.raises(ValueError, match=r"every so much time \(30s, 10m, 2h\).* got"):
        Interval.parse(given)


def test_words_and_epochs_are_counted_from_the_beginning_of_the_run() -> None:
    words = Schedule(Interval(100, "words"), 250, 2.5)  # as of a run that goes on
    assert not words.due(299, 3)
    assert words.due(300, 3)
    words.kept(330, 3.3)
    assert [words.due(each, 0) for each in (399, 400, 1000)] == [False, True, True]
    epochs = Schedule(Interval(1, "epochs"), 250, 2.5)
    assert [epochs.due(0, each) for each in (2.9, 3.0)] == [False, True]


def test_time_is_counted_from_the_end_of_the_last_checkpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    schedule = Schedule(Interval(60, "seconds"), 0, 0)
    now += 59
    assert not schedule.due(10**9, 10**9)
    now += 1
    assert schedule.due(0, 0)
    now += 30  # it took so long
    schedule.kept(0, 0)
    now += 59
    assert not schedule.due(0, 0)

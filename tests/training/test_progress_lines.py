"""Lines of the log: what they say, and how often."""

from __future__ import annotations

import logging
import re

import pytest

from w2v import Word2Vec
from w2v.training.progress_lines import ProgressLines, seconds_of

SENTENCES = [list("abcdefghij") * 2] * 200


@pytest.mark.parametrize(
    ("written", "seconds"), [("30s", 30), ("1.5m", 90), (" 2 h", 7200), (".5s", 0.5)]
)
def test_a_time_is_seconds_minutes_or_hours(written: str, seconds: float) -> None:
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["", "30", "0s", "-1s", "1d", "1e400h", "nans", "٣s", "5ms"])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="expected a time above 0"):
        seconds_of(written)


def test_a_line_has_words_speed_time_left_loss_and_rate_and_comes_when_it_is_due(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "w2v")
    rare, always = ProgressLines(3600, 8_000_000), ProgressLines(0, 8_000_000)
    rare.report(2_000_000, 2.5, 1_000_000, 0.02)
    assert not caplog.messages
    always.report(2_000_000, 2.5, 1_500.4, 0.02)
    assert caplog.messages == [
        "training: 25.0% of 8,000,000 words, 2,000,000 words done, 1,500 words/s, 1:06:39 left, "
        "loss 2.5000, rate 0.02000"
    ]
    always.report(8_000_000, 2.5, 0.0, 0.0001)
    assert "0 words/s, unknown time left" in caplog.messages[-1]


def test_a_training_logs_lines_as_often_as_report_delay_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "w2v")
    model = Word2Vec(SENTENCES, min_count=1, epochs=1, workers=1)
    model.train(SENTENCES, epochs=2, report_delay=3600)
    assert not [line for line in caplog.messages if line.startswith("training:")]
    model.train(SENTENCES, epochs=2, report_delay=0)
    lines = [line for line in caplog.messages if line.startswith("training:")]
    assert "100.0% of 8,000 words, 8,000 words done" in lines[-1] and "0:00 left" in lines[-1]
    # The words a second of the last line are those of the whole, but for what came after it.
    speed = float(re.search(r"([\d,]+) words/s", lines[-1])[1].replace(",", ""))  # type: ignore[index]
    assert model.words_per_second <= speed + 1
    for wrong in (-1, "30s", None, True, float("nan")):
        with pytest.raises(ValueError, match="report_delay is the seconds"):
            model.train(SENTENCES, report_delay=wrong)  # type: ignore[arg-type]

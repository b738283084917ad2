"""What is told of the workers of a cluster."""

from __future__ import annotations

from w2v.cluster.orders import Told
from w2v.cluster.round_report import RoundReport


def told(worker: str, words: int, seconds: float) -> Told:
    return Told(worker, 0, words, words, 1.0, seconds, seconds, 1.0, (), 0)


def test_who_has_left_is_named_and_has_no_speed_any_more() -> None:
    report = RoundReport()
    report.add([told("a", 100, 1.0), told("b", 200, 1.0)], 1.0)
    assert report.told()["gone"] == []
    assert report.told()["workers"] == {"a": 100, "b": 200}
    report.add([told("a", 300, 1.0), told("c", 50, 1.0)], 1.0)
    assert report.told()["gone"] == ["b"]
    assert report.told()["workers"] == {"a": 200, "c": 50}

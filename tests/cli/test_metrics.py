from __future__ import annotations

import copy
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.file_calls import killed_at
from w2v import Word2Vec
from w2v.cli.metrics import MetricsLog

SENTENCES = [["the", "king", "rules", "the", "land"], ["a", "dog", "sees", "the", "king"]] * 20
WORDS = sum(map(len, SENTENCES))


def model(epochs_done: int = 0, **settings: Any) -> Word2Vec:
    made = Word2Vec(vector_size=4, min_count=1, epochs=4, workers=1, **settings)
    made.build_vocab(SENTENCES)
    made.epochs_done = epochs_done
    return made


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def run(path: Path, trained: Word2Vec, epochs: int, *, goes_on: bool = False) -> None:
    with MetricsLog(path, print, goes_on=goes_on) as log:
        log.start(trained, WORDS)
        for epoch in range(trained.epochs_done, epochs):
            for part in (0.25, 0.75):
                log.report((epoch + part) * WORDS, 2.0)
            trained.epochs_done = epoch + 1
            log.on_epoch_end(trained)
        log.report((epochs + 0.5) * WORDS, 2.0)  # then it is killed


def test_a_run_that_goes_on_adds_to_its_file_and_no_word_stands_twice(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    run(path, model(), 2)
    with path.open("a") as file:
        file.write('{"event": "repo')  # where it was killed
    run(path, model(epochs_done=2), 3, goes_on=True)
    found = lines(path)
    assert [each["event"] for each in found].count("start") == 1
    words = [each["words"] for each in found if each["event"] == "report"]
    assert words == [round(WORDS * part) for part in (0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.5)]
    assert [each["epoch"] for each in found if each["event"] == "epoch"] == [1, 2, 3]
    [resumed] = [each for each in found if each["event"] == "resume"]
    assert (resumed["words"], resumed["epochs_done"]) == (2 * WORDS, 2)


def test_what_another_run_wrote_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    run(path, model(seed=5), 2)
    before = path.read_text()
    run(path, model(epochs_done=1), 2, goes_on=True)
    assert path.read_text().startswith(before)


def test_a_run_that_is_stopped_says_so_last_with_what_it_did(tmp_path: Path) -> None:
    with MetricsLog(tmp_path / "run.jsonl", print) as log:
        log.start(model(), WORDS)
        told = log.end(model(), save_seconds=0.5, stopped=True)
    *_, last = lines(tmp_path / "run.jsonl")
    assert last == {"event": "stopped", **told}
    assert [each["event"] for each in lines(tmp_path / "run.jsonl")] == ["start", "stopped"]


def test_a_finished_run_that_is_started_again_adds_nothing(tmp_path: Path) -> None:
    path, trained = tmp_path / "run.jsonl", model()
    for has_end in (False, True, True):  # before the first time it was killed
        with MetricsLog(path, print, goes_on=trained.epochs_done > 0) as log:
            log.start(trained, WORDS)
            trained.epochs_done = 4
            if has_end:
                log.end(trained, save_seconds=0.5)
    assert [each["event"] for each in lines(path)] == ["start", "resume", "end"]


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_whenever_it_is_killed_what_a_run_adds_follows_whole_lines(tmp_path: Path) -> None:
    path, n = tmp_path / "run.jsonl", 0
    trained, going_on = model(), [model(epochs_done=each) for each in (0, 1)]
    while killed_at(n, lambda: run(path, trained, 2)):
        for each in going_on:  # from the last checkpoint, or the one before
            run(path, copy.copy(each), 2, goes_on=True)
            found = lines(path)
            words = [line["words"] for line in found if line["event"] == "report"]
            assert words == sorted({*words})
            assert words[-1] == 2.5 * WORDS
        path.unlink()
        n += 1
    assert n > 10


def test_reports_carry_the_total_the_rates_and_the_time_left(tmp_path: Path) -> None:
    run(tmp_path / "run.jsonl", model(), 4)
    start, *rest = lines(tmp_path / "run.jsonl")
    reports = [each for each in rest if each["event"] == "report"]
    assert {each["total_words"] for each in (start, *reports)} == {4 * WORDS}
    rates = [each["rate"] for each in reports]
    assert rates[0] == pytest.approx(0.05 - (0.05 - 0.0001) / 16)
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == 0.0001
    assert reports[0]["eta_seconds"] is None
    assert reports[4]["eta_seconds"] > 0
    assert reports[4]["words_per_second"] > 0
    assert reports[-1]["eta_seconds"] == 0


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "No space left on device", "v.bin"), {"event": "error", "error": "OSError"}),
        (MemoryError(), {"event": "error", "error": "MemoryError", "message": "MemoryError"}),
        (KeyboardInterrupt(), {"event": "stopped"}),
    ],
)
def test_a_run_that_fails_leaves_its_reason(
    tmp_path: Path, error: BaseException, says: dict[str, Any]
) -> None:
    with pytest.raises(type(error)), MetricsLog(tmp_path / "run.jsonl", print) as log:
        log.start(model(), WORDS)
        raise error
    last = lines(tmp_path / "run.jsonl")[-1]
    assert last | says == last


def test_a_log_that_cannot_be_written_says_so_once(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "run.jsonl").symlink_to("/dev/full")
    with MetricsLog(tmp_path / "run.jsonl", said.append) as log:
        log.start(model(), WORDS)
        log.report(5, 1.0)
        assert log._file is not None
        os.close(log._file.fileno())  # nor may a file that is gone end anything
        log.report(6, 1.0)
    [line] = said
    assert "run.jsonl lacks lines (No space left on device); the training goes on" in line


def test_a_line_without_room_leaves_no_half_of_itself(tmp_path: Path) -> None:
    import resource
    import signal

    if os.fork():
        assert os.wait()[1] == 0
    else:
        status = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_500, -1))
            run(tmp_path / "run.jsonl", model(), 3)
            status = 0
        finally:
            os._exit(status)
    found = lines(tmp_path / "run.jsonl")
    assert found[0]["event"] == "start"
    assert 1 < len(found) < 10


def test_a_rate_that_is_chosen_is_told_and_falls_from_there(tmp_path: Path) -> None:
    said: list[str] = []
    trained = model(alpha="auto", sg=1)
    with MetricsLog(tmp_path / "run.jsonl", said.append) as log:
        log.start(trained, WORDS)
        trained.fit(SENTENCES, on_report=log.report, callbacks=[log])
    assert said == [f"learning rate: {trained.alpha:.3g}, for a text and epochs of this size"]
    rates = [each["rate"] for each in lines(tmp_path / "run.jsonl") if each["event"] == "report"]
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < rates[0] <= trained.alpha
    assert trained.alpha > 0.025

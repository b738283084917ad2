"""``w2v bench``: a real run on the embedded corpus, and what its verdict follows from."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from w2v.backend import available_backends
from w2v.bench import (
    MODELS,
    Case,
    Findings,
    Measurement,
    break_even,
    training_seconds,
    verdict,
)
from w2v.cli.commands import app

speeds = st.floats(1e4, 1e9)
seconds = st.floats(0.1, 60)


@given(start=seconds, speed=speeds, cpu_start=seconds, cpu_speed=speeds, read=speeds)
def test_from_the_break_even_on_the_gpu_is_done_first_and_below_it_is_not(
    start: float, speed: float, cpu_start: float, cpu_speed: float, read: float
) -> None:
    words = break_even(start, speed, cpu_start, cpu_speed)

    def gpu_wins(n: float) -> bool:
        return training_seconds(n, start, read, speed) < training_seconds(
            n, cpu_start, read, cpu_speed
        )

    if words is None:
        assert speed <= cpu_speed
    elif words < 1e15:
        assert gpu_wins(1.01 * words + 1) or speed < 1.001 * cpu_speed
        assert words == 0 or not gpu_wins(0.99 * words)


def found(cpu: float, gpu: float, gpu_start: float) -> Findings:
    by_case = {
        case: speed
        for model in MODELS
        for case, speed in (
            (Case("cpu", "fused", model, "exact", 1), cpu / 2),
            (Case("cpu", "fused", model, "exact", 2), cpu),
            (Case("cpu", "fused", model, "fast", 2), cpu),
            (Case("gpu", "fused", model, "exact"), gpu / 2),
            (Case("gpu", "fused", model, "fast"), gpu),
            (Case("cpu", "minibatch", model, "exact", batch_size=100), 1e5),
            (Case("gpu", "minibatch", model, "fast", batch_size=100), 1e5),
        )
    }
    measurements = [Measurement(case, [speed] * 3) for case, speed in by_case.items()]
    return Findings(
        1000, 1e7, {"cpu": 1, "gpu": gpu_start}, {"cpu": "exact", "gpu": "fast"}, measurements
    )


def test_the_verdict_names_the_size_from_which_the_gpu_is_worth_its_start() -> None:
    # 5 epochs at 5 M words/s are 1 µs a word, at 50 M words/s 0.1 µs; 1.8 s later is 2 M words.
    lines = verdict(found(cpu=5e6, gpu=5e7, gpu_start=2.8))
    assert "skip-gram: use --backend gpu above 2 M words of text" in lines[0]
    assert "10.0 times as fast and starts 1.8 s later" in lines[0]
    assert any("100 M words" in line for line in lines)


def test_the_verdict_sends_nobody_to_a_gpu_that_is_slower() -> None:
    lines = verdict(found(cpu=5e6, gpu=4e6, gpu_start=2.8))
    assert lines[0] == "skip-gram: use --backend cpu, it trains faster than this GPU."


def test_a_run_measures_every_way_to_train_and_writes_what_it_prints(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bench.json"
    done = CliRunner().invoke(
        app, ["bench", "--seconds", "1", "--quiet", "--json", "-o", str(path)]
    )
    assert done.exit_code == 0, done.output
    facts = json.loads(path.read_text())
    assert facts == json.loads(done.stdout)
    assert {each["backend"] for each in facts["measurements"]} == set(available_backends())
    for model in MODELS:
        mine = [each for each in facts["measurements"] if each["model"] == model]
        assert {each["engine"] for each in mine} == {"fused", "minibatch"}
        assert {each["sampling"] for each in mine} == {"exact", "fast"}
    assert all(min(each["words_per_second"]) > 0 for each in facts["measurements"])
    assert facts["start_seconds"]["cpu"] > 0
    assert len(facts["verdict"]) >= 5

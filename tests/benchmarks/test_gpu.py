"""The GPU benchmarks: all their code runs without a GPU, and nothing that is measured is lost."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.contest.ceiling import copy_bandwidth
from benchmarks.gpu import check, parts
from benchmarks.gpu.parts import summary
from benchmarks.gpu.report import Report
from benchmarks.harness import texts
from benchmarks.harness.texts import zipf_sentences
from tests.support import cuda_host
from tests.support.stand_in_gpu import gpu as gpu
from w2v.backend.select import gpu_problem

needs_compiler = pytest.mark.skipif(cuda_host.compiler() is None, reason="no C++ compiler")


def fail() -> None:
    raise RuntimeError("no such kernel\nand more")


def test_a_result_is_on_disk_at_once_and_a_failure_is_one(tmp_path: Path) -> None:
    report = Report(tmp_path)
    found = {"words_per_second": np.float64(2e8), "loss": 2.5}
    report.measure([("gpu", "skip-gram, fast", lambda: found), ("gpu", "cbow, fast", fail)])
    kept = json.loads((tmp_path / "gpu.json").read_text())
    assert kept["gpu"]["skip-gram, fast"]["words_per_second"] == 2e8
    assert kept["gpu"]["cbow, fast"] == "RuntimeError: no such kernel"
    assert Report(tmp_path).results == kept  # a later part goes on with it


@pytest.mark.skipif(not gpu_problem(), reason="there is a GPU")
def test_a_part_that_fails_or_takes_too_long_ends_alone(tmp_path: Path) -> None:
    assert check.run_part("batches", tmp_path, 1000, 60).startswith("failed with status 2")
    assert check.run_part("long", tmp_path, 1000, 0.05).startswith("stopped after")


def test_what_pytest_said_is_summed_up() -> None:
    said = "..F\nFAILED tests/test_a.py::test_b - boom\n1 failed, 2 passed in 3.20s\n"
    assert summary(said) == "1 failed, 2 passed in 3.20s; tests/test_a.py::test_b"


@needs_compiler
@pytest.mark.parametrize("part", ["smoke", "speed", "quality", "batches", "long"])
def test_every_part_measures_on_the_stand_in(
    gpu: Any, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    text = "\n".join(" ".join(f"w{i}" for i in rng.integers(0, 40, 20)) for _ in range(50))
    (tmp_path / "books-18m.txt.gz").write_bytes(gzip.compress(text.encode()))
    monkeypatch.setattr(texts, "DATA", tmp_path)
    monkeypatch.setattr(parts, "BATCHES", (10, 100))
    monkeypatch.setattr(parts, "EPOCHS", 1)
    monkeypatch.setattr(parts, "BATCH_SECONDS", 0.01)
    smaller(monkeypatch, part)
    monkeypatch.setattr(gpu.xp.memory, "limit", 1 << 30)
    report = Report(tmp_path)
    report.measure(getattr(parts, part)(2000, tmp_path))
    problems = [
        f"{section}: {name}: {value}"
        for section, values in report.results.items()
        if section != "machine" and isinstance(values, dict)
        for name, value in values.items()
        if isinstance(value, str) and "Error" in value
    ]
    assert not problems
    page = report.write_page()
    if part in ("speed", "long"):
        assert "| GPU, skip-gram" in page
        assert "| no |" not in page


def smaller(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Make a part small enough for a processor that plays a GPU."""
    if part == "smoke":
        few = zipf_sentences(3000, 100)
        monkeypatch.setattr(parts, "zipf_sentences", lambda words, size: few)
    if part == "speed":
        monkeypatch.setattr(parts, "copy_bandwidth", lambda gpu: copy_bandwidth(gpu, 1000, 1))
        for peer in ("peer_speed", "torch_speed"):
            monkeypatch.setattr(parts, peer, lambda *a, **o: None)

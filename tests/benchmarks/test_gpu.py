"""The GPU benchmarks: all their code runs without a GPU, and nothing that is measured is lost."""

from __future__ import annotations

import gzip
import json
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.gpu import bundle, check, machine_code, parts, prediction, virtual
from benchmarks.gpu.check import PARTS
from benchmarks.gpu.parts import summary
from benchmarks.gpu.report import Report, failed
from benchmarks.harness import texts
from tests.support import ROOT, cuda_host
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
    assert check.run_part("batches", tmp_path, 60).startswith("failed with status 2")
    assert check.run_part("long", tmp_path, 0.05).startswith("stopped after")


def test_parts_have_the_time_that_is_left_and_a_rehearsals_ten_times_as_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[float] = []

    def run(name: str, folder: Path, limit: float, options: tuple[str, ...]) -> str:
        limits.append(limit)
        return "stopped"

    monkeypatch.setattr(check, "run_part", run)
    check.run(tmp_path, rehearse=True, parts="smoke,tests")
    check.run(tmp_path, rehearse=True, parts="smoke,tests", budget=100)
    assert limits == pytest.approx([750, 1700, 100, 100], abs=5)


def test_the_suite_is_run_by_folder_and_what_concerns_the_gpu_first() -> None:
    folders = parts.test_folders()
    assert list(folders)[:2] == ["backend/gpu", "backend"]
    found = [path for files in folders.values() for path in files]
    assert sorted(found) == sorted((ROOT / "tests").rglob("test_*.py"))
    assert all(folders.values())


def test_what_pytest_said_is_summed_up() -> None:
    said = "..F\nFAILED tests/test_a.py::test_b - boom\n1 failed, 2 passed in 3.20s\n"
    assert summary(said) == "1 failed, 2 passed in 3.20s; tests/test_a.py::test_b"


@needs_compiler
@pytest.mark.parametrize("part", PARTS)
def test_every_part_measures_on_the_stand_in(
    gpu: Any, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    text = "\n".join(" ".join(f"w{i}" for i in rng.integers(0, 40, 20)) for _ in range(50))
    (tmp_path / "books-18m.txt.gz").write_bytes(gzip.compress(text.encode()))
    monkeypatch.setattr(texts, "DATA", tmp_path)
    monkeypatch.setattr(gpu.xp.memory, "limit", 1 << 30)
    report = Report(tmp_path)
    with parts.small():
        report.measure(getattr(parts, part)(2000, tmp_path))
        report.measure((*each[:2], fail) for each in getattr(parts, part)(2000, tmp_path))
    problems = [
        f"{section}: {name}: {value}"
        for section, values in report.results.items()
        if section != "machine" and isinstance(values, dict)
        for name, value in values.items()
        if failed(value)
    ]
    assert not problems
    page = report.write_page()
    if part in ("speed", "long"):
        assert "| GPU, skip-gram" in page
        assert "| no |" not in page


@needs_compiler
def test_a_virtual_card_judges_by_warps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "MODELS", {"cbow": False})
    monkeypatch.setattr(virtual, "WAYS", ("fast",))
    monkeypatch.setattr(virtual, "FAST", ())
    monkeypatch.setattr(virtual, "ProcessPoolExecutor", lambda *_: ThreadPoolExecutor(1))
    text = tmp_path / "text.txt"
    words = np.random.default_rng(1).integers(0, 40, (400, 20))
    text.write_text("\n".join(" ".join(f"w{i}" for i in row) for row in words))
    folder = tmp_path / "out"
    check.run(folder, virtual=True, corpus=text, words=8000, epochs=1, warps="1,7,auto")
    found = json.loads((folder / "gpu-virtual.json").read_text())["virtual"]
    assert list(found) == ["cbow, fast, 1", "cbow, fast, 7", "cbow, fast, its own choice"]
    losses = [each["loss"] for each in found.values()]
    assert losses[0] == losses[2] != losses[1]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the tree is what git tracks")
def test_a_bundle_holds_tree_data_and_the_wheels_that_it_has_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval" / "wordsim353.tsv").write_text("a\tb\t1")
    (tmp_path / "books-18m.txt.gz").write_bytes(gzip.compress(b"some words\n"))
    for module in (bundle, texts):
        monkeypatch.setattr(module, "DATA", tmp_path)
    monkeypatch.setattr(bundle, "MOST", 16 << 20)
    wheels = {"idna-3-py3-none-any": 10, "typer-1-py3-none-any": 10, "scipy-1-cp312": 16 << 20}
    for name, size in (wheels | {"numpy-2-cp312": 1}).items():
        with (tmp_path / f"{name}.whl").open("wb") as file:
            file.truncate(size)
    said = bundle.pack(tmp_path / "out" / "b.tar", "3.12", tmp_path)
    assert said.endswith("MiB, 2 wheels; no room for scipy-1-cp312.whl")
    with tarfile.open(tmp_path / "out" / "b.tar") as tar:
        names = tar.getnames()
    assert {"gpu-check.sh", "tree/Makefile", "tree/w2v/__init__.py"} <= set(names)
    assert names[-4:-2] == ["data/eval/wordsim353.tsv", "data/books-18m.txt.bz2"]
    assert names[-2:] == ["wheels/idna-3-py3-none-any.whl", "wheels/typer-1-py3-none-any.whl"]
    monkeypatch.setattr(bundle, "MOST", 1 << 10)
    with pytest.raises(ValueError, match="bytes without wheels, at most 1,024"):
        bundle.pack(tmp_path / "out" / "c.tar", "3.12", tmp_path)
    assert not (tmp_path / "out" / "c.tar").exists()


def test_a_second_call_goes_on_with_what_the_same_card_and_revision_have(tmp_path: Path) -> None:
    report = Report(tmp_path)
    report.begin("Card", "abc", anew=False)
    report.measure([("gpu", "fast", lambda: 2.5), ("gpu", "slow", fail)])
    again = Report(tmp_path)
    again.begin("Card", "abc", anew=False)
    again.measure([("gpu", "fast", fail), ("gpu", "slow", lambda: 1.5)])
    assert Report(tmp_path).results["gpu"] == {"fast": 2.5, "slow": 1.5}
    for card, revision, anew in (("Card", "abd", False), ("Other", "abd", False)):
        again.begin(card, revision, anew)
        assert "gpu" not in again.results


def test_what_is_predicted_is_what_the_page_says_and_stands_beside_what_was_measured() -> None:
    page = (ROOT / "docs" / "guide" / "gpu-prediction.md").read_text(encoding="utf-8")
    assert prediction.table() in page
    assert prediction.counted() in page
    h100, h200 = (
        prediction.predict(prediction.CARDS[x], "skip-gram", 300) for x in ("H100", "H200")
    )
    assert h100.bounds["memory"] < h200.bounds["memory"]
    assert h100.bounds["L2"] == h200.bounds["L2"]
    said = prediction.beside("NVIDIA H100 80GB HBM3", {"skip-gram": 0.5 * h100.words})
    assert said.splitlines()[2].startswith("| skip-gram | ")
    assert prediction.beside("Stand-in", {"skip-gram": 1.0}) == ""


def test_a_multiprocessor_holds_as_many_warps_as_its_scarcest_part_lets_it() -> None:
    h100 = machine_code.PROCESSORS[90]
    for shared, registers, warps in (
        (14 << 10, 96, 16),  # shared memory, of which blocks of four take less for themselves
        (15 << 10, 96, 14),  # and of which four times four would leave none
        (1 << 10, 163, 12),  # registers
        (1 << 10, 24, 64),  # its own limit
    ):
        assert machine_code.fitting(h100, shared, registers) == warps

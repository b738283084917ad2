"""Every benchmark, run small from a place without data, leaves figures, a table and a picture."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.contest.engine import result_name
from benchmarks.harness.machine import results_folder

ROOT = Path(__file__).parents[2]


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "W2V_BENCH_DATA": str(folder / "nothing"), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("words", [name.split() for name in BENCHMARKS if name != "gpu"])
def test_a_quick_run_leaves_figures_a_table_and_a_picture(words: list[str], tmp_path: Path) -> None:
    out = tmp_path / "results"
    done = run(*words, "--quick", "-o", str(out), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"takes about \d+ s on two cores", done.stderr)
    assert re.search(r"about [\d.]+ (s|min) left", done.stderr)
    figures = sorted(out.glob("*.json"))
    assert figures
    for path in figures:
        check_figures(path, words)
        check_table(path.with_suffix(".md").read_text(encoding="utf-8"))
        picture = path.with_suffix(".png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert picture.endswith(b"IEND\xaeB`\x82")
    assert {path.suffix for path in out.iterdir()} == {".json", ".md", ".png"}
    assert figures[0].with_suffix(".md").read_text(encoding="utf-8") in done.stdout


def test_neither_quick_runs_nor_other_settings_replace_results() -> None:
    assert results_folder(quick=True).parent == results_folder()
    settings = [(5, 100), (10, 100), (0, 100), (5, 300), (10, 300)]
    names = [result_name("speed", negative, dim) for negative, dim in settings]
    names += [result_name("speed", 5, dim, 20) for dim in (100, 300)]
    assert names[:3] == ["speed", "speed-10-negatives", "speed-hierarchical-softmax"]
    assert len(set(names)) == len(settings) + 2


def test_numpy_is_not_imported_before_its_threads_are_bounded() -> None:
    code = "import sys, benchmarks.__main__; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def check_figures(path: Path, words: list[str]) -> None:
    def refuse(name: str) -> None:
        pytest.fail(f"{path.name} holds {name}")

    facts = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert facts["machine"]["cores"] >= 1
    assert facts["made"]["command"].startswith(f"python -m benchmarks {' '.join(words)} --quick")
    assert len(facts["made"]["load_average"]) == 2
    assert 0 <= facts["made"]["stolen_percent"] <= 100
    text = str(facts.get("text", "")) + str(facts.get("setting", ""))
    if "books" in text:
        assert "pydocs" in text
        assert "W2V_BENCH_DATA" in text


def check_table(page: str) -> None:
    assert page.startswith("# ")
    assert "`python -m benchmarks" in page
    tables = re.findall(r"(?:^\|.*\|\n)+", page, re.MULTILINE)
    assert tables
    for table in tables:
        rows = table.splitlines()
        assert len(rows) >= 3
        assert re.fullmatch(r"[|:-]+", rows[1])
        assert len({row.replace(r"\|", "").count("|") for row in rows}) == 1
    assert "nan" not in page.split()


def test_a_text_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    done = run("reading", "--quick", "--corpus", str(tmp_path / "no.txt"), folder=tmp_path)
    assert done.returncode != 0
    assert "no.txt" in done.stderr
    assert "Traceback" not in done.stderr

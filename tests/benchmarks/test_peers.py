"""Other systems' processes: timed, weighed, compared, and never in the way when they fail."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from benchmarks.__main__ import application
from benchmarks.contest import peers
from benchmarks.contest.peers import Contest, compare, table
from benchmarks.contest.systems import gensim, w2v_accel, word2vec_c
from benchmarks.harness.processes import ProcessFailedError, ProgressClock, watch

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")

# What a program in word2vec.c's manner does, without the training.
# The shell starts Python, as its path may hold a space.
STAND_IN = f"""#!/bin/sh
'''exec' "{sys.executable}" "$0" "$@"
' '''
import sys
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
if given["-cbow"] == "1":
    sys.exit("no cbow | today")
words = sorted(set(open(given["-train"]).read().split()))
with open(given["-output"], "wb") as out:
    out.write(b"%d %d\\n" % (len(words), int(given["-size"])))
    for word in words:
        out.write(word.encode() + b" " + bytes(4 * int(given["-size"])) + b"\\n")
for percentage in (10, 40, 98):
    print(f"\\rAlpha: 0.02  Progress: {{percentage}}.00%  Words/thread/sec: 1.00k  ", end="")
    sys.stdout.flush()
    import time; time.sleep(0.25)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "word2vec"
    path.write_text(STAND_IN)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    "line",
    [
        "\rAlpha: 0.000716  Progress: {:.2f}%  Words/thread/sec: 173.22k  ",
        "\rAlpha: 0.000946  Progress: {:.2f}%  Words/sec: 628.72k",
        "\rProgress: {:5.1f}% words/sec/thread:  131798 lr:  0.000000 avg.loss:  2.560235 ETA: 0h",
        "Alpha: 0.024000\tProgress: {:6.2f}%\tSpeed: 94776.2k words/s\n",
    ],
    ids=["word2vec.c", "pWord2Vec", "fastText", "w2v-accel"],
)
@given(pieces=st.lists(st.integers(1, 90), min_size=1, max_size=9), seconds=st.floats(0.1, 1e4))
def test_training_is_timed_by_any_programs_percentages_however_they_come(
    line: str, pieces: list[int], seconds: float
) -> None:
    clock = ProgressClock()
    clock.feed(b"Vocab size: 11492\n100K\r200K", 50.0)
    for percentage in (1.0, 20.0, 20.0, 55.5, 98.0):
        text, now = line.format(percentage).encode(), 100 + seconds * percentage / 100
        for i, size in enumerate(pieces):
            text, piece = text[size:], text[:size] if i + 1 < len(pieces) else text
            clock.feed(piece, now)
    clock.feed(line.format(98.0).encode(), 100 + 9 * seconds)  # said once more, when saving
    assert clock.seconds == pytest.approx(seconds, rel=1e-6)


def test_no_time_is_told_where_there_are_no_two_percentages() -> None:
    clock = ProgressClock()
    clock.feed(b"Progress: 10.0%", 1.0)
    clock.feed(b"Progress: 10.0%", 2.0)
    assert clock.seconds is None


@needs_proc
def test_memory_counts_children_and_tells_mapped_files_apart(tmp_path: Path) -> None:
    kind = subprocess.run(
        ["stat", "-f", "-c", "%T", tmp_path], capture_output=True, text=True, check=False
    )
    if kind.stdout.strip() in ("tmpfs", "ramfs"):
        pytest.skip("files here are memory")
    mapped = tmp_path / "mapped"
    mapped.write_bytes(b"x" * 60_000_000)
    child = (
        "import mmap, sys, time; kept = b'y' * 90_000_000; file = open(sys.argv[1], 'rb');"
        "view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ);"
        "print(sum(view[::4096])); time.sleep(0.5)"
    )
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])"
    finished = watch([sys.executable, "-c", parent, child, str(mapped)])
    assert finished.peak_unmapped_mb is not None
    assert finished.peak_mb is not None
    assert 90 < finished.peak_unmapped_mb < 145
    assert finished.peak_mb - finished.peak_unmapped_mb > 60


@pytest.mark.parametrize(
    ("command", "limit", "told"),
    [
        (["/no/such/program"], 9, "cannot be started"),
        (
            [sys.executable, "-c", "print(1, flush=True); raise SystemExit('no card')"],
            9,
            "status 1: no card",
        ),
        ([sys.executable, "-c", "import time; time.sleep(60)"], 0.2, "not done after"),
    ],
)
def test_a_process_that_fails_says_why(command: list[str], limit: float, told: str) -> None:
    with pytest.raises(ProcessFailedError, match=told):
        watch(command, limit)


def test_all_systems_take_turns_and_those_that_fail_or_are_missing_are_rows(
    tmp_path: Path, program: Path
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the cat sat on the mat with a dog\n" * 2000)
    systems = [gensim(), word2vec_c(program), w2v_accel()]
    page = peers.run(tmp_path, systems, corpus=text, rounds=2, threads=1)
    got = json.loads((tmp_path / "peers.json").read_text())
    assert (tmp_path / "peers.png").stat().st_size > 0
    assert got["setting"]["words"] == 18_000
    turns = [(each["round"], each["model"], each["system"]) for each in got["runs"]]
    assert turns == [
        (n, *who)
        for n in (1, 2)
        for who in (("skip-gram", "gensim"), ("skip-gram", "word2vec.c"), ("cbow", "gensim"))
    ]
    skip_gram = got["models"]["skip-gram"]
    assert skip_gram["gensim"]["ratio"]["median"] == 1
    theirs, ours = (each["words_per_second"] for each in got["runs"][:2])
    spread = skip_gram["word2vec.c"]["ratio"]
    assert ours / theirs in (spread["lowest"], spread["highest"])
    assert got["failures"]["cbow"] == {"word2vec.c": "exit status 1: no cbow | today"}
    assert "failed: exit status 1: no cbow / today" in page
    assert "| w2v-accel | not installed |" in page
    again = "\n".join(map(str, table(got | {"repeated": compare(got, got)})))
    assert "| word2vec.c, skip-gram, training |" in again
    assert again.count("within 10 %") == 2


def spread(median: float, lowest: float, highest: float, rounds: int = 3) -> dict[str, float]:
    return {"median": median, "lowest": lowest, "highest": highest, "rounds": rounds}


def figures(training: dict[str, float], whole: dict[str, float], words: int = 9) -> dict[str, Any]:
    each = {"ratio": training, "end_to_end_ratio": whole}
    return {
        "setting": {"words": words},
        "models": {"cbow": {"w2v": each, "gensim": {"ratio": None, "end_to_end_ratio": None}}},
        "made": {"when": "then"},
    }


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        (spread(10.9, 10.8, 11), spread(10, 9.9, 10.1), "same"),
        (spread(12, 10, 13), spread(10, 9, 11), "spread"),
        (spread(12, 11.5, 13), spread(10, 9, 11), "differs"),
        (spread(8, 7, 8.5), spread(10, 9, 11), "differs"),
        (spread(8, 8, 8, rounds=1), spread(10, 10, 10, rounds=1), "unknown"),
    ],
)
def test_two_runs_agree_within_a_tenth_or_their_spread_says_so(
    now: dict[str, float], before: dict[str, float], verdict: str
) -> None:
    same = spread(3, 3, 3)
    got = compare(figures(now, same), figures(before, same))
    assert got is not None
    assert [each["verdict"] for each in got["ratios"]] == [verdict, "same"]


def test_runs_of_another_setting_are_not_compared() -> None:
    one = spread(1, 1, 1)
    assert compare(figures(one, one, words=9), figures(one, one, words=8)) is None
    assert compare(figures(one, one), {"runs": []}) is None


def test_a_path_that_is_no_program_is_an_error_of_usage(tmp_path: Path) -> None:
    got = CliRunner().invoke(
        application(["peers"]), ["peers", "--word2vec-c", str(tmp_path / "no"), "--quick"]
    )
    assert got.exit_code == 2
    assert "--word2vec-c" in got.stderr


def test_a_file_that_cannot_be_run_is_a_failure_that_is_told(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a program")
    contest = Contest(notes, 3, 1, 1, tmp_path)
    assert math.isnan(contest.measure(word2vec_c(notes), "skip-gram"))
    assert contest.failures["skip-gram"] == {"word2vec.c": "cannot be started: Permission denied"}

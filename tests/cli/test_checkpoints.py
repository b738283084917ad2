"""One command for schedulers: begin, go on, or say why not."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import commands

OPTIONS = ("t.txt", "--vector-size", "5", "--workers", "1", "--checkpoint", "run")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = random.Random(0)
    lines = (" ".join(f"w{rng.randrange(50)}" for _ in range(12)) for _ in range(20_000))
    (tmp_path / "t.txt").write_text("\n".join(lines))
    return tmp_path


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "w2v", "train", *OPTIONS, *options],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def run(folder: Path, *options: str) -> tuple[int, str]:
    done = commands.run("train", *OPTIONS, *options, cwd=folder)
    return done.returncode, done.stderr


def progress(path: Path) -> Any:
    return json.loads((path / "progress.json").read_text())


def until(holds: Callable[[], bool]) -> None:
    for _ in range(6000):  # the first use of kernels compiles them
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def test_the_same_command_begins_goes_on_and_ends(folder: Path) -> None:
    options = ("-q", "--resume", "auto", "--checkpoint-every", "20kw", "--keep", "3")
    killed = start(folder, *options, "-o", "v.bin", "--epochs", "400")
    until(lambda: (folder / "run.2").exists())
    refused = run(folder, *options, "-o", "w.bin", "--epochs", "400")
    assert refused == (
        1, f"w2v: another training keeps its checkpoints in run (process {killed.pid}): wait until "
        "it has ended, or name another folder\n",
    )  # fmt: skip
    killed.kill()
    killed.communicate()
    at = progress(folder / "run")  # of those whose place was taken when it was killed or before
    older = [progress(folder / f"run.{i}")["run"]["words"] for i in (1, 2)]
    assert at["run"]["words"] >= older[0] >= older[1] > 0
    assert at["run"]["words"] > older[1]
    code, said = run(folder, "-q", "-o", "v.bin", "--epochs", "400")
    assert code == 1
    assert "run holds a training that has not come to its end: --resume auto goes on" in said
    assert progress(folder / "run") == at
    going_on = start(folder, *options, "-o", "v.bin", "--epochs", "400")
    until(lambda: progress(folder / "run")["run"]["words"] > at["run"]["words"])
    going_on.send_signal(signal.SIGINT)
    _, said = going_on.communicate(timeout=300)
    assert (going_on.returncode, said) == (130, "w2v: stopped; written: v.bin, run\n")
    stopped = progress(folder / "run")["run"]["words"]
    assert stopped > at["run"]["words"]
    assert (folder / "v.bin").exists()
    left = {path.name for path in folder.iterdir()}
    assert left == {"t.txt", "v.bin", "run", "run.1", "run.2"}


def test_a_stop_does_not_claim_a_checkpoint_that_could_not_be_written(folder: Path) -> None:
    every = ("--epochs", "100000", "--checkpoint-every", "2s")
    going = start(folder, "-q", "-o", "v.bin", *every)
    until((folder / "run").exists)
    (folder / "run" / "notes.txt").write_text("mine")
    time.sleep(0.5)
    going.send_signal(signal.SIGINT)
    _, said = going.communicate(timeout=300)
    assert going.returncode == 130
    assert said.startswith("w2v: stopped; written: v.bin; not written: run (run holds notes.txt")
    assert (folder / "run" / "notes.txt").read_text() == "mine"
    assert (folder / "v.bin").exists()


def test_a_finished_run_is_not_overwritten_and_one_that_goes_on_has_nothing_to_do(
    folder: Path,
) -> None:
    whole = run(folder, "-q", "-o", "v.bin", "--epochs", "2", "--resume", "run")
    assert whole == (0, "")  # both name one folder: it begins
    code, said = run(folder, "-o", "w.bin", "--epochs", "2", "--resume", "auto")
    assert code == 0
    assert "nothing left to train: all 2 epochs were done before" in said
    assert "--epochs 3 goes on" in said
    assert (folder / "w.bin").read_bytes() == (folder / "v.bin").read_bytes()
    code, said = run(folder, "-o", "w.bin", "--epochs", "1")
    assert code == 0
    assert "run holds a finished training, which is kept as run.1" in said
    assert [progress(folder / name)["epochs_done"] for name in ("run", "run.1")] == [1, 2]


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (("--checkpoint-every", "10"), 2, "every so much time (30s, 10m, 2h), so many words"),
        (("--checkpoint-every", "0m"), 2, "got '0m'"),
        (("--resume", "elsewhere"), 1, "elsewhere is no saved training"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_read(
    folder: Path, options: tuple[str, ...], status: int, says: str
) -> None:
    code, said = run(folder, "-q", *options)
    assert code == status
    assert says in said
    assert not (folder / "run").exists()

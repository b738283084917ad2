"""Progress without a terminal: lines on standard error, as often as is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "book.txt").write_text("the king rules\nthe sea and the ship\n" * 300)
    return tmp_path


def test_lines_say_how_far_a_training_is(folder: Path) -> None:
    often = run("train", "book.txt", "--log-every", "0.000001s", cwd=folder)
    lines = [line for line in often.stderr.splitlines() if line.startswith("training: ")]
    assert lines and all("words/s" in line and "rate" in line for line in lines)
    assert "training: " not in run("train", "book.txt", cwd=folder).stderr
    silent = run("train", "book.txt", "-q", "--log-every", "0.000001s", cwd=folder)
    assert not silent.stderr
    (folder / "run.toml").write_text('log-every = "0.000001s"\n')
    assert "training: " in run("train", "book.txt", "--config", "run.toml", cwd=folder).stderr


@pytest.mark.parametrize("given", ["30", "0s", "5 days"])
def test_what_is_no_time_is_an_error_of_the_command_line(folder: Path, given: str) -> None:
    done = run("train", "book.txt", "--log-every", given, cwd=folder)
    assert done.returncode == 2
    assert "--log-every" in done.stderr and "such as 30s, 10m or 2h" in done.stderr
    assert not (folder / "vectors.bin").exists()


def test_compiling_is_said_once_and_only_where_kernels_are_not_kept(folder: Path) -> None:
    environment = {**os.environ, "W2V_CACHE_DIR": str(folder / "kernels")}
    command = [sys.executable, "-m", "w2v", "prepare", "book.txt", "-o", "b.w2v"]
    how: dict[str, Any] = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
    first, second = (subprocess.run(command, **how) for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert first.stderr.count("compiling (once)") == 1
    assert "compiling" not in second.stderr

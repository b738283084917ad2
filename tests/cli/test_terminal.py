"""What the command line prints commands no terminal and breaks no line, whatever words hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.commands import run
from w2v import KeyedVectors
from w2v.cli.terminal import visible

ODD = [
    "\x1b]0;title\x07\x1b[2J",
    "\x9b31m",
    "two\nlines",
    "tab\tinside",
    "carriage\rreturn",
    "back\x08space",
    "del\x7f",
    "\u202eright to left",
    "\u2066isolated",
    "\u2028line",
    "\x00nul",
]
PLAIN = ["king", "größe", "日本語", "क्षि", "👩\u200d🔬", "back\\slash"]
OBEYED = {*map(chr, range(32)), *map(chr, range(127, 160))} | set("\u202e\u2066\u2028\u2029\u200f")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    words = [*PLAIN, *ODD]
    vectors = np.random.default_rng(0).normal(size=(len(words), 5))
    KeyedVectors(words, vectors).save(tmp_path / "v.safetensors")
    return tmp_path


def test_words_are_made_visible_and_letters_are_left_alone() -> None:
    for word in PLAIN:
        assert visible(word) == word
    for word in ODD:
        assert not OBEYED & set(visible(word))
        assert visible(word).encode().decode("unicode_escape") == word
    assert visible("\udcff") == "\\udcff"


@pytest.mark.parametrize("asked", [["king"], ODD[0:1], ODD[2:3], ["\x1b[31mnobody"]])
def test_neighbours_stand_a_line_each_and_command_nothing(folder: Path, asked: list[str]) -> None:
    done = run("neighbors", "v.safetensors", *asked, "-n", len(PLAIN) + len(ODD), cwd=folder)
    shown = done.stdout + done.stderr
    assert not (OBEYED - {"\n"}) & set(shown)
    if done.returncode == 0:
        assert len(shown.splitlines()) == len(PLAIN) + len(ODD)
        assert all(visible(word) in shown for word in [*PLAIN, *ODD])
    else:
        assert done.returncode == 1 and len(shown.splitlines()) == 1


def test_json_gives_words_exactly_and_commands_nothing(folder: Path) -> None:
    done = run("neighbors", "v.safetensors", "king", "-n", 50, "--json", cwd=folder)
    assert not (OBEYED - {"\n"}) & set(done.stdout)
    found = {word for word, _ in json.loads(done.stdout)["king"]}
    assert found == {*PLAIN, *ODD} - {"king"}


def test_names_of_files_and_what_is_in_them_command_nothing(folder: Path) -> None:
    name = "\x1b[31mred\x9b2J\nname.bin"
    (folder / name).write_bytes(b"2 1\n\x1b[2J 1\n")
    (folder / "twice.txt").write_bytes(b"2 1\n\x1b]0;x\x07 1\n\x1b]0;x\x07 1\n")
    for command in (
        ("neighbors", name, "king"),
        ("neighbors", "twice.txt", "king"),
        ("convert", "v.safetensors", "\x1b[31mnowhere/v.bin"),
        ("train", "\x1b[31mnowhere.txt"),
        ("evaluate", "v.safetensors", "--pairs", "\x1b[31mnowhere"),
    ):
        done = run(*command, cwd=folder)
        assert done.returncode == 1, done
        shown = done.stderr
        assert not (OBEYED - {"\n"}) & set(shown)
        assert shown.splitlines()[-1].startswith("w2v: ")


def test_letters_that_the_terminal_lacks_are_shown_as_escapes(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "w2v", "neighbors", "v.safetensors", "king", "-n", "50"],
        cwd=folder, env={**os.environ, "PYTHONIOENCODING": "latin-1"}, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "größe".encode("latin-1") in done.stdout
    assert b"\\u65e5\\u672c\\u8a9e" in done.stdout


def test_integers_are_asked_for_by_their_digits(tmp_path: Path) -> None:
    KeyedVectors([586, 12, -3], np.eye(3) + 0.1).save(tmp_path / "v.npz")
    done = run("neighbors", "v.npz", "586", "--json", cwd=tmp_path)
    assert {item for item, _ in json.loads(done.stdout)["586"]} == {12, -3}
    done = run("analogy", "v.npz", "586", "12", "586", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run("neighbors", "v.npz", "587", cwd=tmp_path)
    assert "587 is not among the 3 items" in done.stderr


def test_nothing_prints_but_through_what_makes_visible() -> None:
    room = Path(__file__).parents[2] / "w2v" / "cli"
    for path in room.glob("*.py"):
        if path.name != "terminal.py":
            assert "typer.echo" not in path.read_text() and "secho" not in path.read_text(), path

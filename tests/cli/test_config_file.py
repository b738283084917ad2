"""Options from a TOML file: used, overridden, and refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import run
from w2v import KeyedVectors

CONFIG = """
corpus = ["book.txt"]
output = "from_file.bin"
vector-size = 12
min_count = 1
sample = 0
epochs = 1
lowercase = true
model = "cbow"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "book.txt").write_text("The king rules\nthe sea and the ship\n" * 30)
    (tmp_path / "run.toml").write_text(CONFIG)
    return tmp_path


def test_the_file_gives_options_and_the_command_line_overrides_them(folder: Path) -> None:
    done = run("train", "--config", "run.toml", "--vector-size", "9", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["written"] == ["from_file.bin"]
    vectors = KeyedVectors.load(folder / "from_file.bin")
    assert vectors.vector_size == 9
    assert vectors.index_to_key[0] == "the" and "The" not in vectors


def test_prepare_takes_the_same_names(folder: Path) -> None:
    (folder / "read.toml").write_text('corpus = "book.txt"\noutput = "b.w2v"\nmin-count = 31\n')
    done = run("prepare", "--config", "read.toml", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["vocab"] == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("vectorsize = 5", "unknown key 'vectorsize'; is it vector-size"),
        ("config = 'other.toml'", "unknown key 'config'"),
        ("[train]\nwindow = 5", "unknown key 'train'"),
        ("window = 2.5", "window must be a whole number or 'sentence', got 2.5"),
        ("window = true", "window must be a whole number or 'sentence', got True"),
        ("sample = '0'", "sample must be a number, got '0'"),
        ("lowercase = 1", "lowercase must be true or false, got 1"),
        ("corpus = [1]", "corpus must be text in quotes, or a list of these, got [1]"),
        ("min-alfa = 0", "unknown key 'min-alfa'; is it min-alpha"),
        (
            "window = 0",
            "--window must be 1 or more, or 'sentence', got 0 (options are also from bad.toml)",
        ),
        ("window = ", "bad.toml is no TOML file"),
        ("window = 1\nwindow = 2", "bad.toml is no TOML file"),
    ],
)
def test_what_is_wrong_is_one_line_with_file_and_key(folder: Path, line: str, says: str) -> None:
    (folder / "bad.toml").write_text(line)
    done = run("train", "book.txt", "--config", "bad.toml", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    [message] = done.stderr.splitlines()
    assert says in message and "bad.toml" in message
    assert not (folder / "vectors.bin").exists()


def test_a_value_that_is_no_choice_names_the_file_too(folder: Path) -> None:
    (folder / "bad.toml").write_text("model = 'bow'")
    done = run("train", "book.txt", "--config", "bad.toml", cwd=folder)
    assert done.returncode == 2
    assert "--model" in done.stderr and "bad.toml" in done.stderr

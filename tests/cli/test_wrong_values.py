"""Wrong values of every option are told by the option's name, before anything is done."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from tests.support.commands import run
from w2v import KeyedVectors, Word2Vec, bench, data
from w2v.cli.commands import COMMANDS, app
from w2v.cli.common import CommandLineError
from w2v.cli.option_names import in_options
from w2v.cli.outputs import check_place
from w2v.data.reading.source_file import COMPRESSIONS as TEXT_COMPRESSIONS
from w2v.data.reading.source_file import WITH_COLUMNS
from w2v.vectors.formats.compression import COMPRESSIONS
from w2v.vectors.formats.registry import FORMATS

GROUP: Any = typer.main.get_command(app)
USAGE: Any = typer.BadParameter.__base__
ARGUMENTS = {
    "train": ["t.txt", "-o", "o.bin"],
    "prepare": ["t.txt", "-o", "c.w2v"],
    "phrases": ["t.txt", "-o", "c.w2v"],
    "neighbors": ["v.bin", "a"],
    "analogy": ["v.bin", "a", "b", "c"],
    "evaluate": ["v.bin", "--pairs", "pairs.tsv"],
    "plot": ["v.bin", "-o", "m.png"],
    "explore": ["v.bin", "-o", "e.html"],
    "convert": ["v.bin", "o.txt"],
    "bench": ["--quick"],
    "info": [],
}
WRONG = {"int": ["x", "-1", ""], "float": ["x", "nan", "inf"], "text": ["none"]}
# Any text, or what stands in files, is told of these.
FREE = {"--column", "--connector-words", "--pairs", "--analogies", "--config", "--resume"}
FREE |= {"--checkpoint", "--metrics", "--version"}
SUFFIXES = {
    ("train", "--output"), ("train", "--plot"), ("plot", "--output"), ("explore", "--output"),
}  # fmt: skip


class _BegunError(BaseException):
    pass


def _begun(*_: object, **__: object) -> None:
    raise _BegunError


def cases() -> list[tuple[str, str, str]]:
    found = []
    for name, command in GROUP.commands.items():
        for each in command.params:
            option = next((o for o in each.opts if o.startswith("--")), None)
            if option is None or option in FREE or getattr(each, "is_flag", False):
                continue
            kind = str(each.type_descriptor.annotation)
            kinds = [k for k in ("int", "float", "Path") if k in kind] or ["text"]
            wrong = ["x.nonsense"] if (name, option) in SUFFIXES else [""]
            if kinds == ["Path"] and name in ("prepare", "phrases"):
                continue  # what stands there decides
            wrong = WRONG.get(kinds[0], wrong)
            found += [(name, option, value) for value in wrong]
    return found


def test_wrong_values_end_before_anything_begins_and_name_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(ARGUMENTS) == {command.__name__ for command in COMMANDS}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.txt").write_text("a b c\n" * 9)
    (tmp_path / "pairs.tsv").write_text("a\tb\t1\n")
    KeyedVectors(["a", "b", "c"], np.eye(3)).save("v.bin")
    before = sorted(tmp_path.iterdir())
    for owner, name in (
        *((Word2Vec, "read"), (data, "prepare"), (data, "read_corpus"), (KeyedVectors, "load")),
        (bench.Bench, "run"),
    ):
        monkeypatch.setattr(owner, name, _begun)
    faults, tried = [], cases()
    assert len(tried) > 90
    for command, option, value in tried:
        try:
            app([command, *ARGUMENTS[command], f"{option}={value}"], standalone_mode=False)
            faults.append(f"{command} {option}={value}: accepted")
        except _BegunError:
            faults.append(f"{command} {option}={value}: begun")
        except (USAGE, CommandLineError) as error:
            told = error.format_message() if isinstance(error, USAGE) else in_options(str(error))
            if option not in told and not (value == "" and "name is empty" in told):
                faults.append(f"{command} {option}={value}: {told}")
        except Exception as error:
            faults.append(f"{command} {option}={value}: {error!r}")
    capsys.readouterr()
    assert not faults, "\n".join(faults)
    assert sorted(tmp_path.iterdir()) == before


def test_the_status_of_a_wrong_value_is_2(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("a b c\n" * 9)
    (tmp_path / "t.toml").write_text("vector-size = 0\n")
    for arguments, told in (
        (("--vector-size", "0"), "w2v: --vector-size must be 1 or more, got 0"),
        (("--config", "t.toml"), "w2v: --vector-size must be 1 or more, got 0 (options are also"),
        (("--negative", "0"), "--negative must be 1 or more, got 0; set --hs with it"),
        (("--max-vocab", "0"), "--max-vocab"),
        (("--plot", "x.nonsense"), "--plot: x.nonsense: got suffix '.nonsense', expected one of"),
    ):
        done = run("train", "t.txt", *arguments, cwd=tmp_path)
        assert done.returncode == 2 and told in done.stderr, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"t.txt", "t.toml"}


@pytest.mark.parametrize("command", ["train t.txt -o v.bin", "prepare t.txt -o t.w2v"])
@pytest.mark.parametrize(
    "setting",
    [("NUMBA_NUM_THREADS", "0"), ("NUMBA_DISABLE_JIT", "1"), ("W2V_CACHE_DIR", "~none/x")],
)
def test_settings_of_the_environment_that_cannot_be_are_told_by_their_names(
    command: str, setting: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "t.txt").write_text("a b c\n" * 9)
    name, value = setting
    done = subprocess.run(
        [sys.executable, "-m", "w2v", *command.split(), "-q"], cwd=tmp_path, text=True,
        capture_output=True, env={**os.environ, name: value, "NUMBA_CACHE_DIR": ""},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert name in done.stderr


def test_a_link_to_nowhere_names_the_folder_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "v.bin").symlink_to("nowhere/v.bin")
    with pytest.raises(FileNotFoundError, match=r"the folder .*nowhere does not exist"):
        check_place(tmp_path / "v.bin")


def test_messages_of_the_library_name_options() -> None:
    for told, expected in {
        "no word occurs 5 times; lower min_count": "no word occurs 5 times; lower --min-count",
        "a has columns; say which holds the text (column=…)": "(--column …)",
        "try encoding='cp949', or errors='replace'": "try --encoding cp949, or --errors replace",
        "optimizer='sgd' has it, got 'min_count'": "--optimizer sgd has it, got 'min_count'",
        "lower alpha, which is 1, or window, which is 30": "--alpha, which is 1, or --window, wh",
        "max_final_vocab must be 1 or more": "--max-vocab must be",
        "set hs=1 or sg=1": "set --hs or --model sg",
        "init: v.bin has vectors of size 6": "--init: v.bin has vectors",
    }.items():
        assert expected in in_options(told)
    for same in ("a window of the text", "in a.min_count.txt", "run.toml: min_count must be"):
        assert in_options(same) == same


def test_help_has_every_suffix_that_is_read_or_written(tmp_path: Path) -> None:
    help_of = {
        name: re.sub(r"[\s│]+", " ", run(name, "--help", cwd=tmp_path).stdout)
        for name in ("train", "prepare", "phrases", "convert")
    }
    vectors = {*(suffix for each in FORMATS for suffix in each.suffixes), *COMPRESSIONS}
    texts = {*WITH_COLUMNS, *TEXT_COMPRESSIONS}
    for command, suffixes, part in (
        ("train", vectors, r"Vectors to write: (.*?)\[default"),
        ("convert", vectors, "OUT(.*?)TensorBoard"),
        *((name, texts, r"Text files \((.*?) folders") for name in ("train", "prepare", "phrases")),
    ):
        [told] = re.findall(part, help_of[command])[:1]
        assert {*re.findall(r"\.\w+", told)} - {".tsv"} == suffixes - {".tsv"}, command


def test_an_option_that_needs_another_names_it(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("a b c\n" * 9)
    for option, told in (
        ("--freeze", "--freeze is of words that --init has: give --init too"),
        ("--share-negatives=4 --model=cbow", "--share-negatives must be 1"),
        ("--init=t.txt", "t.txt: the first line is"),
    ):
        done = run("train", "t.txt", *option.split(), cwd=tmp_path)
        assert done.returncode in (1, 2) and told in done.stderr, done.stderr


def test_help_says_what_is_required(tmp_path: Path) -> None:
    for command, required in (("train", False), ("prepare", True), ("phrases", True)):
        told = re.sub(r"[\s│]+", " ", run(command, "--help", cwd=tmp_path).stdout)
        assert ("Without any it is pydocs" in told) is not required
        assert ("[required]" in told.split("Options")[0]) is required

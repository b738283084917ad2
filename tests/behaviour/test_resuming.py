"""A training goes on with its own text and options, or the error says what differs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest

from tests.support.commands import run
from w2v import Word2Vec
from w2v.data import CorpusError, prepare

TEXT = [[f"w{(7 * i + j) % 60}" for j in range(10)] for i in range(300)]
SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 8, "workers": 1, "epochs": 3}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return a training of which one of three epochs is done."""
    Word2Vec(**SMALL).fit(TEXT, epochs=1).save(tmp_path / "run")
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ([row[::-1] for row in TEXT], "as many words, but others or in another order"),
        (TEXT[::-1], "in another order"),
        ([row for i in range(0, 300, 2) for row in [TEXT[i] + TEXT[i + 1]]], "300 sentences then"),
        (TEXT[:-1], "3,000 words then, 2,990 now"),
        ([*TEXT[:-1], [*TEXT[-1], "new"]], "3,001 now"),
    ],
)
def test_an_interrupted_training_does_not_go_on_with_another_text(
    saved: Path, other: list[list[str]], told: str
) -> None:
    loaded = Word2Vec.load(saved)
    before = loaded.wv.vectors.copy()
    with pytest.raises(CorpusError, match=told):
        loaded.train(other, first_epoch=loaded.epochs_done)
    np.testing.assert_array_equal(loaded.wv.vectors, before)
    loaded.train(other, epochs=1)  # a new training, as free as gensim's


def test_the_text_is_known_whatever_file_it_comes_from(saved: Path, tmp_path: Path) -> None:
    lines = "\n".join(map(" ".join, TEXT)).encode()
    (tmp_path / "t.txt").write_bytes(lines)
    (tmp_path / "t.txt.gz").write_bytes(gzip.compress(lines))
    prepare(tmp_path / "t.txt", tmp_path / "t.w2v", min_count=1)
    vectors = []
    for source in (TEXT, tmp_path / "t.txt", tmp_path / "t.txt.gz", tmp_path / "t.w2v"):
        loaded = Word2Vec.load(saved)
        loaded.train(source, first_epoch=1)
        vectors.append(loaded.wv.vectors)
    for other in vectors[1:]:
        np.testing.assert_array_equal(other, vectors[0])


def test_an_epoch_that_the_run_has_not_is_refused() -> None:
    trained = Word2Vec(TEXT, **SMALL)
    before = trained.wv.vectors.copy()
    for first in (-1, 1, 2, 4, 3.0, True, "3", None):
        with pytest.raises(ValueError, match=r"epochs_done, which is 3, .* got"):
            trained.train(epochs=5, first_epoch=first)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at most epochs, which is 2; got 3"):
        trained.train(epochs=2, first_epoch=3)
    np.testing.assert_array_equal(trained.wv.vectors, before)
    trained.train(epochs=4, first_epoch=np.int64(3))  # type: ignore[arg-type]
    assert trained.epochs_done == 4


def train(*arguments: str, cwd: Path) -> CompletedProcess[str]:
    return run("train", "-q", *arguments, cwd=cwd)


def test_the_command_line_goes_on_with_the_same_or_not_at_all(tmp_path: Path) -> None:
    lines = [" ".join(row) for row in TEXT]
    (tmp_path / "book.txt").write_text("\n".join(lines).upper())
    (tmp_path / "other.txt").write_text("\n".join(lines[::-1]))
    first = train(
        *("book.txt", "-o", "v.bin", "--checkpoint", "run", "--vector-size", "8"),
        *("--epochs", "2", "--workers", "1", "--lowercase"),
        cwd=tmp_path,
    )
    assert first.returncode == 0, first.stderr
    before = {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    before[tmp_path / "v.bin"] = (tmp_path / "v.bin").read_bytes()
    for arguments, told in [
        ([], f"name the text that run was trained on (it was {tmp_path}/book.txt)"),
        (["other.txt", "--epochs", "3"], "not the text that the training began with"),
        (
            ["book.txt", "--model", "cbow", "--window", "7", "--tokenizer", "words"],
            "--model is cbow, was sg; --window is 7, was 5; --tokenizer is 'words', was",
        ),
        (["book.txt", "--epochs", "1"], "--epochs is 1, was 2"),
        (["pydocs"], "no word of this text"),
    ]:
        refused = train(*arguments, "-o", "v.bin", "--resume", "run", cwd=tmp_path)
        assert refused.returncode == 1
        [line] = refused.stderr.splitlines()
        assert told in line
        assert {path: path.read_bytes() for path in before} == before
    again = train(
        *("book.txt", "--resume", "run", "--epochs", "3", "--window", "5", "-o", "w.bin"),
        cwd=tmp_path,
    )
    assert (again.returncode, again.stderr) == (0, "")
    assert json.loads((tmp_path / "run" / "progress.json").read_text())["epochs_done"] == 3


def test_only_the_default_text_may_be_left_out_again(tmp_path: Path) -> None:
    options = ("--min-count", "100", "--vector-size", "4", "--checkpoint", "run")
    assert train("--epochs", "1", *options, cwd=tmp_path).returncode == 0
    again = train("--resume", "run", "--epochs", "2", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")

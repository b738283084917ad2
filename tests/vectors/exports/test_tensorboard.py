"""The two files of TensorBoard's embedding projector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from w2v import KeyedVectors
from w2v.vectors import VectorFormatError

WORDS = ["sea", "new york", "a\tb", "c\r\nd", "\x85", "\u2028", "", "é"]
VECTORS = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)


@pytest.mark.parametrize("counts", [None, np.arange(8)])
def test_every_word_has_one_line_and_every_number_all_its_digits(
    counts: np.ndarray | None, tmp_path: Path
) -> None:
    paths = KeyedVectors(WORDS, VECTORS, counts).to_tensorboard(tmp_path / "v.tsv")
    assert paths == [tmp_path / "v.tsv", tmp_path / "v.metadata.tsv"]
    assert (np.loadtxt(paths[0], np.float32, delimiter="\t") == VECTORS).all()
    lines = paths[1].read_text("utf-8").splitlines()
    if counts is not None:
        assert lines.pop(0) == "word\tcount"
        assert [line.split("\t")[1] for line in lines] == list("01234567")
    words = [line.split("\t")[0] for line in lines]
    assert words == ["sea", "new york", r"a\tb", r"c\r\nd", r"\x85", r"\u2028", "''", "é"]


def test_what_cannot_be_drawn_is_refused_and_replaces_nothing(tmp_path: Path) -> None:
    KeyedVectors(["a"], [[1]]).to_tensorboard(tmp_path / "v.tsv")
    with pytest.raises(VectorFormatError, match="NaN"):
        KeyedVectors(["b"], [[np.nan]]).to_tensorboard(tmp_path / "v.tsv")
    assert (tmp_path / "v.metadata.tsv").read_text() == "a\n"


def test_numbers_without_words_are_not_read_as_words(tmp_path: Path) -> None:
    kv = KeyedVectors(["a", "b"], np.array([[0.5, 2], [1, 3]], np.float32))
    kv.to_tensorboard(tmp_path / "t.tsv")
    with pytest.raises(VectorFormatError, match="numbers without words, as TensorBoard has them"):
        KeyedVectors.load(tmp_path / "t.tsv")
    (tmp_path / "own.tsv").write_text("a\t0.5\t2\nb\t1\t3\n")
    assert KeyedVectors.load(tmp_path / "own.tsv").index_to_key == ["a", "b"]

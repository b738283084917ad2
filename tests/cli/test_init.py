"""Vectors that a training on the command line begins with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.support.commands import run
from w2v import KeyedVectors


def test_known_vectors_are_taken_frozen_and_not_exchanged_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("a b c d\n" * 50)
    given = KeyedVectors(["a", "b", "z"], np.ones((3, 5)))
    given.save(tmp_path / "given.vec")
    given.save(tmp_path / "other.vec")
    train = ("train", "t.txt", "-o", "v.vec", "--vector-size", "5", "--epochs", "1")
    done = run(*train, "--init", "given.vec", "--freeze", "--checkpoint", "run", cwd=tmp_path)
    assert "init: 2 of 4 words have a vector in given.vec, which stay as they are" in done.stderr
    found = KeyedVectors.load(tmp_path / "v.vec")
    assert (found[["a", "b"]] == 1).all()
    assert (found["c"] != 1).any()
    going_on = (*train[:-1], "2", "--checkpoint", "run", "--resume", "auto")
    refused = run(*going_on, "--init", "other.vec", cwd=tmp_path)
    assert (refused.returncode, "with --init given.vec, not with" in refused.stderr) == (1, True)
    again = run(*going_on, "--init", "given.vec", "--freeze", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert (KeyedVectors.load(tmp_path / "v.vec")[["a", "b"]] == 1).all()
    for options, said in (
        (("--init", "given.vec", "--vector-size", "6"), "has vectors of size 5, and this model 6"),
        (("--freeze",), "give --init too"),
        (("--init", "given.vec", "-o", "given.vec"), "would be written over"),
    ):
        done = run(*train, *options, cwd=tmp_path)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr

"""Counts beside files of word2vec's formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from w2v.vectors import KeyedVectors, VectorFormatError


@pytest.mark.parametrize("binary", [True, False])
def test_word2vec_files_with_counts_are_gensims(tmp_path: Path, binary: bool) -> None:
    kv = KeyedVectors(["rare", "of", "the"], (1 + np.arange(6).reshape(3, 2)) / 7.5, [1, 5, 9])
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for path, table in ((ours, kv), (theirs, kv.to_gensim())):
        table.save_word2vec_format(str(path), f"{path}.vocab", binary, prefix="*")
    assert ours.read_bytes() == theirs.read_bytes()
    assert Path(f"{ours}.vocab").read_bytes() == Path(f"{theirs}.vocab").read_bytes()
    back = KeyedVectors.load_word2vec_format(theirs, f"{theirs}.vocab", binary)
    assert back.index_to_key == ["*the", "*of", "*rare"]
    assert back.counts is not None and back.counts.tolist() == [9, 5, 1]
    Path(f"{ours}.vocab").write_text("*the nine\n")
    with pytest.raises(ValueError, match=r"line 1 is '\*the nine', expected a word and a count"):
        KeyedVectors.load_word2vec_format(ours, f"{ours}.vocab", binary)


def test_counts_beside_word2vec_files_are_read_as_meant(tmp_path: Path) -> None:
    rows = b"cat 0.1 0.2 0.3 0.4\ndog 0.5 0.6 0.7 0.8\nfish 0.9 1.0 1.1 1.2\n"
    (tmp_path / "v").write_bytes(b"3 4\n" + rows)
    for content in (b"cat 5\ndog 3\n", b"\xef\xbb\xbfcat 5\r\ndog 3", b"cat\t5\ndog\t3\n"):
        (tmp_path / "c").write_bytes(content)
        counts = KeyedVectors.load_word2vec_format(tmp_path / "v", tmp_path / "c").counts
        assert counts is not None and counts.tolist() == [5, 3, 0]
    for content in (b"cat five\n", b"cat 9" + b"9" * 30, b"cat -5\n", b"cat\n", b"\xff 3\n"):
        (tmp_path / "c").write_bytes(content)
        with pytest.raises(VectorFormatError):
            KeyedVectors.load_word2vec_format(tmp_path / "v", tmp_path / "c")

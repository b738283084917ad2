"""What the files of a corpus are told by on machines that each have their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2v.cluster.checks import Seen, sample_of, unreadable
from w2v.data import prepare
from w2v.data.reading.text_source import find_sources


@pytest.mark.parametrize("size", [0, 1, 4_095, 4_097, 70_000, 2_000_000])
def test_another_file_of_the_same_length_is_told(size: int, tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_bytes(b"a " * (size // 2) + b"a" * (size % 2))
    [source] = find_sources([str(file)], None)
    seen = [Seen.of(source)]
    assert unreadable(seen, {}) == ""
    file.write_bytes(b"b " * (size // 2) + b"b" * (size % 2))
    told = unreadable(seen, {})
    assert "t.txt is another file than where it was named" in told if size else told == ""
    file.write_bytes(b"a" * (size + 1))
    assert f"has {size + 1:,} bytes, where it was named it has {size:,}" in unreadable(seen, {})
    file.unlink()
    assert "t.txt is not there" in unreadable(seen, {})


def test_another_encoded_corpus_in_the_same_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("a b c d\n" * 9)
    folder = tmp_path / "t.w2v"
    prepare(tmp_path / "t.txt", folder, min_count=1)
    seen = {str(folder): sample_of(folder)}
    assert unreadable([], seen) == ""
    (tmp_path / "t.txt").write_text("a b d c\n" * 9)
    prepare(tmp_path / "t.txt", folder, min_count=1)
    assert "t.w2v is another corpus than where it was named" in unreadable([], seen)

"""A file cut between lines is read as the whole of it is."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from w2v.data.reading.line_range import LineRange, cut_sources
from w2v.data.reading.source_file import TextSource
from w2v.data.reading.utf8_reader import open_utf8


@given(st.text("ab \n", max_size=60), st.integers(1, 20), st.integers(1, 9))
def test_parts_are_the_whole_and_end_where_lines_do(text: str, size: int, at_once: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.txt"
        path.write_text(text)
        parts = cut_sources([TextSource(path, "text")], size, "utf-8")
        read = []
        for part in parts:
            file, pieces = part.open(), []
            while piece := file.read(at_once):
                pieces.append(piece)
            file.close()
            read.append(b"".join(pieces))
            assert not read[-1] or part.start == sum(len(each) for each in read[:-1])
    assert b"".join(read) == text.encode()
    assert all(not each or each.endswith(b"\n") for each in read[:-1] if read[-1])


def test_a_line_in_the_middle_is_never_taken_for_another_kind_of_file(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"first line\n" + b"BZh91AY %PDF no archive\n" * 3)
    parts = cut_sources([TextSource(path, "text")], 12, "utf-8")
    assert len(parts) > 2
    read = []
    for part in parts:
        with open_utf8(part) as reader:
            while piece := reader.read(1 << 20):
                read.append(piece)
    assert b"".join(read) == path.read_bytes()


def test_what_has_no_lines_to_be_seen_stays_whole(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.txt", tmp_path / "packed.txt"
    plain.write_bytes(b"a b\n" * 100)
    packed.write_bytes(gzip.compress(plain.read_bytes() * 50, 0))
    for path, encoding in ((packed, "utf-8"), (plain, "utf-16")):
        [part] = cut_sources([TextSource(path, "text")], 50, encoding)
        assert not isinstance(part, LineRange)

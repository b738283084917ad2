"""Files that are open are read as those of the same bytes that are named."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from w2v import Word2Vec
from w2v.data import CorpusError, read_corpus

TEXT = "".join(f"line {i % 9} é words\r\n" for i in range(400))
LINES = [line.split() for line in TEXT.splitlines()]
HOW: dict[str, Any] = {"min_count": 1, "workers": 2}


def read(source: Any, **how: Any) -> list[list[str]]:
    return list(read_corpus(source, **HOW, **how).sentences())


class Stream:
    """What has no more than ``read``, and gives less than it is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, 100))


def test_open_files_of_bytes_and_of_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, packed = TEXT.encode(), gzip.compress(TEXT.encode())
    (tmp_path / "t.txt").write_bytes(data)
    (tmp_path / "t.txt.gz").write_bytes(packed)
    (tmp_path / "latin.txt").write_text(TEXT, "latin-1")
    begun = io.BytesIO(b"head\n" + data)
    begun.readline()
    for file in (
        *(io.BytesIO(data), io.BytesIO(packed), io.StringIO(TEXT), begun, Stream(packed)),
        *((tmp_path / "t.txt").open("rb"), (tmp_path / "t.txt").open()),
        *((tmp_path / "t.txt.gz").open("rb"), gzip.open(tmp_path / "t.txt.gz")),  # noqa: SIM115
        gzip.open(tmp_path / "t.txt.gz", "rt", encoding="utf-8"),  # noqa: SIM115
        (tmp_path / "latin.txt").open(encoding="latin-1"),
    ):  # fmt: skip
        assert read(file) == LINES
        if not isinstance(file, Stream):
            assert not file.closed
            file.close()
    with (tmp_path / "latin.txt").open("rb") as file:
        assert read(file, encoding="latin-1") == LINES
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert read(sys.stdin) == LINES


def test_open_files_with_columns(tmp_path: Path) -> None:
    table = pa.table({"s": LINES, "n": range(400)})
    pq.write_table(table, tmp_path / "t.parquet")
    (tmp_path / "t.jsonl").write_text("".join(json.dumps({"s": s}) + "\n" for s in LINES))
    for name in ("t.parquet", "t.jsonl"):
        with (tmp_path / name).open("rb") as file:
            assert read(file, column="s") == LINES


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv", "tsv"])
def test_a_column_of_what_has_no_name_is_found_by_how_it_begins(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, path = [" ".join(line) for line in LINES], tmp_path / "t"
    if kind == "parquet":
        pq.write_table(pa.table({"n": range(400), "s": rows}), path)
    elif kind == "jsonl":
        path.write_text("\n" + "".join(json.dumps({"s": row}) + "\n" for row in rows))
    else:
        between = {"csv": ",", "tsv": "\t"}[kind]
        path.write_text("".join(f"{a}{between}{b}\n" for a, b in zip("n" * 401, ["s", *rows])))  # noqa: B905
    data = path.read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    sources = [io.BytesIO(data), Stream(data), "-", *([] if kind == "parquet" else [sys.stdin])]
    for source in sources:
        assert read(source, column="s") == LINES
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    for source in (io.BytesIO(gzip.compress(data)), io.StringIO("a b"), io.BytesIO(b"a,b\n")):
        with pytest.raises(CorpusError, match=r"IO is plain text and has no column 's'.*e\.name"):
            read(source, column="s")
    named: Any = io.BytesIO(gzip.compress(data))
    named.name = f"t.{kind}.gz"
    if kind != "parquet":
        assert read(named, column="s") == LINES


def test_what_is_no_text_is_told_as_of_files() -> None:
    with pytest.warns(UnicodeWarning, match="1 times U"):
        assert read(io.StringIO("a b\udcff c")) == [["a", "b\ufffd", "c"]]
    for file, told in (
        (io.BytesIO(b""), "the BytesIO holds no words"),
        (io.BytesIO(b"PK\x03\x04"), "the BytesIO is a zip archive"),
        (io.BytesIO(os.urandom(999)), "the BytesIO looks like a binary file"),
        (io.StringIO(" "), "the StringIO holds no words"),
    ):
        with pytest.raises(CorpusError, match=told):
            read(file)


def test_an_open_file_is_read_once_and_what_is_left_of_it_if_there_is_more() -> None:
    small: dict[str, Any] = {"min_count": 1, "vector_size": 4, "sample": 0, "workers": 1}
    for file in (io.StringIO(TEXT), io.BytesIO(TEXT.encode())):
        model = Word2Vec(file, **small)
        expected = Word2Vec(LINES, **small)
        np.testing.assert_array_equal(model.wv.vectors, expected.wv.vectors)
        assert model.train(file, epochs=1) == (1600, 1600)  # at its end
        file.seek(len(file.getvalue()) // 2)
        assert 700 < model.train(file, epochs=1)[1] < 900
        with pytest.raises(CorpusError, match="an open file can be read once"):
            Word2Vec(file, reread=True, **small)
    with pytest.raises(CorpusError, match="holds no words"):
        Word2Vec(io.StringIO(""), **small)


def test_what_is_decoded_already_is_not_decoded_again(tmp_path: Path) -> None:
    path = tmp_path / "l.txt"
    path.write_text("é b c\nc é b\n" * 20, encoding="latin-1")
    for text in (path.open(encoding="latin-1"), io.StringIO("é b c\nc é b\n" * 20)):
        with text:
            corpus = read_corpus(text, encoding="latin-1", min_count=1)
        assert sorted(corpus.vocab.words) == ["b", "c", "é"]
    raw: Any = path.open("rb")
    with raw:
        assert "é" in read_corpus(raw, encoding="latin-1", min_count=1).vocab.words

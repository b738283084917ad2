"""Every kind of source gives the same corpus; whatever is no text is refused in one line."""

import bz2
import csv
import errno
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

from w2v.data import CorpusError, EncodedCorpus, prepare, read_corpus
from w2v.data.reading import columns, text_blocks, text_source

LINES = [f"grün the {i % 7} fox" for i in range(4_000)]
TEXT = "\n".join(LINES).encode() + b"\n"
EXPECTED = [line.split() for line in LINES]


def zstd(data: bytes) -> bytes:
    return pa.compress(data, "zstd", asbytes=True)


def read(*names: object, **options: object) -> list[list[str]]:
    corpus = read_corpus([str(n) for n in names], min_count=1, workers=2, **options)  # type: ignore[arg-type]
    return list(corpus.sentences())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.txt", TEXT),
        ("no-line-end", TEXT.rstrip()),
        ("crlf.txt", TEXT.replace(b"\n", b"\r\n")),
        ("bom.txt", b"\xef\xbb\xbf" + TEXT),
        ("t.txt.gz", gzip.compress(TEXT)),
        ("two-members.gz", gzip.compress(TEXT[:50_000]) + gzip.compress(TEXT[50_000:])),
        ("t.bz2", bz2.compress(TEXT)),
        ("t.zst", zstd(TEXT)),
        ("compressed-without-suffix", gzip.compress(TEXT)),
    ],
)
def test_plain_and_compressed_files(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert read(path, block_bytes=10_000) == EXPECTED


def test_files_folders_and_patterns_are_read_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    (folder / "below").mkdir(parents=True)
    (folder / "1.txt").write_text("one")
    (folder / "2.txt").write_text("two\n")
    (folder / "below" / "3.txt").write_text("three")
    (folder / ".hidden").write_text("hidden")
    assert read(folder) == [["one"], ["two"], ["three"]]
    assert read(folder / "*.txt") == [["one"], ["two"]]
    assert read(folder / "2.txt", folder / "1.txt") == [["two"], ["one"]]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (TEXT, gzip.compress(TEXT)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert read("-") == EXPECTED


def test_columns_of_parquet_and_json_lines(tmp_path: Path) -> None:
    rows: list[str | None] = [*LINES, None, "two\nlines"]
    expected = [*EXPECTED, ["two"], ["lines"]]
    for kind in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        table = pa.table({"n": range(len(rows)), "text": pa.array(rows, pa.string()).cast(kind)})
        pq.write_table(table, tmp_path / "t.parquet", row_group_size=1_000)
        assert read(tmp_path / "t.parquet", column="text") == expected
    lines = "\n".join(json.dumps({"n": [{"deep": 1}], "text": row}) for row in rows)
    (tmp_path / "t.jsonl").write_text(lines)
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    for name in ("t.ndjson", "t.json"):
        (tmp_path / name).write_text(lines)
        assert read(tmp_path / name, column="text") == expected
    assert read(tmp_path / "t.jsonl", column="text") == expected
    assert read(tmp_path / "t.jsonl.gz", column="text", tokenizer=str.split) == expected


@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".tsv", "\t"), (".csv.gz", ",")])
def test_columns_of_csv(suffix: str, delimiter: str, tmp_path: Path) -> None:
    rows = [*LINES, 'a "quoted" word, and more', "two\nlines", "", "12"] * 3
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter)
    table.writerow(["n", "text", "other"])
    table.writerows([n, row, f"other, {n}"] for n, row in enumerate(rows))
    data = ("\ufeff" + out.getvalue()).encode()
    path = write(tmp_path / f"t{suffix}", gzip.compress(data) if ".gz" in suffix else data)
    expected = [line.split() for row in rows for line in row.split("\n") if line.split()]
    assert read(path, column="text") == expected


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "options", "message"),
    [
        ("missing.txt", None, {}, "no such file or folder"),
        ("missing/*.txt", None, {}, "no file matches"),
        ("empty.txt", b"", {}, "holds no words"),
        ("blank.txt", b" \n\t\n", {}, "holds no words"),
        ("rare.txt", b"each word once", {"min_count": 2}, "no word occurs 2 times"),
        ("a.bin", bytes(range(256)) * 40, {}, "looks like a binary file"),
        ("a.png", b"\x89PNG\r\n", {}, "is an image"),
        ("a.zip", b"PK\x03\x04rest", {}, "a zip archive: unpack it"),
        ("utf16.txt", "words".encode("utf-16"), {}, "UTF-16"),
        ("cut.gz", gzip.compress(os.urandom(99_999).hex().encode())[:-9], {}, "is cut short"),
        ("cut.bz2", bz2.compress(TEXT)[:-9], {}, "is cut short"),
        ("cut.zst", zstd(TEXT)[:-9], {}, "is cut short"),
        ("wrong.gz", gzip.compress(TEXT)[:-8] + b"12345678", {}, "cut short or damaged"),
        ("not.gz", b"plain", {}, "not compressed as its name says"),
        ("t.jsonl", b'{"text": "a"}', {}, "say which holds the text"),
        (
            "t.jsonl",
            b'{"text": "a", "n": 1}',
            {"column": "body"},
            "no column 'body'; it has n, text",
        ),
        ("t.jsonl", b'{"text": 1}', {"column": "text"}, "expected one JSON object a line"),
        ("t.jsonl", b'{"text": "a"}\nno json\n', {"column": "text"}, "expected one JSON object"),
        ("t.jsonl", b"[1]", {"column": "text"}, "expected one JSON object a line"),
        ("t.json", b'{"text": "a"}', {}, "say which holds the text"),
        ("t.json", b'[["a", "b"], ["c"]]', {"column": "text"}, "holds a JSON array"),
        ("t.JSON", b'\n [{"text": "a"}]', {"column": "text"}, "holds a JSON array"),
        ("t.json.gz", gzip.compress(b'["a b"]', mtime=0), {"column": "text"}, "holds a JSON array"),
        ("t.json", b'{\n  "text": "a"\n}', {"column": "text"}, "one JSON object a line"),
        ("t.ndjson", b'["a", "b"]\n["c"]', {}, "say which holds the text"),
        ("t.parquet", b"PAR1 or not", {"column": "text"}, "is no Parquet file"),
        ("t.txt", b"words", {"column": "text"}, "has no column"),
        ("t.csv", b"a b\nc d\n", {}, "say which holds the text"),
        ("t.csv", b"n,text\n1,a b\n", {"column": "body"}, "no column 'body'"),
        ("t.csv", b"n,text\n1,a b,c\n", {"column": "text"}, "as many values in each"),
        ("t.csv", b"", {"column": "text"}, "columns' names in the first line"),
    ],
)
def test_bad_input_is_one_clear_line(
    name: str, data: bytes | None, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CorpusError, match=message) as caught:
        prepare(path, tmp_path / "out.w2v", **{"min_count": 1, "workers": 2, **options})
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.w2v").exists()
    assert {p.name for p in tmp_path.iterdir()} <= {name}


def test_bad_parquet_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"n": [1], "tokens": [["a"]]}), path)
    with pytest.raises(CorpusError, match="has no column 'text'; it has n, tokens"):
        read(path, column="text")
    with pytest.raises(CorpusError, match="holds int64, expected strings"):
        read(path, column="n")


def test_text_without_any_break_is_refused_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_blocks, "_LONGEST_UNBROKEN", 1 << 20)
    path = write(tmp_path / "genome", b"ACGT" * (1 << 19))
    with pytest.raises(CorpusError, match="has no white space in 1 MiB"):
        read_corpus(path, block_bytes=1 << 16)


class Pieces:
    """A stream that gives pieces of a size and counts them."""

    def __init__(self, data: bytes) -> None:
        self._data, self.given = io.BytesIO(data), 0

    def read(self, size: int) -> bytes:
        self.given += 1
        return self._data.read(size)


def test_one_json_array_is_refused_at_once_and_an_endless_line_in_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(columns, "_JSON_BYTES", 1_000)
    monkeypatch.setattr(columns, "_LONGEST_LINE", 50_000)
    rows = json.dumps([{"text": "some words"}] * 9_000).encode()
    for data, most, told in (
        (rows, 1, "holds a JSON array"),
        (b" \n" * 900 + rows, 2, "holds a JSON array"),
        (rows.replace(b"}, ", b"},\n"), 1, "holds a JSON array"),
        (rows[1:-1], 52, "has a line of more than"),
        (b'{"text": "' + b"a " * 99_999, 52, "has a line of more than"),
        (b" " * 99_999, 52, "has a line of more than"),
    ):
        stream = Pieces(data)
        with pytest.raises(CorpusError, match=told):
            list(columns.json_lines_arrays(stream, "t.jsonl", "text"))
        assert stream.given <= most
    long = json.dumps({"text": "a b " * 9_000}).encode()
    [found] = columns.json_lines_arrays(Pieces(long), "t.jsonl", "text")
    assert found[0].as_py().split() == ["a", "b"] * 9_000
    path = write(tmp_path / "deep.jsonl", b'{"text": "a b", "x": ' + b"[" * 99_999)
    with pytest.raises(CorpusError, match="expected one JSON object a line"):
        read(path, column="text")


def test_a_full_disk_under_the_data_sets_is_not_blamed_on_the_folder_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(name: str) -> list[Path]:
        raise OSError(errno.ENOSPC, "No space left on device", "/the/cache/pydocs.txt")

    monkeypatch.setattr(text_source, "dataset", full)
    with pytest.raises(OSError, match=r"/the/cache/pydocs\.txt"):
        read_corpus("pydocs")


def test_an_empty_folder_and_a_file_as_target_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="folder without files"):
        read_corpus(tmp_path)
    text = write(tmp_path / "t.txt", TEXT)
    with pytest.raises(CorpusError, match="is a file; name a folder"):
        prepare(text, text)
    with pytest.raises(CorpusError, match="is no encoded corpus; name another"):
        prepare(text, tmp_path)


@pytest.mark.parametrize(
    "option",
    [{"workers": 0}, {"tokenizer": "bpe"}, {"errors": "ignore"}, {"block_bytes": 0}],
)
def test_settings_out_of_range_are_named(option: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=str(next(iter(option)))):
        read_corpus([["a"]], **option)  # type: ignore[arg-type]


def test_a_prepared_corpus_is_used_and_a_changed_source_noticed(tmp_path: Path) -> None:
    source, folder = write(tmp_path / "t.txt", TEXT), tmp_path / "t.w2v"
    made = prepare(source, folder, min_count=1)
    again = read_corpus(folder)
    assert isinstance(again.tokens, np.memmap)
    assert list(again.sentences()) == list(made.sentences()) == EXPECTED
    assert again.vocab == made.vocab
    assert again.total_words == made.total_words == 16_000
    source.write_bytes(TEXT + b"more\n")
    with pytest.warns(UserWarning, match=r"t\.txt has changed since it was encoded"):
        read_corpus(folder)
    assert len(prepare(source, folder, min_count=1)) == 4_001
    assert EncodedCorpus.open(folder).changed_sources() == []
    source.unlink()
    assert read_corpus(folder).changed_sources() == []

"""URLs are read as the files that they name, through fsspec."""

from __future__ import annotations

import gzip
import json
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from w2v import Word2Vec
from w2v.data import CorpusError, prepare, read_corpus
from w2v.data.reading.source_file import kind_of
from w2v.data.reading.source_state import state_of
from w2v.files.urls import is_url, without_query

TEXT = "".join(f"line {i % 9} words\n" for i in range(99))
LINES = [line.split() for line in TEXT.splitlines()]
HOW: dict[str, Any] = {"min_count": 1, "workers": 2}


@pytest.fixture(autouse=True)
def _files() -> Iterator[MemoryFileSystem]:
    system = fsspec.filesystem("memory")
    system.pipe("/d/t.txt", TEXT.encode())
    system.pipe("/d/deep/t.txt.gz", gzip.compress(TEXT.encode()))
    system.pipe("/d/.hidden/t.txt", b"hidden")
    system.pipe("/t.jsonl", "".join(json.dumps({"s": s}) + "\n" for s in LINES).encode())
    with system.open("/t.parquet", "wb") as file:
        pq.write_table(pa.table({"s": LINES}), file)
    yield system
    system.store.clear()


def read(*names: str, **how: Any) -> list[list[str]]:
    return list(read_corpus(names, **HOW, **how).sentences())


def test_files_folders_patterns_and_columns(tmp_path: Path) -> None:
    assert read("memory://d/t.txt") == LINES
    assert read("memory://d") == read("memory://d/*.txt", "memory://d/deep/t.txt.gz") == LINES * 2
    for name in ("memory://t.jsonl", "memory://t.parquet"):
        assert read(name, column="s") == LINES
    corpus = prepare("memory://d/t.txt", tmp_path / "c.w2v", min_count=1)
    assert corpus.info["sources"] == [{"path": "memory://d/t.txt", "bytes": len(TEXT)}]
    assert corpus.changed_sources() == []
    (tmp_path / "local.txt").write_text(TEXT)
    assert read(f"file://{tmp_path}/local.txt") == LINES


def test_a_question_mark_is_of_the_name_but_on_the_web(_files: MemoryFileSystem) -> None:
    _files.pipe("/q/a?b.txt.gz", gzip.compress(TEXT.encode()))
    assert read("memory://q/a?b.txt.gz") == read("memory://q") == LINES
    assert kind_of(without_query("https://h/t.parquet?x=y.csv")) == "parquet"


def test_a_remote_file_is_read_again_when_it_changed(_files: MemoryFileSystem) -> None:
    before = state_of("memory://d/t.txt")
    assert before is not None and state_of("memory://d/t.txt") == before
    model = Word2Vec(
        corpus_file="memory://d/t.txt", min_count=1, vector_size=4, sample=0, workers=1
    )
    _files.pipe("/d/t.txt", TEXT.encode() * 2)
    assert state_of("memory://d/t.txt") != before
    assert model.train(corpus_file="memory://d/t.txt", epochs=1)[1] == 2 * 3 * 99


class Locked(MemoryFileSystem):
    """Lets in who has the key, and fails as libraries do, with errors of its own."""

    protocol = "locked"
    store: dict[str, Any] = {}  # noqa: RUF012
    pseudo_dirs = [""]  # noqa: RUF012

    def __init__(self, key: str = "", **more: Any) -> None:
        super().__init__(**more)
        self.key = key

    def info(self, path: str, **more: Any) -> Any:
        if self.key != "secret":
            raise Exception("403 Forbidden")
        return super().info(path, **more)


def test_options_reach_the_file_system_and_are_kept_nowhere(tmp_path: Path) -> None:
    fsspec.register_implementation("locked", Locked, clobber=True)
    Locked.store.clear()
    with fsspec.open("locked://t.txt", "wb", key="secret") as file:
        file.write(TEXT.encode())
    with pytest.raises(OSError, match=r"cannot read locked://t.txt: 403 Forbidden"):
        read("locked://t.txt")
    key = {"key": "secret"}
    assert read("locked://t.txt", storage_options=key) == LINES
    model = Word2Vec(
        corpus_file="locked://t.txt", storage_options=key, min_count=1, vector_size=4, sample=0
    )
    model.save(tmp_path / "m")
    assert b"secret" not in pickle.dumps(model) and model.reading["storage_options"] == key
    read_corpus("locked://t.txt", storage_options=key, **HOW).save(tmp_path / "c.w2v")
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept and not any(b"secret" in data for data in kept)


def test_failures_are_one_line(_files: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    _files.pipe("/c.w2v/corpus.json", b"{}")
    for name, told in (
        ("memory://none.txt", "memory://none.txt: no such file or folder"),
        ("memory://none/*.txt", "matches no file"),
        ("memory://c.w2v", "is an encoded corpus, which is mapped from a disk"),
        ("nobody://x", "Protocol not known: nobody"),
    ):
        with pytest.raises(ValueError, match=told):
            read(name)
    with pytest.raises(ValueError, match="'::' stands between URLs"):
        read("memory://d/t::x.txt")
    with pytest.raises(ValueError, match="storage_options must be a dictionary, got 'x'"):
        read("memory://d", storage_options="x")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ImportError, match=r"^fsspec is not installed: .*'w2v\[remote\]', and"):
        read("s3://b/t.txt")
    with pytest.raises(CorpusError, match="no such file or folder, and no dataset"):
        read("c:/none.txt")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *((f"{kind}://b/k.txt", True) for kind in ("s3", "gs", "https", "hf", "memory", "file")),
        *(("simplecache::s3://b/k", True), ("c:\\t.txt", False), ("a:b", False), ("t.txt", False)),
        *(("C://t.txt", False), ("/s3://x", False), ("-", False)),
    ],
)
def test_what_a_url_is(name: str, told: bool) -> None:
    assert is_url(name) == told

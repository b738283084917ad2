"""Vectors as tables of Arrow, pandas and polars, and as Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.commands import run
from w2v import KeyedVectors, Word2Vec
from w2v.vectors import VectorFormatError

VECTORS = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
KV = KeyedVectors(["a", "b c", "é\t\n", ""], VECTORS, [4, 3, 2, 1])
IDS = KeyedVectors([7, -3], VECTORS[:2])


def test_arrow_and_polars_have_words_counts_and_the_vectors_themselves() -> None:
    table = KV.to_arrow()
    assert table.schema.names == ["word", "count", "vector"]
    assert table["word"].to_pylist() == KV.index_to_key
    assert table["count"].to_pylist() == [4, 3, 2, 1]
    shared = table["vector"].chunk(0).flatten().to_numpy()
    assert np.shares_memory(shared, KV.vectors)
    frame = KV.to_polars()
    assert frame.schema == {
        "word": polars.String, "count": polars.Int64, "vector": polars.Array(polars.Float32, 5)
    }  # fmt: skip
    assert (frame["vector"].to_numpy() == VECTORS).all()
    assert IDS.to_arrow().to_pydict().keys() == {"word", "vector"}
    assert IDS.to_polars()["word"].to_list() == [7, -3]


def test_pandas_has_a_column_a_dimension_and_cannot_change_the_vectors() -> None:
    frame = KV.to_pandas()
    assert frame.index.tolist() == KV.index_to_key
    assert frame.columns.tolist() == ["count", 0, 1, 2, 3, 4]
    assert frame["count"].tolist() == [4, 3, 2, 1]
    assert np.shares_memory(IDS.to_pandas().to_numpy(), IDS.vectors)
    numbers = IDS.to_pandas()
    try:
        numbers.iloc[0, 0] = 9
    except ValueError as error:
        assert "read-only" in str(error)
    assert IDS.vectors[0, 0] != 9
    assert isinstance(IDS.to_pandas(), pandas.DataFrame)


def test_the_vectors_of_a_model_are_those_it_has_now() -> None:
    model = Word2Vec([["a", "b", "c", "d", "e", "f"]] * 9, vector_size=5, min_count=1, workers=1)
    table = model.wv.to_arrow()
    found = np.array(table["vector"].to_pylist(), np.float32)
    assert (found == model.wv.vectors).all()
    assert table["count"].to_pylist() == [9] * 6


@pytest.mark.parametrize("kv", [KV, IDS], ids=["words", "integers"])
def test_parquet_keeps_all_and_is_read_whoever_wrote_it(kv: KeyedVectors, tmp_path: Path) -> None:
    path = tmp_path / "v.parquet"
    kv.to_parquet(path)
    for _ in range(2):
        found = KeyedVectors.load(path)
        assert found.index_to_key == kv.index_to_key
        assert (found.vectors == kv.vectors).all()
        assert (found.counts is None) == (kv.counts is None)
        assert kv.counts is None or np.array_equal(found.counts, kv.counts)  # type: ignore[arg-type]
        kv.to_polars().write_parquet(path)
    assert KeyedVectors.load(path, limit=1).index_to_key == kv.index_to_key[:1]
    (tmp_path / "other").write_bytes(path.read_bytes())
    assert len(KeyedVectors.load(tmp_path / "other")) == len(kv)  # told by content
    lists = pa.table({"word": ["a", "b"], "vector": [[1.0, 2.0], [3.0, 4.0]]})  # as of other tools
    pq.write_table(lists, path)
    assert KeyedVectors.load(path)["b"].tolist() == [3, 4]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"word": ["a"], "vec": [[1.0]]}, "expected 'word', 'vector'"),
    ({"word": ["a", "b"], "vector": [[1.0], [1.0, 2.0]]}, "several lengths"),
    ({"word": ["a", None], "vector": [[1.0], [2.0]]}, "missing"),
    ({"word": ["a", "b"], "vector": [[1.0], None]}, "missing"),
    ({"word": ["a"], "vector": [[None]]}, "missing|floats"),
    ({"word": ["a"], "vector": [["x"]]}, "expected floats"),
    ({"word": ["a"], "vector": [1.0]}, "expected lists"),
    ({"word": [1.5], "vector": [[1.0]]}, "strings or integers"),
    ({"word": ["a", "a"], "vector": [[1.0], [1.0]]}, "twice"),
    ({"word": ["a"], "vector": [[np.inf]]}, "infinity"),
    ({"word": ["a"], "vector": [[1.0]], "count": ["x"]}, "an integer each"),
]


@pytest.mark.parametrize(("columns", "said"), WRONG)
def test_a_file_of_something_else_is_refused(
    columns: dict[str, Any], said: str, tmp_path: Path
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "v.parquet")
    with pytest.raises(VectorFormatError, match=said):
        KeyedVectors.load(tmp_path / "v.parquet")


def test_damage_is_told_and_a_command_writes_what_a_suffix_says(tmp_path: Path) -> None:
    KV.save(tmp_path / "v.npz")
    for target in ("v.parquet", "v.tsv", "model/"):
        done = run("convert", "v.npz", target, cwd=tmp_path)
        assert (done.returncode, "written: " in done.stderr) == (0, True), done.stderr
    assert len(KeyedVectors.load(tmp_path / "v.parquet")) == 4
    assert len(KeyedVectors.load(tmp_path / "model")) == 4
    assert len((tmp_path / "v.metadata.tsv").read_text().splitlines()) == 5
    whole = (tmp_path / "v.parquet").read_bytes()
    for cut in (4, 50, len(whole) - 3):
        (tmp_path / "v.parquet").write_bytes(whole[:cut])
        with pytest.raises(VectorFormatError, match="damaged"):
            KeyedVectors.load(tmp_path / "v.parquet")

"""Tables are the corpora that their rows are as lists, whatever library holds them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from w2v import Word2Vec
from w2v.data import CorpusError, EncodedCorpus, read_corpus
from w2v.data.reading import column_values

WORDS = [["new york", "b"], ["a", "b", "é", "a"], ["b"], ["", "c\nd"], ["c\nd", "b", "a"]] * 7
ITEMS = [[586, -3], [2**63 - 1, 586, 0, 586], [0], [7, -(2**63)], [7, 586, 0]] * 7
LINES = ["new york b", "a b", "two\nlines", "", "b a"] * 7
# With what is missing: None in lists, and in place of lists.
GAPS: dict[str, tuple[list[Any], list[Any]]] = {
    "words": ([*WORDS, None, [None, "a", None], [], [None], ["z"]], [*WORDS, ["a"], ["z"]]),
    "items": ([*ITEMS, None, [None, 7, None], [], [None], [9]], [*ITEMS, [7], [9]]),
}
ARROW = {
    "list": pa.list_,
    "large_list": pa.large_list,
    "list_view": pa.list_view,
    "large_list_view": pa.large_list_view,
}
VALUES: dict[str, list[Any]] = {
    "words": [
        *(pa.string(), pa.large_string(), pa.string_view()),
        *(pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.uint32(), pa.large_string())),
    ],
    "items": [pa.int64(), pa.dictionary(pa.int32(), pa.int64())],
}
HOW: dict[str, Any] = {"min_count": 1, "workers": 2}


_KNOWN: dict[str, EncodedCorpus] = {}


def _read(key: str, sentences: Any, **how: Any) -> EncodedCorpus:
    key += repr(how)
    if key not in _KNOWN or isinstance(sentences, Path):
        _KNOWN[key] = read_corpus(sentences, **{**HOW, **how})
    return _KNOWN[key]


def same(corpus: EncodedCorpus, sentences: Any, **how: Any) -> None:
    """What was read is what lists of the same give, to the last id and the fingerprint."""
    expected = _read(repr(sentences), sentences, **how)
    assert corpus.vocab.words == expected.vocab.words
    assert list(map(type, corpus.vocab.words)) == list(map(type, expected.vocab.words))
    np.testing.assert_array_equal(corpus.vocab.counts, expected.vocab.counts)
    assert corpus.fingerprint == expected.fingerprint


@pytest.mark.parametrize("kind", ["words", "items"])
@pytest.mark.parametrize("lists", ARROW)
def test_arrow_lists_of_every_type(kind: str, lists: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_values, "_PIECE_BYTES", 200)  # several blocks
    rows, expected = GAPS[kind]
    for value in VALUES[kind]:
        array = pa.array(rows, ARROW[lists](value))
        same(read_corpus(array[3:], **HOW), expected[3:])
        chunked = pa.chunked_array([array[:9], array[9:9], array[9:]])
        table = pa.table({"n": range(len(rows)), "s": chunked})
        same(read_corpus(table, column="s", **HOW), expected)


def test_arrow_tables_batches_streams_and_columns() -> None:
    rows, expected = GAPS["words"]
    array = pa.array(rows)
    table = pa.table({"n": range(len(rows)), "s": array})
    struct = pa.StructArray.from_arrays([array, array], ["a", "s"])
    for source in (table, table.to_batches()[0], table.to_reader(3), struct):
        same(read_corpus(source, column="s", **HOW), expected)
    for column in (array, table["s"], table.select(["s"])):
        same(read_corpus(column, **HOW), expected)


def test_arrow_lists_of_fixed_size_and_dictionaries_with_holes_and_doubles() -> None:
    rows = [["a", "b"], None, [None, "c"]]
    same(read_corpus(pa.array(rows, pa.list_(pa.string(), 2)), **HOW), [["a", "b"], ["c"]])
    codes = pa.array([0, 1, 2, 3, 3, None], pa.int8())
    for words, expected in (
        (["a", "b", "a", "c"], ["a", "b", "a", "c", "c"]),
        (["b", None, "a", "c"], ["b", "a", "c", "c"]),
    ):
        tokens = pa.DictionaryArray.from_arrays(codes, pa.array(words))
        array = pa.ListArray.from_arrays(pa.array([0, 6], pa.int32()), tokens)
        same(read_corpus(array, **HOW), [expected])


FRAMES: dict[str, Callable[[Any], Any]] = {
    "pandas Series": pd.Series,
    "pandas of Arrow": lambda rows: pd.Series(rows, dtype=pd.ArrowDtype(pa.array(rows).type)),
    "pandas of arrays": lambda rows: pd.Series(
        [row if row is None else np.array([t for t in row if t is not None]) for row in rows]
    ),
    "polars": pl.Series,
    "polars categorical": lambda rows: pl.Series(rows, dtype=pl.List(pl.Categorical)),
    "polars array": lambda rows: pl.Series([(row or [None])[:1] for row in rows]).list.to_array(1),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["words", "items"])
@pytest.mark.parametrize("made", FRAMES)
def test_columns_of_frames(kind: str, made: str) -> None:
    rows, expected = GAPS[kind]
    if made == "pandas of arrays":  # an empty one would be of floats
        rows = [row for row in rows if row is None or any(t is not None for t in row)]
    if made == "polars array":
        expected = [row[:1] for row in rows if row and row[0] is not None]
    if made == "polars categorical" and kind == "items":
        pytest.skip("categories are strings")
    series = FRAMES[made](rows)
    same(read_corpus(series, **HOW), expected)
    pandas = made.startswith("pandas")
    frame = pd.DataFrame({"s": series}) if pandas else series.to_frame("s")
    same(read_corpus(frame, **HOW), expected)
    several = frame.assign(n=object()) if pandas else frame.with_columns(pl.lit(1).alias("n"))
    same(read_corpus(several, column="s", **HOW), expected)


def test_columns_of_strings_are_split_like_text(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("\n".join(LINES))
    rows = [*LINES, None]
    for series in (
        *(pd.Series(rows), pd.Series(rows, dtype="category"), pd.Series(rows, dtype="string")),
        *(pl.Series(rows), pl.Series(rows, dtype=pl.Categorical), pa.array(rows)),
        pa.array(rows, pa.string_view()),
    ):
        for how in ({}, {"tokenizer": "words", "lowercase": True}, {"tokenizer": str.split}):
            same(read_corpus(series, **HOW, **how), tmp_path / "t.txt", **how)


def test_columns_of_files_hold_sentences(tmp_path: Path) -> None:
    for name, (rows, expected) in GAPS.items():
        table = pa.table({"n": range(len(rows)), name: rows})
        pq.write_table(table, tmp_path / "t.parquet", row_group_size=9)
        lines = "\n".join(json.dumps({"n": 1, name: row}) for row in [None, [], [None], *rows])
        (tmp_path / "t.jsonl").write_text(lines)
        for path in (tmp_path / "t.parquet", tmp_path / "t.jsonl"):
            same(read_corpus(path, column=name, **HOW), expected)
            how: dict[str, Any] = {"tokenizer": lambda line: [line]}  # for lines alone
            same(read_corpus(path, column=name, **HOW, **how), expected)
    (tmp_path / "dates.jsonl").write_text('{"s": ["2020-01-01", "1"]}\n')
    same(read_corpus(tmp_path / "dates.jsonl", column="s", **HOW), [["2020-01-01", "1"]])


def test_a_string_of_a_matrix_may_have_any_character_in_it() -> None:
    same(read_corpus(np.array([["a\0b", "a"], ["c", "\0"]]), **HOW), [["a\0b", "a"], ["c", ""]])


def test_a_quotation_mark_that_is_not_closed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text('id,text\n1,"sea king\n2,ship sea\n3,king sea\n')
    with pytest.warns(UserWarning, match="open.csv has an odd number of quotation marks"):
        read_corpus(path, column="text", min_count=1)
    path.write_text('id,text\n1,"sea ""king"" sea"\n2,"ship\nsea"\n')
    assert len(read_corpus(path, column="text", min_count=1).vocab) == 3


def test_columns_are_told_apart_by_their_whole_names(tmp_path: Path) -> None:
    columns = {"a": [{"b": "x"}], "a.b": [["t", "u"]], "a.b.c": [["v"]]}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    same(read_corpus(tmp_path / "t.parquet", column="a.b", **HOW), [["t", "u"]])
    twice = pa.Table.from_arrays([pa.array([["t"]])] * 2, names=["a", "a"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    (tmp_path / "twice.csv").write_text('"a","a"\nt,u\n')
    for name in ("twice.parquet", "twice.csv"):
        with pytest.raises(CorpusError, match=f"{name} has 2 columns 'a'"):
            read_corpus(tmp_path / name, column="a", **HOW)
    (tmp_path / "other.csv").write_text('a;"b\nc"\nt;u\n')
    with pytest.raises(CorpusError, match="has no column 'a'; it has a;"):
        read_corpus(tmp_path / "other.csv", column="a", **HOW)


def test_an_array_whose_offsets_or_indices_lie_outside_is_refused_before_it_is_used() -> None:
    def of(kind: Any, offsets: list[int], *more: Any) -> Any:
        begin = [None, pa.py_buffer(np.array(offsets, np.int32))]
        buffers = [*begin, pa.py_buffer(more[0])] if isinstance(more[0], bytes) else begin
        children = None if isinstance(more[0], bytes) else list(more)
        return pa.Array.from_buffers(kind, len(offsets) - 1, buffers, children=children)

    texts = pa.list_(pa.string())
    indices = pa.array([0, 99], pa.int32())
    coded = pa.DictionaryArray.from_arrays(indices, pa.array(["a"]), safe=False)
    inner = of(pa.string(), [0, 10**9, 2], b"ab")
    broken = [
        of(texts, [0, 5, 2], pa.array(["a", "b"])),
        of(texts, [0, 2, 1, 2], pa.array(["a", "b"])),
        of(texts, [0, 2], inner),
        inner,
        of(pa.list_(coded.type), [0, 2], coded),
    ]
    for array in broken:
        with pytest.raises(CorpusError, match="offsets that are damaged"):
            read_corpus(pa.table({"x": array}), **HOW)


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, ">i8", "<U9"])
def test_matrices_of_ids(dtype: Any) -> None:
    walks = np.random.default_rng(0).integers(0, 99, (200, 7)).astype(dtype)
    rows = walks.tolist()
    same(read_corpus(walks, **HOW), rows)
    same(read_corpus(walks[::2, 1:5], **HOW), [row[1:5] for row in rows[::2]])
    masked = np.ma.masked_array(walks, np.arange(1400).reshape(200, 7) % 5 == 0)
    kept = [[t for j, t in enumerate(row) if (7 * i + j) % 5] for i, row in enumerate(rows)]
    same(read_corpus(masked, **HOW), kept)


def test_sentences_are_cut_lowered_and_limited_as_those_of_lists() -> None:
    rows = [["A", "a", "b"] * 9, ["B", "c"]] * 3
    for how in ({"lowercase": True}, {"max_sentence_length": 4}, {"min_count": 4}):
        same(read_corpus(pa.array(rows), **{**HOW, **how}), rows, **how)


NESTED = [[["a"]], [["b"]]]


@pytest.mark.parametrize(
    ("source", "column", "told"),
    [
        (pa.array(NESTED), None, "the ListArray holds list<.*>, expected strings, or lists of"),
        (pd.Series(NESTED, name="x"), None, "column 'x' of the Series holds list<.*>, expected"),
        (pl.Series("x", NESTED), None, "column 'x' of the Series holds .*list<.*>, expected"),
        (pd.DataFrame({"x": NESTED}), "x", "column 'x' of the DataFrame holds list<.*>, expected"),
        (pd.DataFrame({"u": [1], "i": [2]}), "i", "holds int64, expected strings, or lists"),
        (pd.DataFrame({"u": [1], "i": [2]}), None, r"has columns \['u', 'i'\]; say which"),
        (pa.table({"u": [1], "i": [2]}), None, r"has columns \['u', 'i'\]; say which"),
        (pl.DataFrame({"u": [1], "i": [2]}), "x", "the DataFrame has no column 'x'; it has u, i"),
        (pd.DataFrame([["a", "b"]], columns=["x", "x"]), "x", "has 2 columns 'x'"),
        (pd.Series([["a", 1]]), None, "holds values of several types"),
        (
            pd.Series([[586.0, np.nan]]),
            None,
            r"list<.*double>, expected.*Are these integers that pandas",
        ),
        (pd.Series([[b"a"]]), None, r"holds list<.*binary>, expected"),
        (pa.array([[True]]), None, r"holds list<.*bool>, expected"),
        (pd.Series([["a"]], name="x"), "y", "is one column, not a table with a column 'y'"),
        (pl.Series("x", [["a"]]), "y", "is one column, not a table with a column 'y'"),
        (pa.array([[2**64 - 1]], pa.list_(pa.uint64())), None, "integers of up to 64 bits"),
        (pa.array([[], None, [None]], pa.list_(pa.string())), None, "holds no words"),
        (pa.array([None, None]), None, "holds no words"),
        (pl.DataFrame({"x": [["a"]]}).lazy(), None, r"of type LazyFrame: give its collect\(\)"),
        ([["a"]], "x", "sentences of a list have no column 'x'"),
        (pd.DataFrame({"u": [1], "i": [2]}).groupby("u")["i"], None, "a token is neither a str"),
        ([{"x": ["a"]}], None, r"a sentence is \{'x': \['a'\]\} of type dict; give lists"),
        (np.ones((2, 2)), None, "of type float64; tokens are strings"),
        (np.ones((2, 2), bool), None, "of type bool; tokens are strings"),
    ],
)
def test_what_holds_no_sentences_is_one_line(source: Any, column: Any, told: str) -> None:
    with pytest.raises(CorpusError, match=told) as caught:
        read_corpus(source, column=column, **HOW)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_tokens_that_are_no_text_and_kinds_that_are_mixed(tmp_path: Path) -> None:
    broken = pa.ListArray.from_arrays(
        [0, 1], pa.array([b"\xff"]).view(pa.string())
    )  # Arrow does not look
    with pytest.raises(CorpusError, match="holds a token that is none of text in UTF-8"):
        read_corpus(broken, **HOW)
    pq.write_table(pa.table({"s": [["a"]]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"s": [[1]]}), tmp_path / "b.parquet")
    with pytest.raises(CorpusError, match="tokens are all strings or all integers"):
        read_corpus([tmp_path / "a.parquet", tmp_path / "b.parquet"], column="s", **HOW)
    for row in ('{"s": [["a"]]}', '{"s": [1.5]}', '{"s": [true]}', '{"s": [{}]}'):
        (tmp_path / "t.jsonl").write_text(row)
        with pytest.raises(CorpusError, match=r"column 's' of .*t.jsonl holds .*, expected strin"):
            read_corpus(tmp_path / "t.jsonl", column="s", **HOW)
    for row in ('{"s": ["b", ["a"]]}', '{"s": ["b", 1]}', '{"s": ["b"]}\n{"s": "a"}', '{"s": 1}'):
        (tmp_path / "t.jsonl").write_text(row)
        with pytest.raises(CorpusError, match=r"expected one JSON object a line with a .* 's'"):
            read_corpus(tmp_path / "t.jsonl", column="s", **HOW)


SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 4, "negative": 1, "sample": 0, "workers": 1}


def test_a_table_is_trained_on_gone_on_with_and_read_again_only_if_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame({"user": range(35), "items": deepcopy(ITEMS)})
    model = Word2Vec(frame, column="items", **SMALL, epochs=1)
    assert sorted(model.wv.index_to_key) == sorted({i for row in ITEMS for i in row})
    twin = Word2Vec(ITEMS, **SMALL, epochs=1)
    np.testing.assert_array_equal(model.wv.vectors, twin.wv.vectors)
    reads: list[Any] = []
    read = model.read

    def counted(source: Any, **how: Any) -> EncodedCorpus:
        reads.append(source)
        return read(source, **how)

    monkeypatch.setattr(model, "read", counted)
    model.build_vocab(frame)
    model.train(frame.copy(), epochs=1)
    model.train(pl.DataFrame({"items": ITEMS}), epochs=1)
    assert len(reads) == 1 + 1  # polars has other strings of bytes for the same
    frame.loc[0, "items"][0] = 7
    assert model.train(frame, epochs=1) == (sum(map(len, ITEMS)),) * 2
    assert len(reads) == 3
    model.train(ITEMS, epochs=1)  # which have no columns
    model.heldout_loss([[586, 0, 7]] * 5)
    # The text of a checkpoint is known by what it holds, not by where it stood.
    begun = Word2Vec(**SMALL, epochs=2, column="items")
    begun.build_vocab(frame)
    with pytest.raises(KeyboardInterrupt):
        begun.train(frame, checkpoint=tmp_path / "run", callbacks=[_Stop()])
    loaded = Word2Vec.load(tmp_path / "run")
    loaded.fit(pl.Series([list(row) for row in frame["items"]]), resume=True)
    assert loaded.epochs_done == 2
    with pytest.raises(CorpusError, match="this is not the text that the training began"):
        Word2Vec.load(tmp_path / "run").fit(pa.array(ITEMS), resume=True)
    with pytest.raises(ValueError, match="sentences of a list have no column 'x'"):
        Word2Vec(ITEMS, column="x", **SMALL)


class _Stop:
    def on_epoch_end(self, model: Any) -> None:
        raise KeyboardInterrupt


def test_packages_of_tables_are_not_imported() -> None:
    code = (
        "import sys\nfrom w2v import Word2Vec\nfrom w2v.data.reading import read_corpus, tables\n"
        "assert not tables.has_columns([['a', 'b']])\n"
        "print(sorted({'pandas', 'polars', 'fsspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_each_text_of_a_model_may_have_a_column_of_its_own() -> None:
    small: dict[str, Any] = {"vector_size": 4, "min_count": 1, "sample": 0, "workers": 1}
    small |= {"epochs": 1, "negative": 1}
    first = pa.table({"n": range(30), "s": [["a", "b", "c"]] * 30})
    second = pd.DataFrame({"t": [["a", "b", "d"]] * 9, "u": 1})
    model = Word2Vec(**small).fit(first, column="s")
    model.build_vocab(second, update=True, column="t")
    assert model.wv.index_to_key == ["a", "b", "c", "d"]
    assert model.train(second, column="t", epochs=1) == (27, 27)
    assert model.train(first, column="s", epochs=1) == (90, 90)
    built = Word2Vec(**small)
    built.build_vocab(first, column="s")
    built.train()
    alike = Word2Vec(first, column="s", **small)
    assert (built.wv.vectors == alike.wv.vectors).all()
    assert alike.train([["a", "b"]], epochs=1) == (2, 2)  # sentences have none
    for call in (model.fit, model.train, model.build_vocab):
        with pytest.raises(CorpusError, match=r"has columns \['n', 's'\]; say which"):
            call(first)
        with pytest.raises(CorpusError, match="sentences of a list have no column 's'"):
            call([["a", "b"]], column="s")

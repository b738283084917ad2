"""What a message quotes is enough to know it by, however long the thing is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networkx import path_graph

from w2v import KeyedVectors, TrainConfig, Word2Vec
from w2v.data import CorpusError, EncodedCorpus, prepare, random_walks, read_corpus
from w2v.messages import quoted, shortened
from w2v.training.checkpoint import CheckpointError

LONG = "the quick brown fox " * 50_000
SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 4}


def trained() -> Word2Vec:
    return Word2Vec([["a", "b", "c"]] * 9, negative=1, sample=0, epochs=1, **SMALL)


def test_quotes_are_short_and_say_what_was_left_out() -> None:
    assert quoted("a\nb") == r"'a\nb'"
    assert quoted("x" * 81) == repr("x" * 80) + "… (81 characters)"
    assert quoted(b"x" * 1_000_000).endswith("… (1,000,000 bytes)")
    assert shortened("x" * 200) == "x" * 200
    assert shortened("a" * 500 + "b" * 500) == "a" * 100 + "…" + "b" * 100 + " (1,000 characters)"
    deep: list[Any] = []
    for _ in range(9_000):
        deep = [deep, *range(9)]
    for value in (LONG, [LONG] * 999, {LONG: LONG}, 10**9_999, deep, range(9), None):
        assert len(quoted(value)) < 400


@pytest.mark.parametrize(
    "text", ["cat", "the cat sat", "what is [this]?", LONG[:400], LONG, "a\0b"]
)
@pytest.mark.parametrize("several", [False, True])
def test_text_in_place_of_sentences_is_told_of_lists_of_words(text: str, several: bool) -> None:
    for given in ([text, text], (text,)) if several else (text,):
        with pytest.raises(CorpusError, match="lists of words") as caught:
            Word2Vec(given, **SMALL)
        assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: Word2Vec(iter([LONG]), **SMALL),
        lambda: Word2Vec([["a", "b"], LONG], **SMALL),
        lambda: Word2Vec([["a", [LONG]]], **SMALL),
        lambda: Word2Vec([["a", LONG.encode()]], **SMALL),
        lambda: Word2Vec([["a"], 10**9_999], **SMALL),
        lambda: Word2Vec(["name", [LONG]], **SMALL),
        lambda: Word2Vec({LONG: 1}, **SMALL),
        lambda: Word2Vec([["a", LONG]], **{**SMALL, "min_count": 9}),
        lambda: Word2Vec([["a", "b"]], negative=1, sample=0, **SMALL).fit([[LONG, "c" + LONG]]),
        lambda: Word2Vec(vector_size=LONG),  # type: ignore[arg-type]
        lambda: Word2Vec(optimizer=LONG),
        lambda: Word2Vec(backend=LONG),
        lambda: Word2Vec(seed=-(10**9_999)),
        lambda: Word2Vec(**{LONG: 1}),  # type: ignore[arg-type]
        lambda: read_corpus([["a"]], errors=LONG),
        lambda: read_corpus([["a"]], encoding=LONG),
        lambda: read_corpus([["a"]], tokenizer=LONG),
        lambda: read_corpus([["a"]], workers=-(10**9_999)),
        lambda: EncodedCorpus.open(LONG),
        lambda: Word2Vec.load(LONG),
        lambda: prepare([["a", "b"]], LONG, min_count=1),
        lambda: setattr(Word2Vec(), LONG, 1),
        lambda: setattr(KeyedVectors(4), LONG, 1),
        lambda: KeyedVectors.load(LONG),
        lambda: KeyedVectors.load_word2vec_format(LONG),
        lambda: KeyedVectors(4).save(LONG),
        lambda: KeyedVectors(4).evaluate_word_pairs(LONG),
        lambda: KeyedVectors(4).evaluate_word_analogies(LONG),
        lambda: trained().fit([[LONG, LONG + "y"]]),
        lambda: KeyedVectors(1).add_vectors([LONG, LONG], np.ones((2, 1))),
        lambda: KeyedVectors(1).add_vectors([[LONG]], np.ones((1, 1))),  # type: ignore[list-item]
        lambda: KeyedVectors(1).add_vectors([LONG, 1], np.ones((2, 1))),
        lambda: random_walks(path_graph(2), p=LONG),  # type: ignore[arg-type]
        lambda: random_walks(path_graph(2), weight=LONG),
    ],
)
def test_no_message_carries_a_megabyte(misuse: Callable[[], object]) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError, OSError)) as caught:
        misuse()
    assert 20 < len(str(caught.value)) < 1_000


def test_values_of_files_are_quoted_short(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    for value, told in [
        ({LONG: "a"}, "has no column 'text'"),
        ({"text": [[LONG]]}, "expected strings, or lists"),
        ([LONG], "JSON array"),
        (LONG, "expected one JSON object a line"),
        ({str(i): LONG[:100] for i in range(9_999)}, "has no column"),
    ]:
        path.write_text(json.dumps(value) + "\n")
        with pytest.raises(CorpusError, match=told) as caught:
            read_corpus(path, column="text", min_count=1)
        assert len(str(caught.value)) < 1_500
        with pytest.raises(CorpusError) as caught:
            read_corpus(path, column=LONG + "x", min_count=1)
        assert len(str(caught.value)) < 1_500


def test_an_empty_name_is_not_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("one two\n")
    for names in ("", [""], ["a.txt", ""], [b"a.txt", ""], "  ", ("a.txt", "\t")):
        with pytest.raises(CorpusError, match="a name is empty"):
            read_corpus(names, min_count=1)  # type: ignore[arg-type]
    with pytest.raises(CorpusError, match="a name is empty"):
        Word2Vec(corpus_file="", **SMALL)
    corpus = prepare("a.txt", "here", min_count=1)
    before = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path / "here")
    for opened in (lambda: EncodedCorpus.open(""), lambda: read_corpus("")):
        with pytest.raises(CorpusError, match="a name is empty"):
            opened()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    model = Word2Vec([["a", "b"]] * 9, sample=0, negative=1, **SMALL)
    for save in (
        lambda: corpus.save(""),
        lambda: prepare([["a", "b"]], "", min_count=1),
        lambda: model.save(""),
    ):
        with pytest.raises(ValueError, match="empty"):
            save()
    (tmp_path / "empty").rmdir()
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(CheckpointError, match="empty"):
        Word2Vec.load("")


@pytest.mark.parametrize("setting", ["alpha", "min_alpha", "sample", "ns_exponent", "window"])
def test_numbers_of_numpy_are_numbers_and_texts_are_none(setting: str) -> None:
    number: Any = np.int64(60) if setting == "window" else np.float32(2**-10)
    given = getattr(TrainConfig(**{setting: number}), setting)
    assert type(given) is (int if setting == "window" else float)
    assert given == number
    json.dumps(TrainConfig(**{setting: number}).to_dict())
    for text in ("0.1", "x", b"1"):
        with pytest.raises(ValueError, match=f"^{setting} must be .*, got "):
            TrainConfig(**{setting: text})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("misuse", "told"),
    [
        (lambda: Word2Vec([[b"a", b"b"]], **SMALL), r"of type bytes; .*use \.decode\(\)"),
        (lambda: Word2Vec(np.array("a"), **SMALL), "an array of 0 dimensions; give lists"),
        (lambda: Word2Vec(np.zeros((2, 2, 2)), **SMALL), "an array of 3 dimensions; give lists"),
        (lambda: KeyedVectors(-1), "vector_size must be an integer, 0 or more, got -1"),
        (lambda: KeyedVectors(vector_size=2.5), "vector_size must be an integer"),  # type: ignore[arg-type]
        (lambda: KeyedVectors.load("v.bin", limit="2"), "limit is '2', expected an integer"),  # type: ignore[arg-type]
    ],
)
def test_messages_are_of_what_was_given(misuse: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        misuse()

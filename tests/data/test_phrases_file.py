"""Models of phrases saved and loaded: whole, or refused."""

from __future__ import annotations

import json
import pickle
import zlib
from pathlib import Path
from typing import Any

import gensim.models.phrases
import numpy as np
import pytest

from w2v.data import CorpusError, FrozenPhrases, Phraser, Phrases

TEXT = [["new", "york", "of", "old"]] * 9 + [["hot", "dog", "\ud83d", "größe"]] * 3
calls: list[Any] = []


def half(bigram_count: int, len_vocab: int) -> float:
    calls.append(len_vocab)
    return bigram_count / 2


class Half:
    @staticmethod
    def score(worda_count: int) -> float:
        return worda_count / 2


@pytest.mark.parametrize(
    "settings",
    [
        {"threshold": 0.1, "connector_words": {"of"}},
        {"threshold": np.float64(0.2), "scoring": "npmi", "delimiter": " ", "min_count": 1.5},
        {"threshold": 1, "scoring": half, "max_vocab_size": 1000},
        {"threshold": 1, "scoring": Half.score, "min_count": np.int64(2)},
    ],
)
def test_what_is_loaded_is_what_was_saved(tmp_path: Path, settings: dict[str, Any]) -> None:
    text = [sentence for sentence in TEXT if sentence[0] == "new"] + [["hot", "größe"]] * 3
    saved = Phrases(text, **{"min_count": 1, **settings})
    path = tmp_path / "phrases.pkl"
    for model in (saved, saved.freeze()):
        model.save(str(path))
        loaded: Any = type(model).load(path)
        assert type(loaded) is type(model)
        assert str(loaded) == str(model)
        assert loaded.scoring is model.scoring
        assert loaded.connector_words == model.connector_words
        assert loaded.find_phrases(text) == model.find_phrases(text) != {}
    assert isinstance(Phrases.load(path, mmap="r"), FrozenPhrases)
    assert FrozenPhrases is Phraser
    saved.save(path)
    loaded = Phrases.load(path)
    for each in (saved, loaded):
        each.add_vocab([["new", "york", "more"]])
    assert dict(loaded.vocab) == dict(saved.vocab)
    assert loaded.corpus_word_count == saved.corpus_word_count


def test_an_object_of_the_class_that_loads_is_made(tmp_path: Path) -> None:
    class Mine(Phrases):
        def __init__(self) -> None:
            super().__init__(TEXT[:9], 1, 0.1)

    Mine().save(tmp_path / "mine")
    assert type(Mine.load(tmp_path / "mine")) is Mine


def test_damaged_files_are_refused_and_what_is_there_survives(tmp_path: Path) -> None:
    path = tmp_path / "phrases"
    Phrases(TEXT[:9], 1, 0.1).save(path)
    whole = path.read_bytes()
    for bit in range(0, 8 * len(whole), 7):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(CorpusError, match=r"holds no phrases|is damaged"):
            Phrases.load(path)
    for cut in (0, 10, len(whole) // 2):
        path.write_bytes(whole[:cut])
        with pytest.raises(CorpusError):
            Phrases.load(path)
    path.write_bytes(whole)
    nameless = Phrases(TEXT[:9], 1, 0.1, scoring=lambda worda_count: worda_count)
    with pytest.raises(ValueError, match="cannot be saved"):
        nameless.save(path)
    assert path.read_bytes() == whole
    nameless.freeze().save(path)
    assert FrozenPhrases.load(path).scoring is None
    with pytest.raises(FileNotFoundError):
        Phrases.load(tmp_path / "none")


@pytest.mark.parametrize(
    "change",
    [
        {"vocab": {"a": "b"}},
        {"vocab": {"a": True}},
        {"vocab": []},
        {"min_count": "1"},
        {"connector_words": [1]},
        {"kind": "Model"},
        {"threshold": float("nan")},
        {"min_count": -1},
        {"delimiter": None},
    ],
)
def test_contents_that_make_no_sense_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "phrases"
    Phrases(TEXT[:9], 1, 0.1).save(path)
    write(path, **change)
    with pytest.raises(ValueError):
        Phrases.load(path)


def write(path: Path, **change: Any) -> None:
    head, _, body = path.read_bytes().partition(b"\n")
    body = json.dumps({**json.loads(body), **change}).encode()
    path.write_bytes(head[:-8] + f"{zlib.crc32(body):08x}\n".encode() + body)


def no_scorer(path: Any) -> None:
    calls.append(path)


def test_a_file_has_no_other_function_called(tmp_path: Path) -> None:
    path = tmp_path / "phrases"
    Phrases(TEXT[:9], 1, 0.1, scoring=half).save(path)
    calls.clear()
    here = __name__
    names: list[Any] = ["os:abort", "os:_exit", f"{here}:no_scorer", f"{here}:none", 5, [], ""]
    for name in names:
        write(path, scoring=name)
        with pytest.raises(ValueError, match="scoring=function"):
            Phrases.load(path)
    write(path, scoring="not_imported.at_all:half")
    assert set(Phrases.load(path, scoring=half).scores) == {"new_york", "york_of", "of_old"}
    assert len(calls) == 3


def test_pickles_are_not_read_and_gensims_phrases_are_taken(tmp_path: Path) -> None:
    theirs = gensim.models.phrases.Phrases(TEXT[:9], 1, 0.1)
    path = tmp_path / "gensim"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(CorpusError, match=r"a pickle.*FrozenPhrases"):
        Phrases.load(path)
    ours = FrozenPhrases(theirs)
    assert ours.phrasegrams == theirs.export_phrases()
    assert ours[TEXT[0]] == theirs[TEXT[0]]
    ours.save(path)
    assert FrozenPhrases.load(path).phrasegrams == ours.phrasegrams
    ours.phrasegrams["hot_dog"] = float("inf")
    assert ours[["hot", "dog"]] == ["hot_dog"]
    with pytest.raises(AttributeError, match="freeze"):
        ours.min_count = 3  # type: ignore[misc]

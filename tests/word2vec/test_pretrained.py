"""Models whose words begin with vectors from elsewhere, and words that keep theirs."""

from __future__ import annotations

import copy
import pickle
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import KeyedVectors, Word2Vec
from w2v.vectors.errors import VectorFormatError

TEXT = [[f"w{(i * 7 + j * j) % 40}" for j in range(12)] for i in range(200)]
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 2}
KNOWN = [f"w{i}" for i in range(0, 60, 2)]  # some of which the text has not
GIVEN = KeyedVectors(KNOWN, np.random.default_rng(1).normal(size=(len(KNOWN), 8)))


def built(**settings: Any) -> Any:
    model = Word2Vec(**{**SMALL, **settings})
    model.build_vocab(TEXT)
    return model


def known_of(model: Any) -> list[str]:
    return [word for word in KNOWN if word in model.wv]


@pytest.mark.parametrize("suffix", ["", ".bin", ".safetensors"])
def test_known_words_take_their_rows_and_others_are_drawn_as_usual(
    suffix: str, tmp_path: Path
) -> None:
    init: Any = GIVEN
    if suffix:
        GIVEN.save(init := tmp_path / f"given{suffix}")
    model, plain = built(init=init), built()
    known = known_of(model)
    assert (model.wv[known] == GIVEN[known]).all()
    others = [word for word in model.wv.index_to_key if word not in known]
    assert len(others) == 20
    assert (model.wv[others] == plain.wv[others]).all()
    model.train(TEXT, epochs=1, total_examples=len(TEXT))
    assert (model.wv[known] != GIVEN[known]).any(axis=1).all()
    model.build_vocab(TEXT)  # anew
    assert (model.wv[known] == GIVEN[known]).all()


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_frozen_words_stay_to_the_bit_and_others_learn(optimizer: str) -> None:
    settings = {**SMALL, "optimizer": optimizer, "batch_size": 50}
    model = Word2Vec(TEXT, init=GIVEN, freeze="known", **settings)
    assert (model.wv[known_of(model)] == GIVEN[known_of(model)]).all()
    assert (model.wv["w1"] != built().wv["w1"]).any()
    some = Word2Vec(TEXT, init=GIVEN, freeze=["w2", "w4"], **settings)
    assert (some.wv[["w2", "w4"]] == GIVEN[["w2", "w4"]]).all()
    assert (some.wv["w6"] != GIVEN["w6"]).any()


def test_words_added_later_begin_with_their_rows_too() -> None:
    model = Word2Vec(TEXT, init=GIVEN, freeze="known", **SMALL)
    learnt = model.wv["w1"].copy()
    model.build_vocab([["w42", "new"]] * 3, update=True)
    assert (model.wv["w42"] == GIVEN["w42"]).all()
    assert (model.wv["w1"] == learnt).all()
    model.train([["w42", "new", "w1"]] * 30, epochs=1, total_examples=30)
    assert (model.wv["w42"] == GIVEN["w42"]).all()
    assert (model.wv["w1"] != learnt).any()


def test_copies_keep_all_and_a_saved_model_says_what_it_does_not_keep(tmp_path: Path) -> None:
    model = Word2Vec(TEXT, init=GIVEN, freeze="known", **SMALL)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        other.build_vocab([["w42", "new"]] * 3, update=True)
        assert (other.wv["w42"] == GIVEN["w42"]).all()
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    loaded.train(TEXT, epochs=1, total_examples=len(TEXT))
    assert (loaded.wv[known_of(model)] == GIVEN[known_of(model)]).all()
    for update in (True, False):
        with pytest.raises(ValueError, match=r"does not keep: set model\.init"):
            loaded.build_vocab([["w42", "new"]] * 3, update=update)
    loaded.save(tmp_path / "again")
    loaded.init = GIVEN
    loaded.build_vocab([["w42", "new"]] * 3, update=True)
    assert (loaded.wv["w42"] == GIVEN["w42"]).all()


def test_words_are_found_in_other_normal_forms_and_integers_as_digits() -> None:
    composed, taken = unicodedata.normalize("NFC", "né"), np.ones((1, 8))
    given = KeyedVectors([unicodedata.normalize("NFD", composed)], taken)
    model = Word2Vec(**{**SMALL, "negative": 1, "init": given})
    model.build_vocab([[composed, "x"]])
    assert (model.wv[composed] == 1).all()
    model = Word2Vec(**{**SMALL, "negative": 1, "init": KeyedVectors(["7"], taken)})
    model.build_vocab([[7, 8]])
    assert (model.wv[7] == 1).all()


def test_what_cannot_be_begun_with_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    GIVEN.save(path := tmp_path / "given.vec")
    refused: list[tuple[dict[str, Any], Any, str]] = [
        ({"init": path, "vector_size": 9}, ValueError, "size 8, and this model 9: set"),
        ({"init": GIVEN, "vector_size": 9}, ValueError, "size 8, and this model 9: set"),
        ({"init": tmp_path / "none.vec"}, FileNotFoundError, "is not there"),
        ({"init": built()}, TypeError, "give its wv"),
        ({"init": np.ones((3, 8))}, TypeError, "got a ndarray"),
        ({"freeze": "known"}, ValueError, "give init too"),
        ({"init": GIVEN, "freeze": "w2"}, ValueError, r"\['w2'\]"),
        ({"init": GIVEN, "freeze": 3}, TypeError, "a list of words"),
        ({"init": GIVEN, "freeze": ["w2", 3]}, TypeError, "of one kind"),
    ]
    for settings, kind, said in refused:
        with pytest.raises(kind, match=said):
            Word2Vec(**{**SMALL, **settings})
    bad = KeyedVectors(["w2"], np.full((1, 8), np.nan))
    with pytest.raises(VectorFormatError, match="NaN"):
        built(init=bad)


def test_a_file_that_has_changed_meanwhile_loses_nothing(tmp_path: Path) -> None:
    GIVEN.save(path := tmp_path / "given.bin")
    model = Word2Vec(TEXT, init=path, **SMALL)
    before = model.wv.vectors.copy()
    KeyedVectors(["w2"], np.ones((1, 5))).save(path)
    for update in (True, False):
        with pytest.raises(ValueError, match="size 5"):
            model.build_vocab([["w42"]] * 3, update=update)
    assert (model.wv.vectors == before).all()


def test_words_that_nothing_is_known_of_are_told() -> None:
    with pytest.warns(UserWarning, match="init has a vector for none of these 40 words"):
        built(init=KeyedVectors(["W1"], np.ones((1, 8))))
    with pytest.warns(UserWarning, match=r"1 of the 2 words of freeze .* such as 'W3'"):
        built(freeze=["w3", "W3"])


def test_words_that_are_there_are_not_said_to_begin_anew() -> None:
    model = Word2Vec(min_count=1, vector_size=4, negative=1, workers=1)
    model.freeze = ["a"]
    model.build_vocab([["a", "b"]] * 5)
    with pytest.warns(UserWarning, match=r"init is for words .* gets from now on"):
        model.init = KeyedVectors(["a"], np.ones((1, 4), np.float32))
    fresh = Word2Vec(min_count=1, vector_size=4, negative=1, workers=1)
    fresh.build_vocab([["a", "b"]] * 5)
    with pytest.warns(UserWarning, match=r"freeze is for words .*wv\.vectors_lockf"):
        fresh.freeze = ["a"]

"""Vectors that are held fixed or damped by ``wv.vectors_lockf``, whatever trains them."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import gensim
import numpy as np
import pytest

from w2v import KeyedVectors, Word2Vec

TEXT = [[f"w{(i * 7 + j * j) % 40}" for j in range(12)] for i in range(300)]
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 1}
SMALL["batch_size"] = 50  # of the engine of other optimizers than sgd
FIXED = [0, 3, 17]


def built(**settings: Any) -> Any:
    model = Word2Vec(**{**SMALL, **settings})
    model.build_vocab(TEXT)
    return model


def locked(**settings: Any) -> Any:
    model = built(**settings)
    model.wv.vectors_lockf = np.ones(len(model.wv), np.float32)
    model.wv.vectors_lockf[FIXED] = 0
    return model


def moved(model: Any, start: np.ndarray) -> np.ndarray:
    change: np.ndarray = np.abs(model.wv.vectors - start).max(1)
    return change


KINDS = [{"sg": sg, **kind} for sg in (0, 1) for kind in ({}, {"hs": 1, "negative": 0})]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adagrad", "rmsprop", "adam"])
def test_zeros_hold_vectors_fixed_and_fractions_damp(kind: Any, optimizer: str) -> None:
    model = locked(optimizer=optimizer, **kind)
    free, start = built(optimizer=optimizer, **kind), model.wv.vectors.copy()
    model.wv.vectors_lockf[1] = 0.1
    for each in (model, free):
        each.train(TEXT, total_examples=300, epochs=1)
    assert model.wv.vectors[FIXED].tobytes() == start[FIXED].tobytes()
    rest = np.delete(moved(model, start), [1, *FIXED])
    assert rest.min() > 0
    assert 0 < moved(model, start)[1] < 0.5 * moved(free, start)[1]


def test_a_vector_that_has_learnt_with_adam_stays_when_it_is_fixed_then() -> None:
    model = built(optimizer="adam")
    model.train(TEXT, total_examples=300, epochs=1)
    start = model.wv.vectors.copy()
    model.wv.vectors_lockf = np.ones(40)
    model.wv.vectors_lockf[FIXED] = 0
    model.train(TEXT, total_examples=300, epochs=1)
    assert model.wv.vectors[FIXED].tobytes() == start[FIXED].tobytes()
    model.wv.vectors_lockf[:] = 1
    model.train(TEXT, total_examples=300, epochs=1)
    assert moved(model, start).min() > 0


@pytest.mark.parametrize("sg", [0, 1])
def test_gensim_fixes_the_same_words(sg: int) -> None:
    theirs = gensim.models.Word2Vec(vector_size=8, min_count=1, workers=1, sg=sg)
    theirs.build_vocab(TEXT)
    ours = built(sg=sg)
    for model in (ours, theirs):
        wv, start = model.wv, model.wv.vectors.copy()
        assert wv.vectors_lockf.tolist() == [1] and wv.vectors_lockf.dtype == np.float32
        wv.vectors_lockf = np.ones(len(wv), dtype=np.float32)
        wv.vectors_lockf[[wv.key_to_index[word] for word in ("w1", "w5")]] = 0
        model.train(TEXT, total_examples=300, epochs=2)
        still = {wv.index_to_key[row] for row in np.flatnonzero(moved(model, start) == 0)}
        assert still == {"w1", "w5"}
        wv.vectors_lockf = np.zeros(1, np.float32)
        start = wv.vectors.copy()
        model.train(TEXT, total_examples=300, epochs=1)
        assert not moved(model, start).any()


def test_ones_are_the_same_bytes_as_none() -> None:
    plain, ones = built(), built()
    ones.wv.vectors_lockf = np.ones(40)
    for model in (plain, ones):
        model.train(TEXT, total_examples=300, epochs=1)
    assert ones.wv.vectors.tobytes() == plain.wv.vectors.tobytes()


def test_vectors_of_a_file_are_fixed_unless_said_otherwise(tmp_path: Path) -> None:
    given = KeyedVectors(["w3", "unheard", "w8"], np.full((3, 8), 0.5, np.float32))
    given.save_word2vec_format(tmp_path / "v.txt")
    model = built()
    for lockf, still in ((0.0, True), (1.0, False)):
        model.wv.intersect_word2vec_format(tmp_path / "v.txt", lockf=lockf)
        rows = [model.wv.key_to_index[word] for word in ("w3", "w8")]
        assert model.wv.vectors_lockf[rows].tolist() == [lockf, lockf]
        assert model.wv.vectors_lockf.sum() == 38 + 2 * lockf
        start = model.wv.vectors.copy()
        model.train(TEXT, total_examples=300, epochs=1)
        assert (moved(model, start)[rows] == 0).all() == still
        assert (moved(model, start) == 0).sum() == 2 * still
    model.wv["w3"] = np.ones(8)
    assert (model.wv["w3"] == 1).all()
    default = built()
    default.wv.intersect_word2vec_format(tmp_path / "v.txt")
    assert (default.wv.vectors_lockf == 0).sum() == 2


def test_factors_go_where_the_model_goes_and_new_words_have_one(tmp_path: Path) -> None:
    model = locked()
    expected = model.wv.vectors_lockf.tolist()
    model.train(TEXT, total_examples=300, epochs=1)
    model.save(tmp_path / "m")
    model.wv.vectors_lockf = model.wv.vectors_lockf  # as it is
    for other in (
        Word2Vec.load(tmp_path / "m"),
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
    ):
        start = other.wv.vectors.copy()
        assert other.wv.vectors_lockf.tolist() == expected
        assert copy.deepcopy(other.wv).vectors_lockf.tolist() == expected
        other.train(TEXT, total_examples=300, epochs=1)
        assert (moved(other, start) == 0).sum() == len(FIXED)
    model.build_vocab([["new", "words"]] * 9, update=True)
    assert model.wv.vectors_lockf.tolist() == [*expected, 1, 1]
    model.build_vocab(TEXT)
    assert model.wv.vectors_lockf.tolist() == [1]


def test_factors_of_a_plain_table_follow_its_words() -> None:
    kv = KeyedVectors(["a", "b", "c"], np.eye(3), [1, 2, 3])
    kv.vectors_lockf = [0, 0.5, 1]
    kv.add_vectors(["d"], np.ones((1, 3)), {"count": [4]})
    kv.sort_by_descending_frequency()
    assert kv.vectors_lockf.tolist() == [1, 1, 0.5, 0]
    model = Word2Vec(vector_size=3, negative=2)
    model.wv = kv
    assert model.wv.vectors_lockf.tolist() == [1, 1, 0.5, 0]


@pytest.mark.parametrize(
    "wrong", [np.zeros(39), [-1.0] * 40, [np.nan], [np.inf] * 40, np.ones((1, 40)), ["x"], 0.5]
)
def test_what_is_no_factor_is_refused(wrong: Any) -> None:
    model = built()
    with pytest.raises(ValueError, match="vectors_lockf"):
        model.wv.vectors_lockf = wrong
    assert model.wv.vectors_lockf.tolist() == [1]


def test_factors_that_became_wrong_stop_a_training_before_it_begins(tmp_path: Path) -> None:
    model = locked()
    start = model.wv.vectors.copy()
    model.wv.vectors_lockf[5] = np.nan
    for use in (lambda: model.train(TEXT, total_examples=300, epochs=1), lambda: model.save("x")):
        with pytest.raises(ValueError, match="finite and 0 or more"):
            use()
    assert not moved(model, start).any()
    model.wv.vectors_lockf[5] = 2
    model.save(tmp_path / "m")
    assert Word2Vec.load(tmp_path / "m").wv.vectors_lockf[5] == 2


def test_words_can_be_freed_between_epochs() -> None:
    class Free:
        def on_epoch_begin(self, model: Any) -> None:
            if model.epochs_done:
                seen.append(moved(model, start)[FIXED].max())
                model.wv.vectors_lockf[:] = 1

    seen: list[float] = []
    model = locked(epochs=2)
    start = model.wv.vectors.copy()
    model.train(TEXT, total_examples=300, epochs=2, callbacks=[Free()])
    assert seen == [0] and moved(model, start)[FIXED].min() > 0

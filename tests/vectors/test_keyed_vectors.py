"""KeyedVectors takes what gensim's takes, and refuses what cannot be."""

from __future__ import annotations

import inspect
import re
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors

from tests.support.signatures import parameters, public
from tests.support.vector_tables import assert_same
from w2v import KeyedVectors
from w2v.gensim_names import KEYED_VECTORS
from w2v.vectors.comparing import ComparisonMixin
from w2v.vectors.editing import EditingMixin
from w2v.vectors.evaluating import EvaluationMixin
from w2v.vectors.lookup import LookupMixin
from w2v.vectors.searching import SearchMixin
from w2v.vectors.storing import StorageMixin
from w2v.vectors.table import VectorTable


@pytest.mark.parametrize(
    "name", sorted(n for n in public(KeyedVectors) & public(GensimVectors) if n not in ("load",))
)
def test_every_method_of_vectors_takes_gensims_parameters(name: str) -> None:
    ours, theirs = getattr(KeyedVectors, name), getattr(GensimVectors, name)
    if callable(theirs) and name not in ("save", "word_vec"):
        taken = parameters(ours)
        if any(p.kind is p.VAR_KEYWORD for p in inspect.signature(ours).parameters.values()):
            return
        renamed = {"word1": "key1", "word2": "key2"}
        assert [renamed.get(p, p) for p in parameters(theirs)] == taken[: len(parameters(theirs))]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda kv: kv.add_vectors(["x"], [[1.0]]),
            r"need vectors of shape \(1, 2\), got \(1, 1\)",
        ),
        (lambda kv: kv.add_vectors(["x", "x"], np.ones((2, 2))), "'x' stands twice"),
        (lambda kv: kv.add_vectors([5], np.ones((1, 2))), "'a' and 5"),
        (lambda kv: kv.add_vectors(["x"], np.ones((1, 2)), {"tag": [1, 2]}), "'tag'"),
        (lambda kv: kv.get_vecattr("a", "tag"), "'tag'"),
        (lambda kv: kv.most_similar("a", indexer=object(), clip_end=1), "searches all its words"),
        (lambda kv: kv.load("f", "r+"), "'r' is"),
        (lambda kv: KeyedVectors(2, 0, np.int32), "float16 or float64, got int32"),
        (lambda kv: KeyedVectors(2, -1), "count"),
        (lambda kv: setattr(kv, "key_to_index", {"a": 1, "b": 0}), "set index_to_key alone"),
        (lambda kv: kv.evaluate_word_analogies("f", similarity_function="x"), "'most_similar'"),
        (lambda kv: kv.load_word2vec_format("f", encoding="utf-16"), "encoding"),
        (lambda kv: kv.load_word2vec_format("f", datatype=np.float64), "float16, got float64"),
        (lambda kv: kv.save_word2vec_format("f", append=True), "append=True"),
        (lambda kv: kv.save_word2vec_format("f", total_vec=3), "total_vec=3"),
        (lambda kv: kv.save_word2vec_format("f", fvocab="g"), "no counts"),
        (lambda kv: kv.intersect_word2vec_format("f", lockf=-1), "finite and 0 or more"),
        (lambda _: KeyedVectors(), "vector_size"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(change: Any, says: str) -> None:
    kv = KeyedVectors(["a", "b"], np.eye(2))
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError), match=says):
        change(kv)
    assert kv.index_to_key == ["a", "b"] and kv.key_to_index == {"a": 0, "b": 1}
    np.testing.assert_array_equal(kv.vectors, np.eye(2))


@pytest.mark.parametrize(
    ("mixin", "ask"),
    [
        (LookupMixin, lambda table, _: table.get_mean_vector(["a", "b"]).tolist()),
        (ComparisonMixin, lambda table, _: table.n_similarity(["a"], ["a", "b"])),
        (SearchMixin, lambda table, _: table.most_similar("a")),
        (EditingMixin, lambda table, _: table.add_vector("c", [1, 1])),
        (
            StorageMixin,
            lambda table, path: (table.save(path), type(table).load(path)["a"].tolist()),
        ),
        (EvaluationMixin, lambda table, path: table.evaluate_word_pairs(path).oov_ratio),
    ],
)
def test_each_mixin_does_with_the_table_alone(mixin: Any, ask: Any, tmp_path: Path) -> None:
    assert mixin.__bases__ == (VectorTable,)
    assert mixin in KeyedVectors.__bases__
    (tmp_path / "x").write_text("a b 1\na a 2\n")
    answers = [ask(kind(["a", "b"], np.eye(2)), tmp_path / "x") for kind in (mixin, KeyedVectors)]
    assert answers[0] == answers[1]


def test_every_name_of_gensims_vectors_is_there_or_has_advice() -> None:
    kv, theirs = KeyedVectors(2), GensimVectors(2)
    names = {name for name in [*dir(theirs), *vars(theirs)] if not name.startswith("_")}
    missing = {name for name in names if not hasattr(kv, name)}
    assert missing <= KEYED_VECTORS.keys()
    with pytest.raises(AttributeError, match="close to it: 'most_similar'"):
        getattr(kv, "most_simlar")  # noqa: B009
    for name in ("accuracy", "syn0", "get_keras_embedding", "wv", "similarity_unseen_docs"):
        with pytest.raises(AttributeError, match=re.escape(KEYED_VECTORS[name])):
            getattr(kv, name)


def test_a_table_is_made_as_by_gensims_constructor() -> None:
    taken = [p for p in inspect.signature(GensimVectors.__init__).parameters if p != "self"]
    values: list[Any] = [3, 5, np.float64, None]
    for kv in (KeyedVectors(*values), KeyedVectors(**dict(zip(taken, values, strict=True)))):
        assert kv.vector_size == 3 and kv.vectors.dtype == np.float64 and len(kv) == 0
        kv["a"] = [1, 2, 1 / 3]
        assert kv["a"][2] == 1 / 3 and kv.next_index == 1
        kv.unit_normalize_all()
        assert kv.vectors.dtype == np.float64
        assert kv.vectors_for_all(["a"]).vectors.dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_vectors_of_other_types_answer_as_those_in_single_precision(
    dtype: Any, tmp_path: Path
) -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float16)
    words = [f"w{i}" for i in range(50)]
    single = KeyedVectors(words, vectors)
    kv = KeyedVectors(words, vectors, dtype=dtype)
    assert kv.vectors.dtype == dtype
    assert_same(kv.most_similar("w1", ["w2"]), single.most_similar("w1", ["w2"]))
    assert kv.similarity("w1", "w2") == pytest.approx(single.similarity("w1", "w2"))
    np.testing.assert_array_equal(kv.norms, single.norms)
    kv.save(tmp_path / "vectors")
    np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "vectors").vectors, single.vectors)


@pytest.mark.parametrize("order", list(permutations(["words", "rows", "vectors"])))
def test_an_empty_table_is_put_together_piece_by_piece(order: tuple[str, ...]) -> None:
    kv, vectors = KeyedVectors(2), np.eye(2, dtype=np.float32)
    pieces: dict[str, Any] = {
        "words": lambda: setattr(kv, "index_to_key", ["a", "b"]),
        "rows": lambda: setattr(kv, "key_to_index", {"a": 0, "b": 1}),
        "vectors": lambda: setattr(kv, "vectors", vectors),
    }
    for name in order:
        pieces[name]()
    assert kv.index_to_key == ["a", "b"] and kv.key_to_index == {"a": 0, "b": 1}
    assert kv.vectors is vectors and kv["b"].tolist() == [0, 1]
    vectors[0] = 3  # it is the same array, and lengths follow it
    assert kv.norms[0] == pytest.approx(18**0.5)
    other = KeyedVectors(2)
    other.index_to_key = ["a"]
    with pytest.raises(ValueError, match="1 words but 2 vectors"):
        other.vectors = vectors


def test_init_sims_of_old_scripts_still_does_what_it_did() -> None:
    kv = KeyedVectors(["a"], [[3.0, 4.0]])
    with pytest.warns(DeprecationWarning, match="left out"):
        kv.init_sims()
    assert kv["a"].tolist() == [3, 4]
    with pytest.warns(DeprecationWarning, match="unit_normalize_all"):
        kv.init_sims(replace=True)
    np.testing.assert_allclose(kv["a"], [0.6, 0.8])

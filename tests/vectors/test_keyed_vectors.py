"""KeyedVectors takes what gensim's takes, and refuses what cannot be."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors

from tests.support.signatures import parameters, public
from w2v import KeyedVectors
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
        (lambda kv: kv.add_vectors(["x"], np.ones((1, 2)), {"tag": [1]}), "'tag'"),
        (lambda kv: kv.set_vecattr("a", "tag", 1), "'tag'"),
        (lambda kv: kv.most_similar("a", indexer=object()), "indexers are not supported"),
        (lambda kv: kv.evaluate_word_analogies("f", similarity_function="x"), "'most_similar'"),
        (lambda kv: kv.load_word2vec_format("f", encoding="latin-1"), "encoding"),
        (lambda kv: kv.load_word2vec_format("f", datatype=np.float64), "float32, got float64"),
        (lambda kv: kv.save_word2vec_format("f", append=True), "append=True"),
        (lambda kv: kv.save_word2vec_format("f", fvocab="g"), "no counts"),
        (lambda kv: kv.intersect_word2vec_format("f", lockf=-1), "finite and 0 or more"),
        (lambda _: KeyedVectors(), "vector_size"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(change: Any, says: str) -> None:
    kv = KeyedVectors(["a", "b"], np.eye(2))
    with pytest.raises((ValueError, TypeError, KeyError), match=says):
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

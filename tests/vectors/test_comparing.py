"""How alike words are: as gensim says, whatever their vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.vector_tables import tables
from w2v.vectors import KeyedVectors


def test_comparisons_are_those_of_gensim() -> None:
    kv, theirs = tables()
    close: Any = {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(kv.similarity("w1", "w2"), theirs.similarity("w1", "w2"), **close)
    np.testing.assert_allclose(kv.distance("w1", "w2"), theirs.distance("w1", "w2"), **close)
    np.testing.assert_allclose(kv.distances("w1"), theirs.distances("w1"), **close)
    others = ["w3", "w1", "w3"]
    np.testing.assert_allclose(
        kv.distances(kv["w1"], others), theirs.distances(kv["w1"], others), **close
    )
    left, right = ["w1", "w2", "unknown"], ["w3"]
    np.testing.assert_allclose(
        kv.n_similarity(left, right), theirs.n_similarity(left, right), **close
    )
    for weights, before, after in [(None, True, True), ([1.0, -2.0, 0.5], False, False)]:
        np.testing.assert_allclose(
            kv.get_mean_vector(left, weights, before, after),
            theirs.get_mean_vector(left, weights, before, after),
            **close,
        )
    assert kv.rank("w1", "w2") == theirs.rank("w1", "w2")
    assert kv.closer_than("w1", "w2") == theirs.closer_than("w1", "w2")
    assert kv.most_similar_to_given("w1", others) == theirs.most_similar_to_given("w1", others)
    for start in range(0, 60, 6):
        words = [*kv.index_to_key[start : start + 6], "unknown"]
        assert kv.doesnt_match(words) == theirs.doesnt_match(words)
    np.testing.assert_allclose(
        kv.get_vector("w7", norm=True), theirs.get_vector("w7", norm=True), **close
    )
    np.testing.assert_allclose(kv.get_normed_vectors(), theirs.get_normed_vectors(), **close)


def test_vectors_of_zeros_and_of_huge_numbers_break_nothing() -> None:
    kv = KeyedVectors(["zero", "huge", "tiny"], [[0.0, 0.0], [1e30, 1e30], [1e-30, 0.0]])
    assert kv.similarity("zero", "huge") == 0
    assert kv.similarity("huge", "tiny") == pytest.approx(2**-0.5)
    assert dict(kv.most_similar("huge"))["zero"] == 0
    assert kv.most_similar_batch(["zero"], 1)[0][0][1] == 0
    assert np.isfinite(kv.distances("zero")).all()

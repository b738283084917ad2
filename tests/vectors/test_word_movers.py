"""Word mover's distance: gensim's figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.vector_tables import tables
from w2v.vectors import KeyedVectors, WmdSimilarity


def test_distances_of_texts_are_gensims() -> None:
    pytest.importorskip("ot")
    kv, theirs = tables(rows=60)
    rng = np.random.default_rng(0)
    for case in range(200):
        first, second = (
            [f"w{i}" for i in rng.integers(0, 70, rng.integers(1, 15))] for _ in range(2)
        )
        norm = bool(case % 2)
        ours = kv.wmdistance(first, second, norm)
        assert ours == pytest.approx(theirs.wmdistance(first, second, norm), rel=1e-4, abs=1e-5)
    assert kv.wmdistance(["w1", "w2"], ["w2", "w1"]) == 0
    assert kv.wmdistance(["w1"], ["nobody"]) == kv.wmdistance([], []) == float("inf")
    alike = KeyedVectors(["a", "b"], np.ones((2, 2)))
    assert alike.wmdistance(["a"], ["b"]) == 0


def test_similarities_to_a_corpus_are_gensims() -> None:
    pytest.importorskip("ot")
    from gensim.similarities import WmdSimilarity as GensimSimilarity

    kv, theirs = tables(rows=60)
    rng = np.random.default_rng(1)
    corpus = [[f"w{i}" for i in rng.integers(0, 65, 6)] for _ in range(12)] + [["nobody"]]
    for num_best in (None, 3, 40):
        ours: Any = WmdSimilarity(corpus, kv, num_best)
        expected = GensimSimilarity(corpus, theirs, num_best)
        assert str(ours) == str(expected) and len(ours) == len(expected)
        for query in (["w1", "w2", "w3"], corpus[:2], np.arange(3)):
            np.testing.assert_allclose(ours[query], np.array(expected[query]), rtol=1e-4)
    every = list(WmdSimilarity(corpus, kv))
    assert [np.argmax(row) for row in every[:-1]] == list(range(12))
    with pytest.raises(TypeError, match=r"\.wv"):
        WmdSimilarity(corpus, corpus)

"""Searching: the same answers as gensim's, singly and in batches, and clear errors."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from tests.support.vector_tables import assert_same, tables
from w2v.vectors import KeyedVectors


@pytest.mark.parametrize(
    "question",
    [
        {"positive": "w5"},
        {"positive": 5},
        {"positive": ["w5", "w9"], "negative": ["w7"]},
        {"positive": [("w5", 2.0), "w9"], "negative": [("w7", -0.3)], "topn": 3},
        {"positive": [np.arange(24, dtype=np.float32), "w9"], "topn": 5},
        {"positive": np.arange(24, dtype=np.float32)},
        {"positive": np.eye(2, 24, dtype=np.float32), "negative": "w4"},
        {"positive": np.arange(24), "negative": [np.eye(1, 24, dtype=np.float16)[0]]},
        {"positive": [(np.arange(24, dtype=np.float32), 0.1)], "negative": ["w3", "w3"]},
        {"positive": "w5", "restrict_vocab": 100, "topn": 200},
        {"positive": "w5", "topn": 0},
        {"negative": ["w5"], "topn": 4000},
    ],
)
def test_most_similar_answers_as_gensim_does(question: dict[str, Any]) -> None:
    kv, theirs = tables()
    assert_same(kv.most_similar(**question), theirs.most_similar(**question))


def test_most_similar_without_topn_gives_all_cosines() -> None:
    kv, theirs = tables()
    np.testing.assert_allclose(
        kv.most_similar("w5", topn=None), theirs.most_similar("w5", topn=None), atol=1e-6
    )


# gensim's own method calls one that it has deprecated.
@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")
def test_cosmul_answers_as_gensim_does() -> None:
    kv, theirs = tables()
    for positive, negative in [
        (["w1", "w2"], ["w3"]),
        ("w1", None),
        (["w1", np.eye(1, 24, dtype=np.float32)[0]], ["w4", "w5"]),
    ]:
        assert_same(
            kv.most_similar_cosmul(positive, negative),
            theirs.most_similar_cosmul(positive, negative),
        )
    with pytest.raises(ValueError, match="takes no weights"):
        kv.most_similar_cosmul([("w1", 2.0)])
    with pytest.raises(ValueError, match="positive"):
        kv.most_similar_cosmul(negative=["w1"])


def test_batched_neighbours_are_those_asked_for_singly() -> None:
    kv, _ = tables(rows=20_000)
    words = kv.index_to_key[:700]
    batch = kv.most_similar_batch(words, 7)
    assert len(batch) == 700
    for found, word in list(zip(batch, words, strict=True))[::20]:
        assert_same(found, kv.most_similar(word, topn=7))
    restricted = kv.most_similar_batch(kv.vectors[:3], 5, restrict_vocab=50)
    for found, vector in zip(restricted, kv.vectors[:3], strict=True):
        assert_same(found, kv.similar_by_vector(vector, topn=5, restrict_vocab=50))
    assert kv.most_similar_batch([], 5) == []
    assert kv.most_similar_batch(["w1"], 0) == [[]]
    assert len(kv.most_similar_batch(["w1"], 10, restrict_vocab=3)[0]) == 2


def test_a_batch_never_allocates_queries_times_words() -> None:
    kv, _ = tables(rows=100_000, size=8)
    kv.fill_norms()
    tracemalloc.start()
    kv.most_similar_batch(kv.index_to_key[:1000], 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80e6  # the full product would take 400 MB


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda kv: kv.most_similar(), "at least one"),
        (lambda kv: kv.most_similar([np.ones(3)]), r"expected \(24,\)"),
        (lambda kv: kv.most_similar("w1", restrict_vocab=0), "restrict_vocab is 0"),
        (lambda kv: kv.most_similar_batch(np.ones((2, 3))), r"expected \(n, 24\)"),
        (lambda kv: kv.most_similar_batch(np.ones(24)), r"expected \(n, 24\)"),
        (lambda kv: kv.get_mean_vector(["w1"], [1, 2]), "1 keys but weights"),
        (lambda kv: kv.n_similarity([], ["w1"]), "at least one"),
        (lambda kv: kv.doesnt_match(["nobody"]), "none of the words"),
    ],
)
def test_questions_that_make_no_sense_are_refused(ask: Any, message: str) -> None:
    kv, _ = tables(rows=5)
    with pytest.raises(ValueError, match=message):
        ask(kv)


def test_more_neighbours_than_words_are_all_words() -> None:
    kv, _ = tables(rows=50)
    [found] = kv.most_similar_batch(["w3"], topn=10**18)
    assert_same(found, kv.most_similar("w3", topn=10**18))
    assert len(found) == 49


def test_searches_of_a_part_and_measures_of_words_are_gensims() -> None:
    rng = np.random.default_rng(2)
    kv = KeyedVectors([f"w{i}" for i in range(200)], rng.normal(size=(200, 8)))
    theirs = kv.to_gensim()
    clips: list[Any] = [{"clip_start": 50}, {"clip_end": 70}, {"clip_start": 10, "clip_end": 30}]
    for clip in clips:
        for word in ("w3", "w20"):
            expected = theirs.most_similar(word, topn=5, **clip)
            assert [w for w, _ in kv.most_similar(word, topn=5, **clip)] == [w for w, _ in expected]
    assert kv.relative_cosine_similarity("w1", "w2") == pytest.approx(
        theirs.relative_cosine_similarity("w1", "w2"), rel=1e-5
    )
    words = [f"w{i}" for i in range(9)]
    for use_norm in (True, False):
        expected = theirs.rank_by_centrality(words, use_norm)
        found = kv.rank_by_centrality(words, use_norm)
        assert [w for _, w in found] == [w for _, w in expected]
        np.testing.assert_allclose([s for s, _ in found], [s for s, _ in expected], rtol=1e-4)
    np.testing.assert_allclose(
        kv.cosine_similarities(kv["w1"], kv.vectors),
        theirs.cosine_similarities(kv["w1"], kv.vectors),
        atol=1e-6,
    )

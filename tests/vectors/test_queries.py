"""Queries: the same answers as gensim's, and clear errors."""

from __future__ import annotations

import copy
import json
import pickle
import random
import tracemalloc
import unicodedata
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors

from w2v.vectors import KeyedVectors, UnknownWordError
from w2v.vectors.nearest import nearest
from w2v.vectors.similarity import row_norms


def tables(rows: int = 3000, size: int = 24, seed: int = 0) -> tuple[KeyedVectors, Any]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(rows, size)).astype(np.float32) * rng.lognormal(size=(rows, 1))
    kv = KeyedVectors([f"w{i}" for i in range(rows)], vectors, rng.integers(1, 50, rows))
    return kv, kv.to_gensim()


def assert_same(ours: list[tuple[str, float]], theirs: list[tuple[str, float]]) -> None:
    assert [word for word, _ in ours] == [word for word, _ in theirs]
    np.testing.assert_allclose([s for _, s in ours], [s for _, s in theirs], rtol=1e-5, atol=1e-6)


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


def test_nearest_finds_the_best_when_they_come_last_and_when_all_are_equal() -> None:
    rise = np.linspace(0, 1, 30_000, dtype=np.float32)
    rising = np.stack([1 - rise, rise], axis=1)
    queries = np.tile(np.array([[0, 1]], np.float32), (600, 1))
    indices, values = nearest(queries, rising, np.ones(30_000, np.float32), 4)
    assert (indices == [29_999, 29_998, 29_997, 29_996]).all()
    assert (values == rising[indices, 1]).all()
    equal = np.ones((20_000, 2), np.float32)
    _, values = nearest(queries, equal, row_norms(equal), 4)
    assert np.unique(values).size == 1


def test_a_batch_never_allocates_queries_times_words() -> None:
    kv, _ = tables(rows=100_000, size=8)
    kv.fill_norms()
    tracemalloc.start()
    kv.most_similar_batch(kv.index_to_key[:1000], 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80e6  # the full product would take 400 MB


def test_vectors_of_zeros_and_of_huge_numbers_break_nothing() -> None:
    kv = KeyedVectors(["zero", "huge", "tiny"], [[0.0, 0.0], [1e30, 1e30], [1e-30, 0.0]])
    assert kv.similarity("zero", "huge") == 0
    assert kv.similarity("huge", "tiny") == pytest.approx(2**-0.5)
    assert dict(kv.most_similar("huge"))["zero"] == 0
    assert kv.most_similar_batch(["zero"], 1)[0][0][1] == 0
    assert np.isfinite(kv.distances("zero")).all()


def test_an_unknown_word_is_a_key_error_that_offers_close_spellings() -> None:
    kv = KeyedVectors(["king", "queen", "London"], np.eye(3))
    with pytest.raises(KeyError, match=r"'kimg' is not among the 3 words; close to it: 'king'"):
        kv["kimg"]
    with pytest.raises(UnknownWordError, match="'London'"):
        kv.most_similar("london")
    with pytest.raises(KeyError):
        kv.most_similar_batch(["nobody"])
    with pytest.raises(KeyError, match="index"):
        kv[3]
    assert "kimg" not in kv and "king" in kv and 2 in kv and 3 not in kv


def test_looking_up_gives_read_only_views_and_lists_give_matrices() -> None:
    kv, _ = tables(rows=5)
    assert np.shares_memory(kv["w1"], kv.vectors)
    with pytest.raises(ValueError, match="read-only"):
        kv["w1"][0] = 1
    assert kv[["w1", "w0"]].shape == (2, 24)
    assert kv[[]].shape == (0, 24)
    assert kv.vectors.flags.writeable


def test_counts_sort_the_table_and_stay_with_their_words() -> None:
    kv = KeyedVectors(["a", "b", "c", "d"], np.diag([1, 2, 3, 4]), [5, 9, 5, 7])
    kv.fill_norms()
    kv.sort_by_descending_frequency()
    assert kv.index_to_key == ["b", "d", "a", "c"]
    assert kv.get_vecattr("d", "count") == 7
    assert kv.norms is not None and kv.norms.tolist() == [2, 4, 1, 3]
    assert kv["c"].tolist() == [0, 0, 3, 0]
    with pytest.raises(KeyError, match="no counts"):
        KeyedVectors(["a"], [[1]]).get_vecattr("a", "count")


def test_gensim_tables_go_over_and_back_without_copies() -> None:
    kv, theirs = tables()
    back = KeyedVectors.from_gensim(theirs)
    assert back.index_to_key == kv.index_to_key
    assert np.shares_memory(back.vectors, kv.vectors)
    assert back.counts is not None and (back.counts == kv.counts).all()
    assert theirs.get_vecattr("w3", "count") == kv.get_vecattr("w3", "count")
    with pytest.raises(TypeError, match="expected gensim's"):
        KeyedVectors.from_gensim({})
    numbered = GensimVectors(1)
    numbered.add_vectors([7, 3], np.ones((2, 1)))
    assert KeyedVectors.from_gensim(numbered).index_to_key == [7, 3]
    numbered.add_vectors(["seven"], np.ones((1, 1)))
    with pytest.raises(TypeError, match="'seven' and 7"):
        KeyedVectors.from_gensim(numbered)


@pytest.mark.parametrize(
    ("words", "vectors", "counts", "message"),
    [
        (["a", "a"], np.eye(2), None, "'a' stands twice"),
        (["a"], np.eye(2), None, "1 words but 2 vectors"),
        (["a"], [1.0], None, r"shape \(1,\)"),
        (["a", "b"], np.eye(2), [1], r"counts have shape \(1,\)"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    words: list[str], vectors: Any, counts: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        KeyedVectors(words, vectors, counts)


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


EDITS: dict[str, Any] = {
    "sort": lambda kv: kv.index_to_key.sort(),
    "shuffle": lambda kv: random.Random(1).shuffle(kv.index_to_key),
    "reverse": lambda kv: kv.index_to_key.reverse(),
    "append": lambda kv: kv.index_to_key.append("new"),
    "insert": lambda kv: kv.index_to_key.insert(0, "new"),
    "extend": lambda kv: kv.index_to_key.extend(["new"]),
    "pop": lambda kv: kv.index_to_key.pop(),
    "remove": lambda kv: kv.index_to_key.remove("b"),
    "clear": lambda kv: kv.index_to_key.clear(),
    "item": lambda kv: kv.index_to_key.__setitem__(0, "new"),
    "slice": lambda kv: kv.index_to_key.__setitem__(slice(None), ["c", "b", "a"]),
    "deleted": lambda kv: kv.index_to_key.__delitem__(0),
    "added in place": lambda kv: kv.index_to_key.__iadd__(["new"]),
    "repeated in place": lambda kv: kv.index_to_key.__imul__(2),
    "row": lambda kv: kv.key_to_index.__setitem__("a", 2),
    "row deleted": lambda kv: kv.key_to_index.__delitem__("a"),
    "rows updated": lambda kv: kv.key_to_index.update(new=0),
    "rows merged": lambda kv: kv.key_to_index.__ior__({"new": 0}),
    "row by default": lambda kv: kv.key_to_index.setdefault("new", 0),
    "row popped": lambda kv: kv.key_to_index.pop("a"),
    "last row popped": lambda kv: kv.key_to_index.popitem(),
    "rows cleared": lambda kv: kv.key_to_index.clear(),
}


@pytest.mark.parametrize("edit", EDITS)
def test_words_and_rows_that_a_table_gives_out_cannot_be_edited(edit: str) -> None:
    kv = KeyedVectors(["c", "a", "b"], np.eye(3, dtype=np.float32))
    with pytest.raises(TypeError, match=r"list\(words\)"):
        EDITS[edit](kv)
    assert kv.index_to_key == ["c", "a", "b"] and kv.key_to_index == {"c": 0, "a": 1, "b": 2}


def test_words_and_rows_are_a_list_and_a_dictionary_all_the_same() -> None:
    kv = KeyedVectors(["c", "a", "b"], np.eye(3, dtype=np.float32))
    for held, kind in ((kv.index_to_key, list), (kv.key_to_index, dict)):
        assert isinstance(held, kind)
        assert json.loads(json.dumps(held)) == held
        assert pickle.loads(pickle.dumps(held)) == copy.deepcopy(held) == copy.copy(held) == held
    own = list(kv.index_to_key)
    own.sort()
    assert own == sorted(kv.index_to_key) == ["a", "b", "c"] != kv.index_to_key
    kv.index_to_key = ["x", "y", "z"]
    assert kv.key_to_index["z"] == 2
    again = pickle.loads(pickle.dumps(kv))
    with pytest.raises(TypeError):
        again.index_to_key.reverse()


@pytest.mark.parametrize("held", ["NFC", "NFD"])
def test_a_word_written_in_another_normal_form_is_the_one_that_is_found(held: Any) -> None:
    other = "NFD" if held == "NFC" else "NFC"
    words = ["plain", *(unicodedata.normalize(held, word) for word in ("café", "が", "각"))]
    kv = KeyedVectors(words, np.zeros((4, 2), np.float32), [4, 3, 2, 1])
    forms = [unicodedata.normalize(other, word) for word in words]  # type: ignore[arg-type]
    kv[forms[1]] = [1, 1]
    kv.add_vectors(forms[2:], np.full((2, 2), 2.0), {"count": [7, 8]}, replace=True)
    assert kv.add_vector(forms[1], [9, 9]) == 1  # there already: it keeps its vector
    assert kv.index_to_key == words
    assert kv.vectors.tolist() == [[0, 0], [1, 1], [2, 2], [2, 2]]
    assert kv.counts is not None and kv.counts.tolist() == [4, 3, 7, 8]
    with pytest.raises(ValueError, match="twice, in two Unicode normal forms"):
        kv[[words[1], forms[1]]] = np.ones((2, 2))
    kv[[forms[1], "new"]] = [[5, 5], [6, 6]]
    assert kv.index_to_key == [*words, "new"] and kv[words[1]].tolist() == [5, 5]


def test_more_neighbours_than_words_are_all_words() -> None:
    kv, _ = tables(rows=50)
    [found] = kv.most_similar_batch(["w3"], topn=10**18)
    assert_same(found, kv.most_similar("w3", topn=10**18))
    assert len(found) == 49

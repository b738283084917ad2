"""Tables that change: words added, vectors and counts written, rows sorted."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors

from w2v.vectors import KeyedVectors


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


def test_a_table_grows_and_changes_as_gensims_does() -> None:
    rng = np.random.default_rng(1)
    ours, theirs = KeyedVectors(4), GensimVectors(4)
    assert len(ours) == 0 and ours.vector_size == 4
    words, vectors = ["a", "b", "c"], rng.normal(size=(3, 4)).astype(np.float32)
    again, others = ["b", "d"], rng.normal(size=(2, 4)).astype(np.float32)
    for table in (ours, theirs):
        table.add_vectors(words, vectors)
        table.add_vectors(again, others)
        table.add_vectors("c", others[0], replace=True)
        table.set_vecattr("d", "count", 3)
    assert ours.index_to_key == theirs.index_to_key == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(ours.vectors, theirs.vectors)
    assert [ours.get_vecattr(w, "count") for w in "abcd"] == [0, 0, 0, 3]
    assert ours.add_vector("e", vectors[0]) == 4
    ours.add_vectors(["f", "a"], others, {"count": [7, 8]}, replace=True)
    assert ours.counts is not None and ours.counts.tolist() == [8, 0, 0, 3, 0, 7]
    some = ours.vectors_for_all(["d", "x", "a", "d"], copy_vecattrs=True)
    assert some.index_to_key == ["d", "a"] and some.get_vecattr("a", "count") == 8
    before = ours.most_similar("a")
    ours.unit_normalize_all()
    assert [word for word, _ in ours.most_similar("a")] == [word for word, _ in before]
    np.testing.assert_allclose(np.linalg.norm(ours.vectors, axis=1), 1, rtol=1e-6)

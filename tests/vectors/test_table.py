"""Tables: what fits them, what is found in them, and what they do not let be changed."""

from __future__ import annotations

import copy
import json
import pickle
import random
from typing import Any

import numpy as np
import pytest

from tests.support.vector_tables import tables
from w2v.vectors import KeyedVectors, UnknownWordError


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

"""What is known of words beside vectors: it grows, sorts and is copied with them."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from w2v.vectors import KeyedVectors


def table() -> KeyedVectors:
    kv = KeyedVectors(["a", "b", "c"], np.eye(3), [1, 3, 2])
    kv.set_vecattr("a", "weight", 0.5)
    kv.set_vecattr("b", "tag", "noun")
    return kv


def test_attributes_follow_their_words() -> None:
    kv = table()
    kv.add_vectors(["d", "a"], np.ones((2, 3)), {"weight": np.array([2, 9.0])})
    assert kv.expandos["weight"].tolist() == [0.5, 0, 0, 2]
    assert kv.expandos["tag"].tolist() == [None, "noun", None, None]
    kv.add_vectors(["a"], np.ones((1, 3)), {"weight": np.array([7.0])}, replace=True)
    kv.sort_by_descending_frequency()
    assert kv.index_to_key == ["b", "c", "a", "d"]
    assert kv.expandos["weight"].tolist() == [0, 0, 7, 2]
    assert kv.get_vecattr("b", "tag") == "noun" and kv.get_vecattr("c", "count") == 2
    some = kv.vectors_for_all(["a", "b"], copy_vecattrs=True)
    for other in (some, copy.deepcopy(some), pickle.loads(pickle.dumps(some))):
        assert other.get_vecattr("a", "weight") == 7 and other.get_vecattr("b", "count") == 3
    kv.index_to_key = ["w", "x", "y", "z"]
    assert kv.get_vecattr("y", "weight") == 7
    assert not set(kv.vectors_for_all(["w"]).expandos)


def test_an_attribute_keeps_its_type() -> None:
    kv = table()
    kv.allocate_vecattrs(["rank", "weight"], [int, float])
    kv.allocate_vecattrs()
    assert kv.expandos["rank"].dtype == np.int64
    kv.set_vecattr("c", "weight", 3)  # an integer is a float
    assert kv.expandos["weight"].tolist() == [0.5, 0, 3]
    for change in (
        lambda: kv.set_vecattr("a", "rank", 0.5),
        lambda: kv.allocate_vecattrs(["rank"], [str]),
        lambda: kv.add_vectors(["d"], np.ones((1, 3)), {"rank": [0.5]}),
    ):
        with pytest.raises(TypeError, match="'rank' is int64"):
            change()
    with pytest.raises(ValueError, match=r"expected \(3,\)"):
        kv.expandos["rank"] = [1]
    with pytest.raises(ValueError, match="from 0 on"):
        kv.set_vecattr("a", "count", 0.5)
    assert len(kv) == 3 and sorted(kv.expandos) == ["count", "rank", "tag", "weight"]
    del kv.expandos["rank"], kv.expandos["count"]
    assert kv.counts is None and "rank" not in kv.expandos


def test_files_are_sorted_by_any_attribute_and_say_what_they_do_not_keep(tmp_path: Path) -> None:
    kv = table()
    kv.save_word2vec_format(tmp_path / "v", sort_attr="weight")
    assert KeyedVectors.load_word2vec_format(tmp_path / "v").index_to_key == ["a", "b", "c"]
    kv.expandos["weight"][:] = [1, 2, 3]
    kv.save_word2vec_format(tmp_path / "v", sort_attr="weight")
    assert KeyedVectors.load_word2vec_format(tmp_path / "v").index_to_key == ["c", "b", "a"]
    with pytest.warns(UserWarning, match=r"\['weight', 'tag'\]"):
        kv.save(tmp_path / "v")
    assert KeyedVectors.load(tmp_path / "v").get_vecattr("b", "count") == 3

"""Tables that go to gensim and come from there."""

from __future__ import annotations

import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors

from tests.support.vector_tables import tables
from w2v.vectors import KeyedVectors


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

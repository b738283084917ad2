"""Approximate indexes find what exact search finds, and are kept in files."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v.vectors import AnnoyIndexer, KeyedVectors, UsearchIndexer, VectorFormatError


def real_vectors(rows: int = 3000) -> KeyedVectors:
    """Make vectors that crowd as those of words do: in clusters, with a common direction."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(60, 32)) + 0.5
    vectors = centres[rng.integers(0, 60, rows)] + 0.5 * rng.normal(size=(rows, 32))
    return KeyedVectors(
        [f"w{i}" for i in range(rows)], vectors * rng.lognormal(size=(rows, 1)), dtype=np.float32
    )


MAKERS: dict[str, Any] = {"annoy": lambda kv: AnnoyIndexer(kv, 50), "usearch": UsearchIndexer}


@pytest.fixture(params=MAKERS)
def maker(request: Any) -> Any:
    pytest.importorskip(request.param)
    return MAKERS[request.param]


def test_an_index_finds_nearly_all_that_exact_search_finds(maker: Any) -> None:
    kv = real_vectors()
    index = maker(kv)
    hits = 0
    for word in kv.index_to_key[:100]:
        found = kv.most_similar(word, topn=11, indexer=index)
        assert found[0] == (word, pytest.approx(1, abs=1e-5))
        exact = dict(kv.similar_by_vector(kv[word], topn=11))
        hits += sum(other in exact for other, _ in found)
        for other, cosine in found:
            assert cosine == pytest.approx(kv.similarity(word, other), abs=1e-5)
    assert hits > 0.9 * 1100
    words: dict[str, Any] = {"positive": ["w1", "w2"], "negative": ["w3"]}
    query = kv.get_mean_vector(["w1", "w2", "w3"], [1, 1, -1], post_normalize=True)
    assert kv.most_similar(**words, topn=3, indexer=index) == index.most_similar(query, 3)
    np.testing.assert_array_equal(
        kv.most_similar("w1", topn=None, indexer=index), kv.most_similar("w1", topn=None)
    )


def test_an_index_is_kept_with_its_words(maker: Any, tmp_path: Path) -> None:
    kv = real_vectors(200)
    index = maker(kv)
    path = str(tmp_path / "index")
    index.save(path)
    again = type(index)()
    with pytest.raises(OSError, match="not both are there"):
        again.load(tmp_path / "nothing")
    with pytest.raises(ValueError, match="index is empty"):
        again.most_similar(kv["w1"], 1)
    again.load(path)
    assert again.labels == index.labels == kv.index_to_key
    assert again.most_similar(kv["w1"], 5) == index.most_similar(kv["w1"], 5)
    (tmp_path / "index.dict").write_bytes(pickle.dumps({"f": 3}))
    with pytest.raises(VectorFormatError, match="no words of an index"):
        again.load(path)
    assert again.labels == kv.index_to_key
    with pytest.raises(ValueError, match="expected Word2Vec"):
        maker([[1]])


def test_annoy_answers_as_gensims_indexer() -> None:
    pytest.importorskip("annoy")
    from gensim.similarities.annoy import AnnoyIndexer as GensimIndexer

    kv = real_vectors(500)
    ours, theirs = AnnoyIndexer(kv, 20), GensimIndexer(kv.to_gensim(), 20)
    for word in kv.index_to_key[:20]:
        mine, other = ours.most_similar(kv[word], 5), theirs.most_similar(kv[word], 5)
        assert [w for w, _ in mine] == [w for w, _ in other]
        np.testing.assert_allclose([c for _, c in mine], [c for _, c in other], atol=1e-6)

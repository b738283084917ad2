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


def test_an_index_of_other_words_is_refused_and_one_of_other_vectors_told(
    maker: Any, tmp_path: Path
) -> None:
    kv = real_vectors(600)
    kv.vectors[5] = 0
    index = maker(kv)
    index.save(str(tmp_path / "index"))
    loaded = type(index)()
    loaded.load(tmp_path / "index")
    others = (
        *(real_vectors(500), KeyedVectors(kv.index_to_key, np.ones((600, 3)))),
        KeyedVectors(kv.index_to_key[::-1], kv.vectors),
    )
    for each in (index, loaded):
        found = kv.most_similar("w1", topn=3, indexer=each)
        assert [w for w, _ in found] == [w for w, _ in each.most_similar(kv["w1"], 3)]
        for other in others:
            with pytest.raises(ValueError, match=r"than these: 600 of size 32"):
                other.most_similar("w1", topn=3, indexer=each)
        again = KeyedVectors(list(kv.index_to_key), 3 * kv.vectors)  # cosines are the same
        assert len(again.most_similar("w1", topn=3, indexer=each)) == 3
        # Those found are looked at, and of the others some at each question.
        (nearest, _), *_ = kv.most_similar("w1", topn=1)
        for word, often in ((nearest, 1), ("w550", 10)):
            changed = KeyedVectors(list(kv.index_to_key), kv.vectors.copy())
            changed.vectors[changed.get_index(word)] *= -1
            with pytest.warns(UserWarning, match=f"other vectors .* as {word!r}.*make it anew"):
                for _ in range(often):
                    changed.most_similar("w1", topn=3, indexer=each)


def test_changes_of_the_table_itself_are_told(maker: Any, tmp_path: Path) -> None:
    kv = real_vectors(300)
    kv.save(tmp_path / "v.bin")
    for change in (
        lambda kv: kv.vectors.__imul__(-1),
        lambda kv: kv.add_vectors(["w3"], [np.ones(32)], replace=True),
        lambda kv: setattr(kv, "vectors", -kv.vectors),
    ):
        kv = KeyedVectors.load(tmp_path / "v.bin")
        index = maker(kv)
        kv.most_similar("w1", topn=3, indexer=index)
        change(kv)
        with pytest.warns(UserWarning, match=r"other vectors .* make it anew"):
            kv.most_similar("w1", topn=3, indexer=index)


def test_what_no_index_can_be_asked_is_told(maker: Any) -> None:
    kv = real_vectors(50)
    index = maker(kv)
    for n in (0, -1):
        assert index.most_similar(kv["w1"], n) == kv.most_similar("w1", topn=n, indexer=index) == []
    assert len(index.most_similar(kv["w1"], 1000)) == 50
    for vector in (kv["w1"][:-1], kv[["w1"]], np.full(32, np.nan)):
        with pytest.raises(ValueError, match="expected a vector of 32 finite numbers"):
            index.most_similar(vector, 3)
    with pytest.raises(ValueError, match=r"number of neighbours is 2\.5"):
        index.most_similar(kv["w1"], 2.5)
    for how in ({"connectivity": -1}, {"connectivity": 1}, {"connectivity": 2.5},
                {"expansion_search": 0}, {"expansion_search": 10**9}, {"dtype": "f8"}):  # fmt: skip
        with pytest.raises(ValueError, match=rf"^{next(iter(how))} is .*, expected"):
            kv.index(**how)


@pytest.mark.parametrize("dtype", ["f32", "f16", "i8"])
def test_a_saved_index_answers_the_same_read_or_mapped(dtype: str, tmp_path: Path) -> None:
    pytest.importorskip("usearch")
    kv, path = real_vectors(), tmp_path / "index"
    index = kv.index(connectivity=24, expansion_search=200, dtype=dtype)
    index.save(path)
    whole = 4 * kv.vectors.size * {"f32": 1, "f16": 0.5, "i8": 0.25}[dtype]
    assert whole < path.stat().st_size < whole + 3000 * 4 * 24 * 3
    for mmap in (None, "r"):
        again = UsearchIndexer()
        again.load(path, mmap=mmap)
        assert (again.dtype, again.connectivity, again.expansion_search) == (dtype, 24, 200)
        hits = 0
        for word in kv.index_to_key[:50]:
            found = kv.most_similar(word, topn=10, indexer=again)
            assert found == kv.most_similar(word, topn=10, indexer=index)
            hits += len({w for w, _ in found} & {w for w, _ in kv.similar_by_vector(kv[word])})
            for other, cosine in found:
                assert cosine == pytest.approx(kv.similarity(word, other), abs=0.02)
        assert hits > 0.85 * 500
    with pytest.raises(ValueError, match="mmap is 'r\\+'"):
        UsearchIndexer().load(path, mmap="r+")


def test_a_damaged_index_and_vectors_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    kv = real_vectors(60)
    kv.index().save(tmp_path / "index")
    whole = (tmp_path / "index").read_bytes()
    for place in range(100, len(whole), len(whole) // 7):
        damaged = bytearray(whole)
        damaged[place] ^= 64
        (tmp_path / "index").write_bytes(damaged)
        for mmap in (None, "r"):
            with pytest.raises(VectorFormatError, match="its checksum is another"):
                UsearchIndexer().load(tmp_path / "index", mmap=mmap)
    kv.vectors[7] = np.nan
    with pytest.raises(VectorFormatError, match=r"\(row 7\) holds NaN or infinity"):
        kv.index()

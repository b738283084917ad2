"""Items that are integers: products, nodes, pages; and what integers mean among words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors

from w2v import KeyedVectors, Word2Vec
from w2v.data import Vocabulary, read_corpus

ITEMS = [586, 12, -3, 0, 2**63 - 1]
WALKS = [[ITEMS[(i * 7 + j * j) % 5] for j in range(6)] for i in range(60)]
SMALL: dict[str, Any] = {"vector_size": 4, "min_count": 1, "workers": 1, "negative": 1}
FORMATS = ("v.bin", "v.txt", "v.vec.gz", "v.safetensors", "v.npz", "v.npy", "v")


def numbered() -> KeyedVectors:
    return KeyedVectors(ITEMS, np.random.default_rng(0).normal(size=(5, 4)))


@pytest.mark.parametrize("kind", [list, np.array, tuple], ids=["lists", "arrays", "tuples"])
def test_a_corpus_of_integers_has_a_vocabulary_of_integers(kind: Any, tmp_path: Path) -> None:
    corpus = read_corpus([kind(walk) for walk in WALKS], min_count=1)
    assert sorted(corpus.vocab.words) == sorted(ITEMS)
    assert next(iter(corpus.sentences())) == WALKS[0]
    model = Word2Vec([kind(walk) for walk in WALKS], **SMALL)
    model.save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m")
    assert loaded.wv.index_to_key == model.wv.index_to_key
    assert all(type(item) is int for item in loaded.wv.index_to_key)
    row = loaded.wv.key_to_index[586]
    np.testing.assert_array_equal(loaded.wv[586], model.wv.vectors[row])
    found = loaded.predict_output_word([586, 12], topn=2)
    assert found is not None and all(item in ITEMS for item, _ in found)
    loaded.build_vocab([[99, 586]], update=True)
    assert 99 in loaded.wv and len(loaded.wv) == 6
    loaded.train([[99, 586, 12]] * 20, epochs=1)
    with pytest.raises(TypeError, match=r"586 and '99'|'99'"):
        loaded.build_vocab([["99"]], update=True)


def test_counts_of_integers_make_a_model() -> None:
    model = Word2Vec(**SMALL)
    model.build_vocab_from_freq({586: 3, np.int64(12): 9, 7: 4})
    assert model.wv.index_to_key == [12, 7, 586]
    wrongs: list[dict[Any, Any]] = [{1: 5, "1": 5}, {1.5: 5}, {True: 5}]
    for wrong in wrongs:
        with pytest.raises(TypeError):
            Word2Vec(**SMALL).build_vocab_from_freq(wrong)
    with pytest.raises(ValueError, match=r"counts .*got type float64"):
        counts: dict[Any, Any] = {1: 5.5, 2: 9, 3: 3}
        Word2Vec(**SMALL).build_vocab_from_freq(counts)


@pytest.mark.parametrize("key", [586, np.int64(586), np.int32(586), np.uint16(586)])
def test_an_integer_means_the_item(key: Any) -> None:
    kv = numbered()
    first = kv.vectors[0]
    np.testing.assert_array_equal(kv[key], first)
    np.testing.assert_array_equal(kv[[key]], first[None])
    assert key in kv and kv.get_index(key) == 0 and kv.has_index_for(key)
    assert kv.most_similar(key) == kv.most_similar([key]) == kv.most_similar(np.array([key]))
    assert kv.most_similar_batch([key], 2) == kv.most_similar_batch(np.array([key]), 2)
    assert {item for item, _ in kv.most_similar(key)} == set(ITEMS) - {586}
    assert kv.similarity(key, key) == pytest.approx(1)
    assert kv.most_similar([(key, 2.0)]) == kv.most_similar(key)
    assert kv.doesnt_match([key, 12, 0]) in (586, 12, 0)
    kv[key] = np.ones(4)
    assert (kv[586] == 1).all() and len(kv) == 5
    assert json.dumps(kv.most_similar(key))


@pytest.mark.parametrize("key", [1, 4, "586", "nobody", 586.0, True, b"586"])
def test_among_integers_nothing_else_is_found(key: Any) -> None:
    kv = numbered()
    assert key not in kv
    for ask in (kv.get_index, kv.get_vector, kv.most_similar, lambda k: kv.similarity(k, 586)):
        with pytest.raises((KeyError, TypeError)):
            ask(key)
    if key == "586":
        with pytest.raises(KeyError, match="586 without quotation marks is one of them"):
            kv[key]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_integers_back(tmp_path: Path, name: str) -> None:
    kv = numbered()
    kv.save(tmp_path / name)
    loaded = KeyedVectors.load(tmp_path / name)
    assert loaded.index_to_key == ITEMS
    assert all(type(item) is int for item in loaded.index_to_key)
    np.testing.assert_array_equal(loaded.vectors, kv.vectors)
    # Digits that are words stay words.
    KeyedVectors(list(map(str, ITEMS)), kv.vectors).save(tmp_path / name)
    assert KeyedVectors.load(tmp_path / name).index_to_key == list(map(str, ITEMS))


@pytest.mark.parametrize("binary", [True, False])
def test_gensim_reads_files_of_integers(tmp_path: Path, binary: bool) -> None:
    kv = numbered()
    kv.save_word2vec_format(tmp_path / "v", binary=binary)
    theirs = GensimVectors.load_word2vec_format(str(tmp_path / "v"), binary=binary)
    assert theirs.index_to_key == list(map(str, ITEMS))
    np.testing.assert_array_equal(theirs.vectors, kv.vectors)
    assert kv.to_gensim().most_similar(586)[0][0] == kv.most_similar(586)[0][0]


def test_vectors_of_a_file_go_to_the_items_that_they_are_of(tmp_path: Path) -> None:
    kv = numbered()
    KeyedVectors(["12", "x", "0"], np.full((3, 4), 7)).save(tmp_path / "text.txt")
    KeyedVectors([12, 5, 0], np.full((3, 4), 9)).save(tmp_path / "items.txt")
    for name, value in (("text.txt", 7), ("items.txt", 9)):
        assert kv.intersect_word2vec_format(tmp_path / name, lockf=1.0) == 2
        assert (kv[[12, 0]] == value).all() and (kv[[586, -3]] != value).all()
    words = KeyedVectors(["a", "b"], np.eye(2, 4))
    assert words.intersect_word2vec_format(tmp_path / "items.txt", lockf=1.0) == 0


def test_among_words_an_integer_is_a_row_unless_its_digits_are_a_word() -> None:
    kv = KeyedVectors(["the", "2", "of", "3", "4", "586"], np.eye(6))
    np.testing.assert_array_equal(kv[0], kv["the"])  # as in gensim
    np.testing.assert_array_equal(kv[4], kv["4"])  # both readings are one
    for key, says in (
        (2, "can mean the word '2', of row 1, or the word of row 2, which is 'of'"),
        (np.int64(586), "the word '586', of row 5, or row 586, which is not there"),
    ):
        assert key not in kv
        for ask in (
            kv.get_index,
            kv.get_vector,
            kv.most_similar,
            lambda key: kv.most_similar_batch([key]),
            lambda key: kv.doesnt_match([key, "the"]),
            lambda key: kv.n_similarity([key], ["the"]),
            lambda key: kv.get_mean_vector([key]),
            lambda key: kv.distances("the", [key]),
        ):
            with pytest.raises(KeyError) as caught:
                ask(key)
            assert says in str(caught.value)
    with pytest.raises(KeyError, match="not among the 6 words"):
        kv[7]


def test_a_model_of_words_takes_rows_and_refuses_what_can_mean_two(tmp_path: Path) -> None:
    model = Word2Vec([["a", "b", "7", "c"]] * 30, **SMALL)
    words = model.wv.index_to_key
    assert model.predict_output_word([0], 3) == model.predict_output_word([words[0]], 3)
    with pytest.raises(KeyError, match="can mean the word '7'"):
        model.predict_output_word([7])
    with pytest.raises(TypeError, match="given as a list"):
        model.predict_output_word("a")


def test_kinds_are_not_mixed() -> None:
    for words in (["a", 1], [1, "a"], [1, 2.0], [True], [None], [b"a"], [("a",)]):
        with pytest.raises(TypeError, match=r"all strings or all integers|not a string or an"):
            KeyedVectors(words, np.ones((len(words), 2)))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="64 bits"):
        KeyedVectors([2**63], np.ones((1, 2)))
    with pytest.raises(TypeError, match=r"586 and|'a' and"):
        numbered().add_vector("a", np.ones(4))
    vocab = Vocabulary.from_counts([5, 6], [9, 9], min_count=1)
    with pytest.raises(TypeError, match="all strings or all integers"):
        vocab.extended(Vocabulary(["5"], [9]))


def test_a_word_is_found_in_another_unicode_normal_form(tmp_path: Path) -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    for known, asked in ((composed, decomposed), (decomposed, composed)):
        kv = KeyedVectors([known, "tea", "water"], np.array([[1, 0.1], [1, 0], [0, 1]]))
        assert asked in kv
        np.testing.assert_array_equal(kv[asked], kv[known])
        assert kv.most_similar(asked, topn=5) == kv.most_similar(known, topn=5)
        assert kv.doesnt_match([asked, "tea", "water"]) == "water"
        (tmp_path / "pairs").write_text(f"{asked}\ttea\t9\n{asked}\twater\t1\ntea\twater\t1\n")
        assert kv.evaluate_word_pairs(tmp_path / "pairs").oov_ratio == 0
        (tmp_path / "questions").write_text(f": all\n{asked} tea {asked} tea\n")
        _, sections = kv.evaluate_word_analogies(tmp_path / "questions")
        assert len(sections[-1]["correct"]) + len(sections[-1]["incorrect"]) == 1
    both = KeyedVectors([composed, decomposed], np.eye(2))
    assert both[composed].tolist() == [1, 0] and both[decomposed].tolist() == [0, 1]
    with pytest.raises(KeyError, match="close to it: '\ufb01ne'"):
        KeyedVectors(["\ufb01ne"], [[1]])["fine"]
    model = Word2Vec([[composed, "tea", "water"]] * 30, **SMALL)
    assert model.predict_output_word([decomposed]) == model.predict_output_word([composed])


@pytest.mark.parametrize(
    "ask",
    [
        lambda kv: kv[b"cat"],
        lambda kv: kv[bytearray(b"cat")],
        lambda kv: kv[[b"cat"]],
        lambda kv: kv[{"cat", "dog"}],
        lambda kv: kv[0:2],
        lambda kv: kv.most_similar(b"cat"),
        lambda kv: kv.most_similar([b"cat"]),
        lambda kv: kv.most_similar(positive="cat", negative=b"dog"),
        lambda kv: kv.similarity(b"cat", "dog"),
        lambda kv: kv.doesnt_match([b"cat", "dog"]),
        lambda kv: kv.doesnt_match("cat dog"),
        lambda kv: kv.n_similarity("cat", "dog"),
        lambda kv: kv.most_similar_to_given("cat", "dog"),
        lambda kv: kv.distances("cat", "dog"),
        lambda kv: kv.rank_by_centrality("cat"),
        lambda kv: kv.vectors_for_all("cat"),
        lambda kv: kv.most_similar_batch("cat"),
        lambda kv: kv.get_mean_vector("cat"),
        lambda kv: kv[float("nan")],
        lambda kv: kv[None],
    ],
)
def test_bytes_and_strings_are_not_taken_apart(ask: Any) -> None:
    words = [*(f"w{i}" for i in range(300)), "cat", "dog", "c", "a", "t", "d", "o", "g", " "]
    with pytest.raises((KeyError, TypeError)):
        ask(KeyedVectors(words, np.random.default_rng(0).normal(size=(len(words), 4))))

"""gensim's names: each is here and means the same, or says what to use instead."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import gensim.models
import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors

from w2v import KeyedVectors, Word2Vec

SENTENCES = [["the", "king", "rules"], ["the", "queen", "rules"], ["a", "dog", "barks"]] * 20
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0}
# gensim's own workings, which no program of a user's calls.
INTERNAL = {
    *("add_lifecycle_event", "add_null_word", "create_binary_tree", "seeded_vector"),
    *("log_evaluate_word_analogies", "similarity_unseen_docs", "mapfile_path"),
}


def parameters(function: Any) -> list[str]:
    return [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self" and parameter.kind is not parameter.VAR_KEYWORD
    ]


def public(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


@pytest.fixture(scope="module")
def models() -> tuple[Word2Vec, Any]:
    theirs = gensim.models.Word2Vec(SENTENCES, negative=2, **SMALL)
    return Word2Vec(SENTENCES, negative=2, **SMALL), theirs


def test_every_public_name_is_there_or_says_what_to_use(models: tuple[Word2Vec, Any]) -> None:
    model, theirs = models
    silent = []
    for ours, gensims in ((model, theirs), (model.wv, theirs.wv)):
        for name in sorted(public(gensims) - INTERNAL):
            try:
                getattr(ours, name)
            except AttributeError as error:
                if ": " not in str(error):
                    silent.append(f"{type(ours).__name__}.{name}")
    # Parameters are spoken of by the constructor; the others training keeps for itself.
    constructor = set(parameters(gensim.models.Word2Vec.__init__))
    assert not [name for name in silent if name.split(".")[1] not in constructor]


@pytest.mark.parametrize("name", ["__init__", "build_vocab", "build_vocab_from_freq", "train"])
def test_every_parameter_of_a_model_is_taken_or_refused_by_name(name: str) -> None:
    ours, theirs = getattr(Word2Vec, name), getattr(gensim.models.Word2Vec, name)
    named = parameters(ours)
    wanted = parameters(theirs)
    # Those that stand first in both have one order, so that they may be given without names.
    first = [p for p in wanted if p in named][:3]
    assert named[: len(first)] == first
    for parameter in set(wanted) - set(named):
        model = Word2Vec(negative=2, **SMALL)
        call: Any = {"__init__": Word2Vec, "train": model.train}.get(name) or getattr(model, name)
        data: Any = {"build_vocab_from_freq": {"a": 5, "b": 9, "c": 1}}.get(name, SENTENCES)
        if name == "train":
            model.build_vocab(SENTENCES)
        extra = {} if name != "__init__" else {"negative": 2, **SMALL}
        default = inspect.signature(theirs).parameters[parameter].default
        if parameter != "hashfxn":
            call(data, **{parameter: default}, **extra)
        if parameter not in ("progress_per", "queue_factor", "report_delay"):
            with pytest.raises(ValueError, match=rf"{parameter}=.*: "):
                call(data, **{parameter: 7}, **extra)


@pytest.mark.parametrize(
    "name", sorted(n for n in public(KeyedVectors) & public(GensimVectors) if n not in ("load",))
)
def test_every_method_of_vectors_takes_gensims_parameters(name: str) -> None:
    ours, theirs = getattr(KeyedVectors, name), getattr(GensimVectors, name)
    if callable(theirs) and name not in ("save", "word_vec"):
        taken = parameters(ours)
        if any(p.kind is p.VAR_KEYWORD for p in inspect.signature(ours).parameters.values()):
            return
        renamed = {"word1": "key1", "word2": "key2"}
        assert [renamed.get(p, p) for p in parameters(theirs)] == taken[: len(parameters(theirs))]


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


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda kv: kv.add_vectors(["x"], [[1.0]]),
            r"need vectors of shape \(1, 2\), got \(1, 1\)",
        ),
        (lambda kv: kv.add_vectors(["x", "x"], np.ones((2, 2))), "'x' stands twice"),
        (lambda kv: kv.add_vectors([5], np.ones((1, 2))), "'a' and 5"),
        (lambda kv: kv.add_vectors(["x"], np.ones((1, 2)), {"tag": [1]}), "'tag'"),
        (lambda kv: kv.set_vecattr("a", "tag", 1), "'tag'"),
        (lambda kv: kv.most_similar("a", indexer=object()), "indexers are not supported"),
        (lambda kv: kv.evaluate_word_analogies("f", similarity_function="x"), "'most_similar'"),
        (lambda kv: kv.load_word2vec_format("f", encoding="latin-1"), "encoding"),
        (lambda kv: kv.load_word2vec_format("f", datatype=np.float64), "float32, got float64"),
        (lambda kv: kv.save_word2vec_format("f", append=True), "append=True"),
        (lambda kv: kv.save_word2vec_format("f", fvocab="g"), "no counts"),
        (lambda kv: kv.intersect_word2vec_format("f"), "lockf=0.0 is not supported"),
        (lambda _: KeyedVectors(), "vector_size"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(change: Any, says: str) -> None:
    kv = KeyedVectors(["a", "b"], np.eye(2))
    with pytest.raises((ValueError, TypeError, KeyError), match=says):
        change(kv)
    assert kv.index_to_key == ["a", "b"] and kv.key_to_index == {"a": 0, "b": 1}
    np.testing.assert_array_equal(kv.vectors, np.eye(2))


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


@pytest.mark.parametrize("binary", [True, False])
def test_word2vec_files_with_counts_are_gensims(tmp_path: Path, binary: bool) -> None:
    kv = KeyedVectors(["rare", "of", "the"], (1 + np.arange(6).reshape(3, 2)) / 7.5, [1, 5, 9])
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for path, table in ((ours, kv), (theirs, kv.to_gensim())):
        table.save_word2vec_format(str(path), f"{path}.vocab", binary, prefix="*")
    assert ours.read_bytes() == theirs.read_bytes()
    assert Path(f"{ours}.vocab").read_bytes() == Path(f"{theirs}.vocab").read_bytes()
    back = KeyedVectors.load_word2vec_format(theirs, f"{theirs}.vocab", binary)
    assert back.index_to_key == ["*the", "*of", "*rare"]
    assert back.counts is not None and back.counts.tolist() == [9, 5, 1]
    Path(f"{ours}.vocab").write_text("*the nine\n")
    with pytest.raises(ValueError, match=r"line 1 is '\*the nine', expected a word and a count"):
        KeyedVectors.load_word2vec_format(ours, f"{ours}.vocab", binary)


def test_vectors_from_a_file_are_where_the_next_training_begins(tmp_path: Path) -> None:
    pretrained = KeyedVectors(["king", "unheard"], np.full((2, 8), 0.5))
    pretrained.save_word2vec_format(tmp_path / "v.bin", binary=True)
    model = Word2Vec(negative=2, **SMALL)
    model.build_vocab(SENTENCES)
    assert model.wv.intersect_word2vec_format(tmp_path / "v.bin", lockf=1.0, binary=True) == 1
    assert (model.wv["king"] == 0.5).all()
    model.train([["king", "rules"]] * 3, epochs=1)
    assert 0 < np.abs(model.wv["king"] - 0.5).max() < 0.1
    model.wv.add_vectors(["new"], np.ones((1, 8)))
    model.train(SENTENCES)
    assert (model.wv["new"] == 1).all()


def test_a_vocabulary_can_be_given_as_counts_and_grow() -> None:
    model = Word2Vec(negative=2, **{**SMALL, "min_count": 2})
    model.build_vocab_from_freq({"king": 3, "the": 9, "rare": 1, "dog": 5})
    assert model.wv.index_to_key == ["the", "dog", "king"]
    model.train(SENTENCES, total_examples=60, epochs=1)
    model.build_vocab_from_freq({"cat": 4, "king": 2, "rare": 1}, update=True)
    assert model.wv.index_to_key == ["the", "dog", "king", "cat"]
    assert model.wv.get_vecattr("king", "count") == 5


def test_the_old_loop_that_lowers_the_rate_by_hand_does_so() -> None:
    model: Any = Word2Vec(SENTENCES, negative=2, alpha=0.05, **SMALL)
    model.alpha /= 2
    model.min_alpha = model.alpha
    assert (model.config.alpha, model.config.min_alpha) == (0.025, 0.025)
    assert (model.window, model.sg) == (5, 0)
    with pytest.raises(AttributeError, match="window is settled"):
        model.window = 3
    with pytest.raises(AttributeError, match=r"ask model\.wv\.most_similar"):
        model.most_similar("king")
    assert model.syn1neg.shape == (7, 8)

"""A model and its vectors: one truth, whoever writes and whoever asks, and whenever."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import KeyedVectors, Word2Vec
from w2v.vectors.similarity import row_norms

TEXT = [[f"w{(i * 7 + j * j) % 40}" for j in range(12)] for i in range(300)]
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 1}


@pytest.fixture
def model() -> Word2Vec:
    return Word2Vec(TEXT, **SMALL)


def largest_error(wv: KeyedVectors, word: str) -> float:
    """Return how far the cosines that are answered are from those of the vectors."""
    v = wv.vectors.astype(np.float64)
    unit = v / np.linalg.norm(v, axis=1, keepdims=True)
    true = unit @ unit[wv.key_to_index[word]]
    answers = [
        wv.most_similar(word, topn=None),
        1 - wv.distances(word),
        [wv.similarity(word, other) for other in wv.index_to_key],
        wv.get_normed_vectors() @ wv.get_vector(word, norm=True),
    ]
    return max(float(np.abs(np.asarray(answer) - true).max()) for answer in answers)


WRITERS = {
    "assigned": lambda wv, given: setattr(wv, "vectors", given),
    "assigned as float64": lambda wv, given: setattr(wv, "vectors", given.astype(np.float64)),
    "written in place": lambda wv, given: wv.vectors.__setitem__(slice(None), given),
    "multiplied in place": lambda wv, given: np.multiply(given, 1, out=wv.vectors),
    "by words": lambda wv, given: wv.__setitem__(wv.index_to_key, given),
    "by add_vectors": lambda wv, given: wv.add_vectors(wv.index_to_key, given, replace=True),
}


@pytest.mark.parametrize("how", WRITERS)
def test_what_is_written_to_wv_is_the_models(model: Word2Vec, tmp_path: Path, how: str) -> None:
    kept = model.wv
    given = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    loss = model.heldout_loss(TEXT)
    kept.most_similar("w1")
    WRITERS[how](kept, given)
    assert largest_error(kept, "w1") < 1e-5
    assert model.heldout_loss(TEXT) != loss
    model.save(tmp_path / "m")
    for other in (Word2Vec.load(tmp_path / "m"), copy.deepcopy(model)):
        np.testing.assert_array_equal(other.wv.vectors, given)
    model.build_vocab([["w1", "fresh"]], update=True)
    assert model.wv is kept and "fresh" in kept
    np.testing.assert_array_equal(kept.vectors[:40], given)
    model.train([["w1", "w2"]] * 50, epochs=1)
    np.testing.assert_array_equal(kept["w30"], given[kept.key_to_index["w30"]])
    assert not np.array_equal(kept["w1"], given[kept.key_to_index["w1"]])


def test_normalised_vectors_stay_so_when_saved(model: Word2Vec, tmp_path: Path) -> None:
    model.wv.unit_normalize_all()
    model.save(tmp_path / "m")
    lengths = np.linalg.norm(Word2Vec.load(tmp_path / "m").wv.vectors, axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)


def test_vectors_that_are_no_numbers_do_not_replace_a_saved_model(
    model: Word2Vec, tmp_path: Path
) -> None:
    model.save(tmp_path / "m")
    model.wv.vectors[3] = np.nan
    with pytest.raises(ValueError, match=model.wv.index_to_key[3]):
        model.save(tmp_path / "m")
    assert np.isfinite(Word2Vec.load(tmp_path / "m").wv.vectors).all()


class Asker:
    """Asks a kept wv at every moment that a callback has."""

    def __init__(self, wv: KeyedVectors) -> None:
        self.wv, self.errors = wv, [0.0]

    def ask(self, model: Word2Vec) -> None:
        assert model.wv is self.wv
        self.errors.append(largest_error(self.wv, "w1"))

    on_train_begin = on_epoch_begin = on_epoch_end = on_train_end = ask


def test_a_kept_wv_answers_with_the_vectors_of_the_moment(model: Word2Vec) -> None:
    asker = Asker(model.wv)
    asker.ask(model)
    model.train(TEXT, epochs=5, start_alpha=0.1, end_alpha=0.1, callbacks=[asker])
    asker.ask(model)
    assert len(asker.errors) == 15 and max(asker.errors) < 1e-5


def test_another_thread_that_asks_during_a_training_gets_cosines() -> None:
    model = Word2Vec(TEXT * 20, **{**SMALL, "workers": 2})
    wv, stop = model.wv, threading.Event()
    found: list[float] = []

    def ask() -> None:
        while not stop.is_set():
            found.append(max(cosine for _, cosine in wv.most_similar("w1", topn=5)))
            found.append(float(np.linalg.norm(wv.get_vector("w1", norm=True))))

    asking = threading.Thread(target=ask)
    asking.start()
    model.train(TEXT * 20, epochs=10, start_alpha=0.2, end_alpha=0.2)
    stop.set()
    asking.join()
    assert found and max(found) < 1.01
    assert largest_error(wv, "w1") < 1e-5


def test_words_added_to_wv_become_words_of_the_model(model: Word2Vec, tmp_path: Path) -> None:
    row = model.wv.add_vector("new", np.ones(8))
    model.wv["other"] = np.full(8, 2)
    assert (row, len(model.wv), model.syn1neg.shape) == (40, 42, (42, 8))
    model.save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m")
    assert (loaded.wv["new"] == 1).all() and (loaded.wv["other"] == 2).all()
    assert loaded.wv.get_vecattr("new", "count") == 0
    loaded.train([["new", "w1", "new"]] * 20, epochs=2)
    assert not (loaded.wv["new"] == 1).all()
    tree = Word2Vec(TEXT, hs=1, negative=0, **SMALL)
    with pytest.raises(ValueError, match="hs=1"):
        tree.wv.add_vector("new", np.ones(8))
    assert "new" not in tree.wv


def test_what_changes_words_while_the_model_trains_is_refused(model: Word2Vec) -> None:
    refused = []

    class Meddler:
        def on_epoch_begin(self, model: Word2Vec) -> None:
            for meddle in (
                lambda: model.wv.add_vector("new", np.ones(8)),
                lambda: model.wv.set_vecattr("w1", "count", 3),
                lambda: model.build_vocab(TEXT),
                lambda: model.train(TEXT),
                lambda: setattr(model, "alpha", 0.01),
            ):
                with pytest.raises((ValueError, AttributeError), match="while the model trains"):
                    meddle()
                refused.append(meddle)

    model.train(TEXT, epochs=1, callbacks=[Meddler()])
    assert len(refused) == 5 and len(model.wv) == 40
    model.alpha = 0.01


def test_two_threads_do_not_train_one_model_at_once(model: Word2Vec) -> None:
    inside, goes_on = threading.Event(), threading.Event()

    class Wait:
        def on_train_begin(self, model: Word2Vec) -> None:
            inside.set()
            assert goes_on.wait(60)

    first = threading.Thread(target=model.train, args=(TEXT,), kwargs={"callbacks": [Wait()]})
    first.start()
    assert inside.wait(60)
    with pytest.raises(ValueError, match="while the model trains"):
        model.train(TEXT)
    goes_on.set()
    first.join()
    model.train(TEXT)


def test_a_training_is_refused_while_another_reads_its_text(model: Word2Vec) -> None:
    def sentences() -> Iterator[list[str]]:
        with pytest.raises(ValueError, match="while the model trains"):
            model.train(TEXT)
        yield from TEXT

    model.train(sentences(), epochs=1)


def test_a_model_that_is_given_its_words_is_not_given_others_meanwhile() -> None:
    model = Word2Vec(**SMALL)
    other = [["other", *"abcdefgh"]] * 50
    freq = dict.fromkeys(other[0], 5)

    def sentences() -> Iterator[list[str]]:
        for meddle in (
            lambda: model.fit(other),
            lambda: model.build_vocab(other),
            lambda: model.build_vocab_from_freq(freq),
            lambda: model.reset_from(Word2Vec(other, **SMALL)),
        ):
            with pytest.raises(ValueError, match="while the model trains"):
                meddle()
        yield from TEXT

    model.fit(sentences())
    assert len(model.wv) == 40 and "other" not in model.wv
    assert model.losses


def test_vectors_can_be_assigned_as_wv(model: Word2Vec) -> None:
    order = list(reversed(model.wv.index_to_key))
    given = KeyedVectors(order, np.random.default_rng(3).normal(size=(40, 8)))
    model.wv = given
    for word in order:
        np.testing.assert_array_equal(model.wv[word], given[word])
    fresh = Word2Vec(**SMALL)
    fresh.wv = given
    assert fresh.wv.index_to_key == order
    fresh.train(TEXT, epochs=1)
    for wrong in (KeyedVectors(["w1"], np.ones((1, 8))), KeyedVectors(3), "vectors", None):
        with pytest.raises(AttributeError, match=r"KeyedVectors|build_vocab"):
            model.wv = wrong  # type: ignore[assignment]


def test_vectors_outlive_their_model() -> None:
    wv = Word2Vec(TEXT, **SMALL).wv
    before = wv.vectors.copy()
    wv["new"] = np.ones(8)
    np.testing.assert_array_equal(wv.vectors[:40], before)
    assert len(pickle.loads(pickle.dumps(wv))) == 41
    assert type(pickle.loads(pickle.dumps(wv))) is KeyedVectors


def test_an_array_that_the_caller_writes_to_is_answered_from(tmp_path: Path) -> None:
    array = np.random.default_rng(5).normal(size=(9, 4)).astype(np.float32)
    words = [f"w{i}" for i in range(9)]
    KeyedVectors(words, array).save(tmp_path / "v.safetensors")
    for kv in (KeyedVectors(words, array), KeyedVectors.load(tmp_path / "v.safetensors")):
        kv.most_similar("w1")
        kv.vectors[:5] *= 30
        assert largest_error(kv, "w1") < 1e-5
        kv.vectors = kv.vectors[::-1]
        assert largest_error(kv, "w1") < 1e-5
    assert kv.norms == pytest.approx(np.linalg.norm(kv.vectors, axis=1))


def test_lengths_are_computed_once_where_nobody_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[int] = []

    def counted(vectors: np.ndarray) -> np.ndarray:
        computed.append(1)
        return row_norms(vectors)

    monkeypatch.setattr("w2v.vectors.norms.row_norms", counted)
    KeyedVectors(["a", "b"], np.eye(2)).save(tmp_path / "v.bin")
    kv = KeyedVectors.load(tmp_path / "v.bin")
    for _ in range(3):
        kv.most_similar("a")
        kv["a"]
    assert len(computed) == 1
    kv["a"] = [3, 4]
    assert kv.most_similar("a", topn=1)[0][1] == pytest.approx(0.8)
    assert len(computed) == 2


def test_the_loss_of_one_epoch_can_be_read_by_setting_it_to_zero_after_each() -> None:
    losses, sums = [], []

    class Reset:
        def on_epoch_end(self, model: Word2Vec) -> None:
            losses.append(model.get_latest_training_loss())
            model.running_training_loss = 0.0

    class Keep:
        def on_epoch_end(self, model: Word2Vec) -> None:
            sums.append(model.get_latest_training_loss())

    for callback in (Reset(), Keep()):
        Word2Vec(TEXT, **{**SMALL, "epochs": 4}, callbacks=[callback])
    np.testing.assert_allclose(losses, np.diff([0.0, *sums]), rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("vector_sise", 3, "close to it: 'vector_size'"),
        ("epoch", 3, "close to it: 'epochs'"),
        ("window", 3, "settled"),
        ("negative", 3, "settled"),
        ("vocab", None, "cannot be set"),
        ("random", None, "hashes of the seed"),
        ("cum_table", None, "negatives are drawn"),
        ("hashfxn", hash, "hashes of the seed"),
        ("layer1_size", 3, "vector_size"),
        ("sorted_vocab", 0, "sorted by count"),
        ("syn1", np.ones((39, 8)), "hs=1"),
        ("wv.syn0", np.ones((40, 8)), "use vectors"),
        ("wv.index2word", [], "use index_to_key"),
        ("wv.vocab", {}, "key_to_index"),
        ("wv.vectors_norm", None, "get_normed_vectors"),
        ("wv.norms", np.ones(40), "follow the vectors"),
        ("wv.key_to_index", {}, "follows from the rest"),
        ("wv.vector_size", 3, "follows from the rest"),
        ("wv.vectorz", 3, "close to it: 'vectors'"),
    ],
)
def test_a_setting_that_would_change_nothing_is_refused(
    model: Word2Vec, name: str, value: Any, says: str
) -> None:
    target: Any = model.wv if name.startswith("wv.") else model
    with pytest.raises(AttributeError, match=says):
        setattr(target, name.removeprefix("wv."), value)


def test_settings_that_are_taken_are_true(model: Any) -> None:
    outputs = np.random.default_rng(2).normal(size=(40, 8)).astype(np.float32)
    model.syn1neg = outputs
    best = model.predict_output_word(["w1", "w2"], topn=1)
    mean = (model.wv["w1"] + model.wv["w2"]) / 2
    assert best is not None and best[0][0] == model.wv.index_to_key[int((outputs @ mean).argmax())]
    model.wv.norms = None  # what gensim's users do after writing to vectors
    with pytest.raises(ValueError, match="read-only"):
        model.wv.counts[0] = 5
    model.wv.set_vecattr("w1", "count", 1000)
    assert model.vocab is not None and model.vocab.counts[model.wv.key_to_index["w1"]] == 1000
    model.callbacks = [model]
    with pytest.raises(TypeError, match="method of one of the names on_train_begin"):
        model.train()
    model.callbacks = []
    model.epochs, model.alpha = 2, 0.01
    assert model.train()[1] == 2 * 3600


def test_a_subclass_may_have_attributes_of_its_own() -> None:
    class Mine(Word2Vec):
        def __init__(self, sentences: Any, note: str) -> None:
            self.note = note
            super().__init__(sentences, **SMALL)
            self.later = 1

    mine = Mine(TEXT, "mine")
    mine.later, mine.another = 2, 3
    twin = pickle.loads(pickle.dumps(_picklable(mine)))
    assert (twin.note, twin.later) == ("mine", 2)
    with pytest.raises(AttributeError, match="settled"):
        mine.window = 3
    with pytest.raises(AttributeError, match="negatives are drawn"):
        mine.cum_table = 3


def _picklable(model: Word2Vec) -> Word2Vec:
    """Return it as of the class that pickle finds."""
    state = model.__getstate__()
    plain = Word2Vec.__new__(Word2Vec)
    plain.__setstate__(state)
    return plain


def test_a_copy_goes_on_as_the_model_would_have(model: Word2Vec) -> None:
    twins = [copy.deepcopy(model), pickle.loads(pickle.dumps(model)), copy.copy(model)]
    model.train(TEXT, epochs=2)
    for twin in twins:
        assert twin.corpus_count == 300 and twin.losses == model.losses[:1]
        assert twin.train(TEXT, epochs=2) == (2 * 3600, 2 * 3600)
        np.testing.assert_array_equal(twin.wv.vectors, model.wv.vectors)
        assert twin.losses == model.losses
    with pytest.raises(ValueError, match="no corpus"):
        pickle.loads(pickle.dumps(model)).train()


def test_a_copy_goes_without_the_text() -> None:
    for text in (TEXT * 50, (sentence for sentence in TEXT * 50)):
        model = Word2Vec(text, **SMALL)
        assert len(pickle.dumps(model)) < 50_000  # the text's ids take 720,000 bytes
        assert pickle.loads(pickle.dumps(model)).trained_on == model.trained_on


def test_sentences_are_counted_as_they_are_read(tmp_path: Path) -> None:
    lines = [*TEXT, [], ["once"], []]
    (tmp_path / "t.txt").write_text("\n".join(" ".join(line) for line in lines) + "\n")
    for text in (lines, iter(lines), str(tmp_path / "t.txt")):
        model = Word2Vec(**{**SMALL, "min_count": 2})
        model.build_vocab(text)
        assert (model.corpus_count, model.corpus_total_words) == (303, 3601)
        model.train([*[["w1", "w2"]] * 50, ["unheard"], []], epochs=1)
        assert model.corpus_count == 52


def test_the_order_of_a_models_words_cannot_be_edited(model: Word2Vec, tmp_path: Path) -> None:
    before = dict(zip(model.wv.index_to_key, model.wv.vectors.tolist(), strict=True))
    assert model.vocab is not None
    for words in (model.wv.index_to_key, model.vocab.words):
        with pytest.raises(TypeError, match="list"):
            words.sort()
    with pytest.raises(TypeError, match="list"):
        model.vocab.word_to_id["w1"] = 0
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model").wv
    assert dict(zip(loaded.index_to_key, loaded.vectors.tolist(), strict=True)) == before

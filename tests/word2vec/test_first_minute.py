"""What people of gensim type first, and what is said to them."""

from __future__ import annotations

import multiprocessing
import pickle
import tempfile
from pathlib import Path
from typing import Any

import gensim.models
import gensim.models.callbacks
import numpy as np
import pytest

from w2v import KeyedVectors, Word2Vec
from w2v.data import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, CorpusError
from w2v.training.checkpoint import CheckpointError

TEXT = [[f"w{(i * 7 + j * j) % 40}" for j in range(12)] for i in range(200)]
# Words that differ in how often they occur.
UNEVEN = [
    [f"w{word}" for word in np.random.default_rng(seed).geometric(0.1, 12)] for seed in range(200)
]
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 1}


@pytest.mark.filterwarnings("ignore:nothing was learnt")
@pytest.mark.parametrize("sg", [0, 1])
def test_a_toy_with_less_words_than_negatives_trains_and_says_so(tmp_path: Path, sg: int) -> None:
    toy = [["first", "sentence"], ["sentence", "first"]]
    with pytest.warns(UserWarning, match="negative=5 is more than this vocabulary of 2"):
        model: Any = Word2Vec(toy, min_count=1, sg=sg, sample=0)
    assert (len(model.wv), model.negative) == (2, 5)
    model.save(tmp_path / "m")
    loaded: Any = Word2Vec.load(tmp_path / "m", mmap="r")
    assert loaded.negative == 5
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    loaded.build_vocab(TEXT, update=True)
    assert loaded.model.loss_layer.sample_size == 5


def test_a_model_is_saved_where_an_empty_file_is_and_nowhere_else(tmp_path: Path) -> None:
    model = Word2Vec(TEXT, **SMALL)
    with tempfile.NamedTemporaryFile(dir=tmp_path, delete=False) as file:
        model.save(file.name, sep_limit=0)
    np.testing.assert_array_equal(Word2Vec.load(file.name).wv.vectors, model.wv.vectors)
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(CheckpointError, match="another folder"):
        model.save(tmp_path / "notes")
    assert (tmp_path / "notes").read_text() == "mine"


@pytest.mark.parametrize("sg", [0, 1])
def test_a_model_of_gensim_is_converted_in_another_process_when_asked(
    tmp_path: Path, sg: int
) -> None:
    theirs = gensim.models.Word2Vec(TEXT, sg=sg, window=3, **SMALL)
    theirs.save(str(tmp_path / "g.model"))
    with pytest.raises(CheckpointError, match=r"is a pickle.*Word2Vec\.from_gensim\("):
        Word2Vec.load(tmp_path / "g.model")
    model: Any = Word2Vec.from_gensim(tmp_path / "g.model")
    np.testing.assert_array_equal(model.wv.vectors, theirs.wv.vectors)
    np.testing.assert_array_equal(model.syn1neg, theirs.syn1neg)
    assert model.wv.index_to_key == theirs.wv.index_to_key
    assert (model.window, model.sg, model.alpha, model.corpus_count) == (3, sg, 0.025, 200)
    words = [word for word, _ in theirs.predict_output_word(["w1", "w2"], topn=5)]
    assert [word for word, _ in model.predict_output_word(["w1", "w2"], topn=5) or ()] == words
    model.train(TEXT, total_examples=200, epochs=1)
    for wrong in (theirs.wv, 3):
        with pytest.raises(TypeError, match="got a"):
            Word2Vec.from_gensim(wrong)


def test_what_is_no_model_of_gensim_or_has_another_tree_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"\x80\x04broken")
    with pytest.raises(ValueError, match=r"gensim could not read .*broken"):
        Word2Vec.from_gensim(tmp_path / "broken")
    tree = gensim.models.Word2Vec(TEXT, hs=1, negative=0, **SMALL)
    with pytest.raises(ValueError, match="another tree"):
        Word2Vec.from_gensim(tree)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda m: Word2Vec(size=100), TypeError, "'size': use vector_size"),
        (lambda m: Word2Vec(iter=3), TypeError, "use epochs"),
        (lambda m: Word2Vec(window_size=3), TypeError, "use window"),
        (lambda m: Word2Vec(windw=3), TypeError, r"did you mean window\?"),
        (lambda m: Word2Vec(corpus_iterable=TEXT), TypeError, "use sentences"),
        (lambda m: m.build_vocab(sentences=TEXT), TypeError, "use corpus_iterable"),
        (lambda m: m.train(sentences=TEXT), TypeError, "use corpus_iterable"),
        (lambda m: m["w1"], TypeError, r"use model\.wv\['w1'\]"),
        (lambda m: "w1" in m, TypeError, "in model.wv"),
        (lambda m: m.syn0, AttributeError, "of model.wv, use vectors"),
        (lambda m: m.index2word, AttributeError, "use index_to_key"),
        (lambda m: m.iter, AttributeError, "use epochs"),
        (lambda m: m.most_similar, AttributeError, r"model\.wv\.most_similar"),
        (lambda m: m.vocab["w1"], TypeError, "word_to_id"),
        (lambda m: m.trainables, AttributeError, "syn1neg"),
        (lambda m: m.score(TEXT), RuntimeError, "heldout_loss"),
        (lambda m: m.prepare_vocab(), RuntimeError, "scan_vocab"),
        (lambda m: Word2Vec.load_word2vec_format("v"), AttributeError, "KeyedVectors.load_word2"),
        (lambda m: Word2Vec(TEXT, corpus_file="t"), TypeError, "not both"),
        (lambda m: Word2Vec("the quick fox"), CorpusError, "tokens"),
        (lambda m: Word2Vec(["the quick", "fox"]), CorpusError, "tokens"),
        (lambda m: m.train(["the quick", "fox"]), CorpusError, "tokens"),
    ],
)
def test_old_names_and_slips_are_answered_with_what_to_do(
    call: Any, kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says):
        call(Word2Vec(TEXT, **SMALL))


def test_what_changes_nothing_is_taken_and_read_back() -> None:
    kind: Any = Word2Vec
    model = kind(
        TEXT, None, np.int64(8), np.float32(0.025), np.int32(3), 1.0, sample=0, workers=1,
        sg=np.bool_(True), cbow_mean=True, shrink_windows=1, hashfxn=len, batch_words=4,
        comment="mine", compute_loss=1, callbacks=None, sorted_vocab=1, null_word=0,
    )  # fmt: skip
    assert (model.batch_words, model.comment, model.sg, model.layer1_size) == (4, "mine", 1, 8)
    assert (model.sorted_vocab, model.null_word, model.min_count) == (1, 0, 1)
    assert str(model).startswith("Word2Vec<vocab=40, vector_size=8, alpha=0.025")
    assert str(Word2Vec(vector_size=3)) == "Word2Vec<vocab=0, vector_size=3, alpha=0.05>"
    model.build_vocab(TEXT, progress_per=7, keep_raw_vocab=True)
    model.train(TEXT, total_examples=200, epochs=1, queue_factor=1, report_delay=9, word_count=3)
    model.comment, model.batch_words = "other", 5
    assert (model.train_count, model.effective_min_count) == (2, 1)
    assert model.total_train_time > 0
    model.add_lifecycle_event("mine", note=1)
    events = [each["event"] for each in model.lifecycle_events]
    assert events == ["created", "build_vocab", "train", "build_vocab", "train", "mine"]
    model.compute_loss, model.corpus_count = False, 7
    assert (model.compute_loss, model.corpus_count, len(model.raw_vocab)) == (False, 7, 40)
    memory = model.estimate_memory(1000)
    assert memory["vectors"] == memory["syn1neg"] == 32_000 < memory["total"]
    with pytest.warns(UserWarning, match="leave it out"):
        model.init_sims()


def test_a_rule_of_ones_own_chooses_the_words_that_it_does_in_gensim() -> None:
    def rule(word: str, count: int, min_count: int) -> int:
        return {"w1": RULE_DISCARD, "w2": RULE_KEEP, "rare": RULE_KEEP}.get(word, RULE_DEFAULT)

    text = [*UNEVEN, ["rare", "rarer"]]
    for limits in ({"min_count": 60}, {"min_count": 2, "max_final_vocab": 9}):
        how: dict[str, Any] = {**SMALL, **limits, "trim_rule": rule, "negative": 1}
        ours, theirs = Word2Vec(text, **how), gensim.models.Word2Vec(text, **how)
        assert set(ours.wv.key_to_index) == set(theirs.wv.key_to_index)
        more = [["w1", "new", "w3"]] * 99
        for model in (ours, theirs):
            model.build_vocab(more, update=True, trim_rule=rule)
            assert model.wv.get_vecattr("w2", "count") > 0
        assert set(ours.wv.key_to_index) == set(theirs.wv.key_to_index)
    with pytest.warns(UserWarning, match="give it to build_vocab"):
        Word2Vec(trim_rule=rule)
    with pytest.raises(CorpusError, match="trim_rule"):
        Word2Vec(TEXT, trim_rule=lambda *_: RULE_DISCARD)


def test_a_vocabulary_is_built_step_by_step_as_in_gensim() -> None:
    text = [*UNEVEN, ["rare", "rarer"], ["rare"]]
    for limits in ({"min_count": 60}, {"min_count": 2, "max_final_vocab": 9}, {"min_count": 1}):
        ours, theirs = (
            kind(**{**SMALL, **limits, "negative": 1})
            for kind in (Word2Vec, gensim.models.Word2Vec)
        )
        assert ours.scan_vocab(text) == theirs.scan_vocab(text)
        assert ours.raw_vocab == dict(theirs.raw_vocab)
        assert ours.prepare_vocab() == theirs.prepare_vocab()
        assert ours.effective_min_count == theirs.effective_min_count
        ours.prepare_weights()
        assert set(ours.wv.key_to_index) == set(theirs.wv.key_to_index)
    other = Word2Vec([["a", "b", "a"]] * 9, negative=1, sample=0, **SMALL)
    ours.reset_from(other)
    assert ours.wv.key_to_index == other.wv.key_to_index


@pytest.mark.parametrize(("sg", "mean"), [(1, 1), (0, 1), (0, 0)])
def test_a_score_is_the_log_probability_of_a_sentence(sg: int, mean: int) -> None:
    model = Word2Vec(TEXT, hs=1, negative=0, sg=sg, cbow_mean=mean, sample=0, window=3, **SMALL)
    rows, total = [model.wv.key_to_index[word] for word in TEXT[0]], 0.0
    output = model.built()[0].loss_layer
    for place, row in enumerate(rows):
        near = [rows[i] for i in range(max(0, place - 3), place + 4) if i != place and i < 12]
        h = model.wv.vectors[near]
        inputs = h if sg else [h.mean(axis=0) if mean else h.sum(axis=0)]
        total += sum(float(output.log_probabilities(each)[row]) for each in inputs)
    scores = model.score(iter([TEXT[0], ["w1"], ["unknown", *TEXT[0]]]), total_sentences=3)
    assert scores == pytest.approx([total, 0, total], rel=1e-5)


class Counting(gensim.models.callbacks.CallbackAny2Vec):
    def __init__(self) -> None:
        self.events: list[str] = []

    def on_train_begin(self, model: Word2Vec) -> None:
        self.events.append("begin")

    def on_epoch_end(self, model: Word2Vec) -> None:
        self.events.append("epoch")


def test_a_callback_of_gensim_is_called_once_and_is_not_copied() -> None:
    counting = Counting()
    model = Word2Vec(callbacks=[counting, counting], **SMALL)
    model.build_vocab(TEXT)
    model.train(TEXT, total_examples=200, epochs=2, callbacks=[counting])
    assert counting.events == ["begin", "epoch", "epoch"]
    assert pickle.loads(pickle.dumps(model)).callbacks == []


class Sub(Word2Vec):
    def __init__(self, corpus: Any = None, note: str = "") -> None:
        self.note = note
        super().__init__(corpus, **SMALL)


def test_a_subclass_with_its_own_constructor_is_loaded_and_copied(tmp_path: Path) -> None:
    model = Sub(TEXT, "mine")
    model.save(tmp_path / "m")
    loaded = Sub.load(tmp_path / "m")
    assert type(loaded) is Sub
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    loaded.train(TEXT, epochs=1)
    assert pickle.loads(pickle.dumps(model)).note == "mine"


def most_similar(model: Word2Vec) -> Any:
    model.train(TEXT, epochs=1)
    return model.wv.most_similar("w1", topn=3)


def train_one(seed: int) -> np.ndarray:
    return Word2Vec(TEXT, seed=seed, **SMALL).wv.vectors


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_models_are_trained_in_other_processes(method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    model = Word2Vec(TEXT, **SMALL)
    with multiprocessing.get_context(method).Pool(1) as pool:
        vectors = pool.map(train_one, [1, 2])
        found = pool.apply(most_similar, (model,))
    np.testing.assert_array_equal(vectors[0], model.wv.vectors)
    assert found == most_similar(model)


def test_vectors_of_a_file_become_a_models(tmp_path: Path) -> None:
    model = Word2Vec(TEXT, **SMALL)
    model.wv.save(tmp_path / "word2vec.wordvectors")
    fresh = Word2Vec(**SMALL)
    fresh.wv = KeyedVectors.load(tmp_path / "word2vec.wordvectors", mmap="r")
    assert fresh.wv.index_to_key == model.wv.index_to_key
    assert fresh.train(TEXT, total_examples=200, epochs=1)[1] == 2400

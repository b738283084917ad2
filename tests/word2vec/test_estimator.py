"""Word2Vec as someone who knows gensim uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import Word2Vec
from w2v.backend import Backend
from w2v.data import CorpusError, read_corpus
from w2v.training.checkpoint import CheckpointError

LINES = [
    *["the king rules the old land", "the queen rules the old land"] * 40,
    *["a dog chases a cat", "a cat flees a dog"] * 40,
]
# In a random order: the minibatch engine's windows see from one sentence into the next.
SENTENCES = [LINES[i].split() for i in np.random.default_rng(5).permutation(len(LINES))]
SMALL: dict[str, Any] = {"vector_size": 12, "min_count": 1, "epochs": 2, "workers": 1, "sample": 0}


class LineSentence:
    """Sentences that are read anew for every pass, as gensim's class of the name gives them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.passes = 0

    def __iter__(self) -> Iterator[list[str]]:
        self.passes += 1
        with self.path.open() as lines:
            for line in lines:
                yield line.split()


class Recorder:
    """A callback that notes what it is told and sees."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.totals: list[float] = []

    def on_train_begin(self, model: Word2Vec) -> None:
        self.events.append("train")

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self.events.append("epoch")

    def on_epoch_end(self, model: Word2Vec) -> None:
        self.events.append(f"{len(model.losses)} losses")
        self.totals.append(model.get_latest_training_loss())

    def on_train_end(self, model: Word2Vec) -> None:
        self.events.append("end")


def test_common_gensim_usage_runs(tmp_path: Path, backend: Backend) -> None:
    text = tmp_path / "text.txt"
    text.write_text("\n".join(" ".join(sentence) for sentence in SENTENCES))
    lines = LineSentence(text)

    model = Word2Vec(lines, vector_size=12, window=3, min_count=1, sg=1, workers=2, epochs=3)
    assert lines.passes == 2  # read once, and begun anew to see that the same comes
    assert model.wv["king"].shape == (12,)
    assert "king" in model.wv
    best = model.wv.most_similar(positive=["king", "dog"], negative=["cat"], topn=3)
    assert len(best) == 3
    from_file = Word2Vec(corpus_file=str(text), vector_size=12, min_count=1)
    assert from_file.wv.key_to_index.keys() == model.wv.key_to_index.keys()

    model = Word2Vec(vector_size=12, window=3, min_count=2, seed=3, negative=5, sample=0)
    model.build_vocab(lines)
    assert model.corpus_count == len(SENTENCES)
    trained = model.train(lines, total_examples=model.corpus_count, epochs=model.epochs)
    assert trained == (5 * 880, 5 * 880)

    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    assert loaded.config == model.config
    loaded.build_vocab([["hello", "king"]] * 50, update=True)
    loaded.train([["hello", "king"]] * 50, total_examples=loaded.corpus_count, epochs=1)
    assert "hello" in loaded.wv
    assert len(loaded.wv) == len(model.wv) + 1
    assert loaded.wv.get_vecattr("king", "count") == model.wv.get_vecattr("king", "count") + 50
    np.testing.assert_array_equal(loaded.wv["cat"], model.wv["cat"])
    assert not np.array_equal(loaded.wv["king"], model.wv["king"])
    loaded.wv.save(tmp_path / "vectors.bin")


def test_callbacks_see_every_epoch_and_a_loss_that_adds_up() -> None:
    recorder = Recorder()
    model = Word2Vec(SENTENCES, callbacks=[recorder], compute_loss=True, **{**SMALL, "epochs": 3})
    assert recorder.events == [
        "train",
        *("epoch", "1 losses", "epoch", "2 losses", "epoch", "3 losses"),
        "end",
    ]
    assert recorder.totals == sorted(recorder.totals)
    assert recorder.totals[0] > 0
    # CBOW makes one prediction a word here.
    words, means = zip((0, 0), *model.curve, strict=True)
    assert recorder.totals[2] == pytest.approx(np.sum(np.diff(words) * means[1:]))


def test_a_generator_is_read_once_and_trains_every_epoch() -> None:
    from_generator = Word2Vec((sentence for sentence in SENTENCES), **SMALL)
    from_list = Word2Vec(SENTENCES, **SMALL)
    np.testing.assert_array_equal(from_generator.wv.vectors, from_list.wv.vectors)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("sg", [0, 1])
def test_words_that_share_their_contexts_become_neighbours(
    backend: Backend, optimizer: str, sg: int
) -> None:
    model = Word2Vec(
        SENTENCES,
        sg=sg,
        optimizer=optimizer,
        alpha=0.1 if optimizer == "sgd" else 0.01,
        window=3,
        batch_size=20,
        sampling="exact",
        **{**SMALL, "epochs": 12, "vector_size": 16},
    )
    assert model.wv.most_similar("king", topn=1)[0][0] == "queen"
    assert model.losses[-1] < model.losses[0]
    assert 0 < model.losses[0] < 6 * np.log(2)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_one_seed_gives_the_same_bytes_and_another_gives_others(optimizer: str) -> None:
    def vectors(seed: int) -> np.ndarray:
        # On the CPU: a GPU adds rows up in any order.
        model = Word2Vec(SENTENCES, seed=seed, optimizer=optimizer, backend="cpu", **SMALL)
        return model.wv.vectors

    np.testing.assert_array_equal(vectors(1), vectors(1))
    assert not np.array_equal(vectors(1), vectors(2))


class StopAfter:
    """A callback that ends the training as Ctrl-C does."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def on_epoch_begin(self, model: Word2Vec) -> None:
        if model.epochs_done == self.epochs:
            raise KeyboardInterrupt


def test_a_training_that_was_stopped_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    corpus = read_corpus(SENTENCES, min_count=1)
    parameters = {**SMALL, "epochs": 5}
    whole = Word2Vec(**parameters).fit(corpus)
    stopped = Word2Vec(callbacks=[StopAfter(2)], **parameters)
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(corpus, checkpoint=tmp_path / "run")
    assert stopped.trained_words == 2 * corpus.total_words
    resumed = Word2Vec.load(tmp_path / "run")
    assert resumed.epochs_done == 2
    resumed.fit(corpus, first_epoch=resumed.epochs_done)
    np.testing.assert_array_equal(resumed.wv.vectors, whole.wv.vectors)
    assert resumed.losses == pytest.approx(whole.losses)


@pytest.mark.filterwarnings("ignore:the state of adam was not kept")
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_an_epoch_costs_the_same_after_a_billion_others(tmp_path: Path, optimizer: str) -> None:
    """Whatever goes through the epochs done, or makes room for all, would not come back."""
    many = 10**9
    recorder = Recorder()
    model = Word2Vec(optimizer=optimizer, batch_size=50, window=2, callbacks=[recorder], **SMALL)
    model.build_vocab(SENTENCES)
    model.epochs_done = many - 3  # as if so many had been trained
    model.train(SENTENCES, epochs=many, first_epoch=many - 3, checkpoint=tmp_path / "run")
    assert len(model.losses) == 3
    assert recorder.totals == sorted(recorder.totals)
    rereading = Word2Vec.load(tmp_path / "run")
    rereading.train(SENTENCES, epochs=many + 1, first_epoch=many, reread=True)


def test_held_out_loss_is_the_training_loss_of_a_frozen_model_and_changes_nothing() -> None:
    model = Word2Vec(SENTENCES, sg=1, **{**SMALL, "epochs": 10})
    before = model.wv.vectors.copy()
    seen = model.heldout_loss(SENTENCES)
    strange = model.heldout_loss([["cat", "king", "a", "land", "rules", "dog"]] * 20)
    assert seen == pytest.approx(model.losses[-1])  # a text as short as this is taken whole
    assert strange > seen
    with pytest.raises(CorpusError, match="nothing to predict"):
        model.heldout_loss([["king"], ["dog"]])
    np.testing.assert_array_equal(model.wv.vectors, before)


@pytest.mark.parametrize("sg", [0, 1])
def test_the_loss_after_an_epoch_falls_and_hardly_depends_on_workers(sg: int) -> None:
    parameters: dict[str, Any] = {"sg": sg, "epochs": 3, "vector_size": 20, "min_count": 20}
    corpus = read_corpus("pydocs", min_count=20)
    one, two = (Word2Vec(workers=n, **parameters).fit(corpus).losses for n in (1, 2))
    assert one == sorted(one, reverse=True)
    assert two == sorted(two, reverse=True)
    assert two == pytest.approx(one, rel=0.03)
    assert two[-1] == pytest.approx(one[-1], rel=0.01)


def test_predicted_words_are_probabilities_from_the_output_vectors() -> None:
    model = Word2Vec(SENTENCES, window=3, alpha=0.1, **{**SMALL, "epochs": 12})
    found = model.predict_output_word(["the", "rules", "unheard"], topn=4)
    assert found is not None
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)
    everything = model.predict_output_word(["the", "rules"], topn=100)
    assert everything is not None
    assert sum(p for _, p in everything) == pytest.approx(1)
    assert model.predict_output_word(["unheard"]) is None


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"null_word": 1}, "null_word=1 is not supported: there is no null word"),
        ({"sorted_vocab": 0}, "sorted_vocab=0 is not supported: .* sorted by count"),
        ({"hashfxn": 7}, "hashfxn=7 is no function"),
        ({"vector_size": 0}, "vector_size must be 1 or more, got 0"),
        ({"negative": 0}, "negative must be 1 or more, got 0"),
        ({"alpha": -1.0}, "alpha"),
        ({"min_alpha": -0.1}, "min_alpha must be a learning rate, 0 or more, got -0.1"),
        ({"optimizer": "newton"}, "optimizer"),
        ({"sampling": "lucky"}, "sampling"),
        ({"backend": "tpu"}, "tpu"),
        ({"shrink_windows": "no"}, "shrink_windows must be True or False, got 'no'"),
        ({"shrink_windows": 2}, "shrink_windows must be True or False, got 2"),
        ({"reread": "false"}, "reread must be True or False, got 'false'"),
        ({"compute_loss": "off"}, "compute_loss must be True or False, got 'off'"),
        ({"alpha": 10**400}, "alpha must be a learning rate above 0, or 'auto', got 1000"),
        ({"min_alpha": 10**5000}, "min_alpha must be a learning rate, .* integer of 16,610 bits"),
        ({"ns_exponent": -(10**400)}, "ns_exponent must be a finite number, got -1000"),
        ({"sample": 10**400}, "sample must be 0 .* got 1000"),
        ({"alpha": "0.1"}, "alpha must be a number or .auto., got '0.1'"),
        ({"workers": 1025}, "workers must be 1 to 1,024 threads, got 1025"),
        ({"workers": 10**12}, "workers must be 1 to 1,024 threads"),
    ],
)
def test_a_parameter_that_cannot_be_is_named(parameters: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Word2Vec(**parameters)


def test_misuse_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not both"):
        Word2Vec(SENTENCES, corpus_file="text.txt")
    for kind in (ValueError, RuntimeError):  # gensim's
        with pytest.raises(kind, match="build_vocab"):
            Word2Vec().train(SENTENCES)
    with pytest.raises(CorpusError, match="no word of this text"):
        Word2Vec(SENTENCES, **SMALL).fit([["nothing", "known"]])
    with pytest.raises(ValueError, match="2 words or more, and the vocabulary has 1"):
        Word2Vec([["a"] * 10], hs=1, negative=0, **SMALL)
    with pytest.raises(CheckpointError, match="is missing"):
        Word2Vec.load(tmp_path / "nowhere")


def test_a_damaged_saved_model_is_refused_and_a_foreign_folder_kept(tmp_path: Path) -> None:
    model = Word2Vec(SENTENCES, **SMALL)
    folder = tmp_path / "run"
    for name in ("config.json", "vocab.arrow", "weights.safetensors", "progress.json"):
        model.save(folder)
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])
        with pytest.raises(CheckpointError, match="damaged"):
            Word2Vec.load(folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    with pytest.raises(CheckpointError, match="another folder"):
        model.save(tmp_path / "mine")

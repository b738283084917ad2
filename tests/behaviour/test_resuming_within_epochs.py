"""A training that was stopped within an epoch goes on as if it had not been."""

from __future__ import annotations

import signal
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import Word2Vec
from w2v.backend import get_backend
from w2v.config import OPTIMIZERS
from w2v.data import CorpusError, read_corpus

RANDOM = np.random.default_rng(5)
SHARES = 1 / np.arange(1, 61) / (1 / np.arange(1, 61)).sum()
SENTENCES = [
    [f"w{i}" for i in RANDOM.choice(60, n, p=SHARES)] for n in RANDOM.integers(3, 30, size=60)
]
WORDS = sum(map(len, SENTENCES))
OUTPUTS: dict[str, dict[str, Any]] = {"negatives": {}, "tree": {"hs": 1, "negative": 0}}


class Keeping(Word2Vec):
    """A model that keeps every checkpoint of a training under a name of its own."""

    kept: int = 0

    def _save(self, folder: Any, keep: int | None = None) -> None:
        super()._save(f"{folder}-{self.kept}")
        type(self).kept += 1


class CtrlC:
    """A callback that presses Ctrl-C at a report of an epoch, and a second time if it must."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def on_batch_end(self, model: Word2Vec) -> None:
        if model.epochs_done == self.epoch:
            signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut even this text into many slices, as long texts are, that take a moment each."""
    backend = type(get_backend("cpu"))
    train = backend.train

    def slowly(self: Any, work: Any) -> Any:
        if len(work.tokens):
            time.sleep(0.002)
        return train(self, work)

    monkeypatch.setattr(backend, "fused_words", lambda self, settings, dim: 50)
    monkeypatch.setattr(backend, "train", slowly)
    monkeypatch.setattr("w2v.training.fused._WAIT", 0.001)


def settings(optimizer: str, **more: Any) -> dict[str, Any]:
    rate = {} if optimizer == "sgd" else {"batch_size": 20}
    common = {"vector_size": 11, "window": 2, "min_count": 1, "workers": 1, "epochs": 3}
    return {**common, **rate, "sample": 0.02, "backend": "cpu", "optimizer": optimizer, **more}


def outcome(model: Word2Vec) -> dict[str, Any]:
    assert model.model is not None
    told = {
        "bytes": [np.ascontiguousarray(W).tobytes() for W in model.model.params],
        "losses": model.losses,
        "epochs": (model.epochs_done, model.within_epoch),
        "words": (model.trained_words, model.predictions, model.get_latest_training_loss()),
        "rate": model.min_alpha_yet_reached,
    }
    if model.config.optimizer != "sgd":  # whose reports come by time
        told["curve"] = model.curve
    return told


@pytest.mark.parametrize(("optimizer", "sg", "output"), list(product(OPTIMIZERS, (0, 1), OUTPUTS)))
def test_every_checkpoint_goes_on_to_the_same_bytes_losses_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimizer: str, sg: int, output: str
) -> None:
    corpus = read_corpus(SENTENCES, min_count=1)
    how = settings(optimizer, sg=sg, **OUTPUTS[output])
    whole = outcome(Word2Vec(**how).fit(corpus))
    monkeypatch.setattr(Keeping, "kept", 0)
    kept = Keeping(**how).fit(
        corpus, checkpoint=tmp_path / "run", checkpoint_every=f"{0.3 * WORDS:.0f}w"
    )
    assert outcome(kept) == whole
    assert 5 <= Keeping.kept <= 10  # a thread may be a few slices farther when one is due
    within = []
    for number in (0, 2):
        loaded = Word2Vec.load(tmp_path / f"run-{number}")
        within.append(0 < loaded.within_epoch < 1)
        # The old way and the new one are the same but within the first epoch.
        old = number == 2 and loaded.epochs_done
        how_on = {"first_epoch": loaded.epochs_done} if old else {"resume": True}
        assert outcome(loaded.fit(corpus, **how_on)) == whole
    assert any(within)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_ctrl_c_keeps_where_the_training_stood(tmp_path: Path, optimizer: str) -> None:
    how = settings(optimizer)
    whole = outcome(Word2Vec(**how).fit(SENTENCES))
    stopped = Word2Vec(callbacks=[CtrlC(1)], **how)
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(SENTENCES, checkpoint=tmp_path / "run")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    loaded = Word2Vec.load(tmp_path / "run")
    assert (loaded.epochs_done, 0 < loaded.within_epoch < 1) == (1, True)
    assert outcome(loaded)["bytes"] == outcome(stopped)["bytes"]
    assert outcome(loaded.fit(SENTENCES, resume=True)) == whole
    stopped.callbacks = []  # and the model that was stopped goes on itself
    assert outcome(stopped.fit(SENTENCES, resume=True)) == whole


def test_where_threads_stop_nothing_is_left_out_or_done_twice(tmp_path: Path) -> None:
    how = settings("sgd", workers=3, sample=0)
    trained = Word2Vec(**how).fit(SENTENCES, checkpoint=tmp_path / "a", checkpoint_every="70w")
    assert (trained.trained_words, trained.within_epoch) == (3 * WORDS, 0)
    assert trained.predictions == Word2Vec(**how).fit(SENTENCES).predictions
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(callbacks=[CtrlC(1)], **how).fit(SENTENCES, checkpoint=tmp_path / "b")
    resumed = Word2Vec.load(tmp_path / "b", workers=2).fit(SENTENCES, resume=True)
    assert (resumed.trained_words, resumed.predictions) == (3 * WORDS, trained.predictions)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop"])
def test_a_text_that_is_read_anew_goes_on_within_it_if_it_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimizer: str
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("\n".join(map(" ".join, SENTENCES)))
    how = settings(optimizer, reread=True)
    monkeypatch.setattr(Keeping, "kept", 0)
    every = f"{0.7 * WORDS:.0f}w"
    whole = Keeping(**how).fit(text, checkpoint=tmp_path / "run", checkpoint_every=every)
    resumed = Word2Vec.load(tmp_path / "run-1").fit(text, resume=True)
    assert outcome(resumed) == outcome(whole)
    half = Word2Vec.load(tmp_path / "run-1")
    assert half.epochs_done == 1

    class Half:
        passes = 0

        def __iter__(self) -> Any:
            self.passes += 1
            return iter(SENTENCES[::2])

    other = Half()
    half.fit(other, resume=True)  # another text: the same share of the epoch is left
    assert (half.epochs_done, other.passes) == (3, 2)
    assert half.trained_words < resumed.trained_words


def test_within_an_epoch_another_text_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    stopped = Word2Vec(callbacks=[CtrlC(0)], **settings("adam"))
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(SENTENCES, checkpoint=tmp_path / "run")
    loaded = Word2Vec.load(tmp_path / "run")
    before = outcome(loaded)
    with pytest.raises(CorpusError, match="not the text that the training began with"):
        loaded.fit(SENTENCES[::-1], resume=True)
    with pytest.raises(ValueError, match="leave out first_epoch"):
        loaded.fit(SENTENCES, resume=True, first_epoch=1)
    assert outcome(loaded) == before
    loaded.fit(SENTENCES[::-1])  # a new training
    assert loaded.trained_words == 3 * WORDS


def test_a_run_goes_on_with_what_it_was_asked_for(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"epochs": 4, "start_alpha": 0.04, "end_alpha": 0.01}
    whole = Word2Vec(**settings("sgd")).fit(SENTENCES, **asked)
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(**settings("sgd")).fit(
            SENTENCES, callbacks=[CtrlC(2)], checkpoint=tmp_path / "run", **asked
        )
    resumed = Word2Vec.load(tmp_path / "run").fit(SENTENCES, resume=True)
    assert outcome(resumed) == outcome(whole)
    longer = resumed.fit(SENTENCES, resume=True, epochs=5)
    assert longer.epochs_done == 5
    with pytest.raises(ValueError, match=r"epochs is 2, was 5: it can be raised"):
        longer.fit(SENTENCES, resume=True, epochs=2)
    fresh = Word2Vec(**settings("sgd")).fit(SENTENCES, resume=True)  # nothing to go on with
    assert fresh.epochs_done == 3

"""A training that is interrupted and gone on with elsewhere is the one that was not."""

from __future__ import annotations

import copy
import os
import signal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.commands import run
from tests.support.file_calls import forked
from w2v import Word2Vec
from w2v.config import OPTIMIZERS
from w2v.data import read_corpus
from w2v.training.checkpoint import Checkpoint, CheckpointError

WITH_STATE = [name for name in OPTIMIZERS if name != "sgd"]
EPOCHS = 4
RANDOM = np.random.default_rng(3)
WORDS = np.array([f"w{i}" for i in range(60)])
SHARES = 1 / np.arange(1, 61) / (1 / np.arange(1, 61)).sum()
SENTENCES = [list(RANDOM.choice(WORDS, n, p=SHARES)) for n in RANDOM.integers(3, 30, size=60)]


class Walks:
    """Other sentences in every pass, the same ones for the same pass."""

    def __init__(self, passes: int = 0) -> None:
        self.passes = passes

    def __iter__(self) -> Any:
        self.passes += 1
        rng = np.random.default_rng(self.passes)
        return iter([SENTENCES[i] for i in rng.permutation(len(SENTENCES))])


class StopAfter:
    """A callback that ends the training as Ctrl-C does, within an epoch."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def on_batch_end(self, model: Word2Vec) -> None:
        if model.epochs_done == self.epochs:
            raise KeyboardInterrupt

    on_epoch_begin = on_batch_end


def parameters(optimizer: str, **settings: Any) -> dict[str, Any]:
    common = {"vector_size": 11, "window": 2, "min_count": 1, "workers": 1, "epochs": EPOCHS}
    rate = {} if optimizer == "sgd" else {"batch_size": 50}
    # On the CPU: a GPU adds rows up in any order.
    return {**common, **rate, "backend": "cpu", "optimizer": optimizer, **settings}


def bytes_of(model: Word2Vec) -> list[bytes]:
    assert model.model is not None
    return [np.ascontiguousarray(W).tobytes() for W in model.model.params]


LOSSES: dict[str, dict[str, Any]] = {
    "exact": {"sampling": "exact"},
    "fast": {"sampling": "fast", "negative": 5},
    "tree": {"hs": 1, "negative": 0},
}
TEXTS: dict[str, dict[str, Any]] = {
    "whole": {"sample": 0},
    "thinned": {"sample": 0.02, "shrink_windows": False},
}


@pytest.mark.parametrize(
    ("optimizer", "sg", "loss", "text"), list(product(OPTIMIZERS, (0, 1), LOSSES, TEXTS))
)
def test_a_training_interrupted_after_an_epoch_goes_on_to_the_same_bytes(
    tmp_path: Path, optimizer: str, sg: int, loss: str, text: str
) -> None:
    settings = parameters(optimizer, sg=sg, **LOSSES[loss], **TEXTS[text])
    corpus = read_corpus(SENTENCES, min_count=1)
    whole = Word2Vec(**settings).fit(corpus)
    done = 1 + (sg + len(optimizer)) % (EPOCHS - 1)
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(callbacks=[StopAfter(done)], **settings).fit(corpus, checkpoint=tmp_path / "run")
    loaded = Word2Vec.load(tmp_path / "run")
    for resumed in (copy.deepcopy(loaded), loaded):
        assert resumed.epochs_done == done
        resumed.train(corpus, first_epoch=done)
        assert bytes_of(resumed) == bytes_of(whole)
        assert resumed.losses == whole.losses


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_text_that_is_read_anew_goes_on_to_the_same_bytes(tmp_path: Path, optimizer: str) -> None:
    settings = parameters(optimizer, reread=True)
    whole = Word2Vec(**settings)
    whole.build_vocab(SENTENCES)
    stopped = copy.deepcopy(whole)
    whole.train(Walks())
    with pytest.raises(KeyboardInterrupt):
        stopped.train(Walks(), callbacks=[StopAfter(2)], checkpoint=tmp_path / "run")
    resumed = Word2Vec.load(tmp_path / "run")
    resumed.train(Walks(passes=2), first_epoch=2, reread=True)
    assert bytes_of(resumed) == bytes_of(whole)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL")
@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_a_process_that_was_killed_is_gone_on_with_by_another(
    tmp_path: Path, optimizer: str
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("".join(" ".join(sentence) + "\n" for sentence in SENTENCES))
    settings = parameters(optimizer, sg=1)
    whole = Word2Vec(**settings).fit(text)

    class Killer:
        def on_epoch_begin(self, model: Word2Vec) -> None:
            if model.epochs_done == 2:
                os.kill(os.getpid(), signal.SIGKILL)

    def train() -> None:
        Word2Vec(**settings).fit(text, checkpoint=tmp_path / "run", callbacks=[Killer()])

    assert os.waitpid(forked(train), 0)[1] == signal.SIGKILL
    command = ["train", text, "--resume", "run", "-o", "v.bin", "--workers", "1"]
    done = run(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    assert bytes_of(Word2Vec.load(tmp_path / "run")) == bytes_of(whole)


def trained(optimizer: str, **settings: Any) -> Word2Vec:
    return Word2Vec(SENTENCES, **parameters(optimizer, epochs=2, **settings))


@pytest.mark.parametrize("optimizer", WITH_STATE)
def test_a_training_without_its_optimizers_state_says_that_it_begins_anew(
    tmp_path: Path, optimizer: str, recwarn: pytest.WarningsRecorder
) -> None:
    trained(optimizer).save(tmp_path / "run")
    saved = Checkpoint.load(tmp_path / "run")
    saved.optimizer = {}
    del saved.progress["optimizer"]
    saved.save(tmp_path / "run")
    assert not (tmp_path / "run" / "optimizer.safetensors").exists()
    loaded = Word2Vec.load(tmp_path / "run")
    loaded.train(SENTENCES, epochs=2, first_epoch=2)  # nothing left to do
    assert not recwarn.list
    with pytest.warns(UserWarning, match=f"the state of {optimizer} was not kept.*anew"):
        loaded.train(SENTENCES, epochs=4, first_epoch=2)
    recwarn.clear()
    loaded.train(SENTENCES, epochs=5, first_epoch=4)  # now there is one
    loaded.train(SENTENCES, epochs=1)  # a new run has a new one
    assert not recwarn.list


def test_a_new_run_begins_with_a_new_optimizer() -> None:
    once, other = trained("adam"), trained("adam")
    other._weights.optimizer = None
    for model in (once, other):
        model.train(SENTENCES, epochs=1)
    assert bytes_of(once) == bytes_of(other)


def test_words_added_later_have_no_state_yet_and_the_others_keep_theirs() -> None:
    model = trained("adam")
    assert model._weights.optimizer is not None
    steps, before = (
        model._weights.optimizer.iter,
        [np.array(s) for s in model._weights.optimizer.states[0]],
    )
    model.build_vocab([["new", "newer"]], update=True)
    assert model._weights.optimizer.iter == steps
    for old, new in zip(before, model._weights.optimizer.states[0], strict=True):
        np.testing.assert_array_equal(new[: len(old)], old)
        assert new.shape == (len(old) + 2, old.shape[1])
        assert not new[len(old) :].any()
    model.train([*SENTENCES, ["new", "newer"]] * 2, epochs=1)


def test_plain_sgd_keeps_no_state(tmp_path: Path) -> None:
    trained("sgd").save(tmp_path / "run")
    assert not (tmp_path / "run" / "optimizer.safetensors").exists()
    assert "optimizer" not in Checkpoint.load(tmp_path / "run").progress


def _another(name: str) -> Any:
    def change(saved: Checkpoint) -> None:
        saved.progress["optimizer"] = {**saved.progress["optimizer"], "name": name}

    return change


def _steps(value: Any) -> Any:
    def change(saved: Checkpoint) -> None:
        saved.progress["optimizer"] = {**saved.progress["optimizer"], "steps": value}

    return change


def _array(change_one: Any) -> Any:
    def change(saved: Checkpoint) -> None:
        changed = change_one(saved.optimizer["W_out.1"])
        rest = {name: each for name, each in saved.optimizer.items() if name != "W_out.1"}
        saved.optimizer = rest if changed is None else {**rest, "W_out.1": changed}

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_another("momentum"), "expected adam's state"),
        (_steps(0), "steps are 0"),
        (_steps(1.5), r"steps are 1\.5"),
        (_steps(2**63), "steps are"),
        (lambda saved: saved.progress.update(optimizer=7), "its optimizer is 7"),
        (_array(lambda a: a[:-1]), r"W_out\.1 has shape \(\d+, 11\), expected \(\d+, 11\)"),
        (_array(lambda a: a[:, :-1]), r"W_out\.1 has shape"),
        (_array(lambda a: a.ravel()), r"W_out\.1 has shape"),
        (_array(lambda a: a.astype(np.float64)), "float64"),
        (_array(lambda a: a * np.float32("nan")), "not finite"),
        (_array(lambda a: None), r"it has no W_out\.1"),
    ],
)
def test_a_state_that_is_not_this_trainings_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any, says: str
) -> None:
    # Such numbers are not saved either; earlier versions looked at the input vectors alone.
    monkeypatch.setattr("w2v.training.checkpoint.check_finite", None)
    trained("adam").save(tmp_path / "run")
    saved = Checkpoint.load(tmp_path / "run")
    change(saved)
    saved.save(tmp_path / "run")
    with pytest.raises(CheckpointError, match=says):
        Word2Vec.load(tmp_path / "run")


@pytest.mark.parametrize("damage", ["cut", "flipped", "missing"])
def test_a_damaged_state_is_refused(tmp_path: Path, damage: str) -> None:
    trained("rmsprop").save(tmp_path / "run")
    path = tmp_path / "run" / "optimizer.safetensors"
    content = bytearray(path.read_bytes())
    content[-5] ^= 4
    path.unlink()
    if damage != "missing":
        path.write_bytes(content[: len(content) // (2 if damage == "cut" else 1)])
    with pytest.raises(CheckpointError, match=r"optimizer\.safetensors is (damaged|missing)"):
        Word2Vec.load(tmp_path / "run")

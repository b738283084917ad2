"""A training that leaves the numbers behind says so, and takes nothing good with it."""

from __future__ import annotations

import hashlib
import re
import warnings
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest

from tests.support.commands import run
from w2v import DivergedError, TrainConfig, Word2Vec
from w2v.backend import Backend, get_backend
from w2v.models import CBOW, SkipGram
from w2v.training import SGD, AdaGrad, Adam, Momentum, RMSprop, Trainer
from w2v.training.fused import FusedTrainer

KINDS: dict[str, dict[str, Any]] = {
    "skip-gram": {"sg": 1},
    "cbow": {"sg": 0},
    "cbow-sum": {"sg": 0, "cbow_mean": 0},
    "fast": {"sg": 1, "sampling": "fast", "negative": 20},
    "tree": {"sg": 1, "hs": 1, "negative": 0},
    "tree-cbow": {"sg": 0, "hs": 1, "negative": 0},
    "both": {"sg": 1, "hs": 1},
}
SMALL: dict[str, Any] = {"vector_size": 12, "min_count": 1, "epochs": 2, "seed": 1}


def text(sentences: int = 400, words: int = 60) -> list[list[str]]:
    rng = np.random.default_rng(0)
    p = 1 / np.arange(1, words + 1)
    return [[f"w{i}" for i in rng.choice(words, 12, p=p / p.sum())] for _ in range(sentences)]


TEXT = text()


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_fused_engine_names_epoch_words_and_rate(kind: dict[str, Any], workers: int) -> None:
    model = Word2Vec(**SMALL, **kind, alpha=1e25, workers=workers)
    model.build_vocab(TEXT)
    with pytest.raises(DivergedError, match=r"epoch 1, .* [\d,]+ words: .*lower alpha, which is"):
        model.train()
    assert model.losses == []
    assert model.epochs_done == 0


@pytest.mark.parametrize("optimizer", ["momentum", "adagrad", "rmsprop", "adam"])
@pytest.mark.parametrize("sg", [0, 1])
def test_so_does_the_minibatch_engine(optimizer: str, sg: int) -> None:
    model = Word2Vec(**SMALL, sg=sg, optimizer=optimizer, alpha=1e30, batch_size=50)
    model.build_vocab(TEXT)
    with np.errstate(all="ignore"), pytest.raises(DivergedError, match=r"epoch 1, .*lower"):
        model.train()
    assert model.losses == []


@pytest.mark.parametrize("optimizer", [SGD, Momentum, AdaGrad, RMSprop, Adam])
def test_so_does_the_courses_trainer(optimizer: Any) -> None:
    corpus = np.random.default_rng(1).integers(0, 20, 400)
    model = CBOW(20, 8, 2, corpus)
    rows = np.stack([np.roll(corpus, s) for s in (2, 1, -1, -2)], axis=1)
    trainer = Trainer(model, optimizer(lr=1e30))
    with np.errstate(all="ignore"), pytest.raises(DivergedError, match="learning rate"):
        trainer.fit(rows, corpus, max_epoch=3, batch_size=40, eval_interval=None, verbose=False)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("matrix", [0, 1])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_one_bad_number_anywhere_shows_in_the_loss(
    kind: dict[str, Any], matrix: int, bad: float
) -> None:
    model = Word2Vec(**SMALL, **kind, workers=1)
    model.build_vocab(TEXT)
    assert model.model is not None
    model.model.params[matrix][0, 5] = bad
    with pytest.raises(DivergedError, match="vectors are not finite"):
        model.heldout_loss(TEXT)


def test_the_layers_loss_is_no_number_where_a_logit_is_none() -> None:
    logits = np.array([[np.nan, 1.0, -2.0]])
    for backend in (Backend(), get_backend("cpu")):
        with np.errstate(invalid="ignore"):
            loss, _ = backend.sigmoid_loss(logits, np.array([[1, 0, 1]]))
        assert np.isnan(loss)


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_weights_that_are_not_finite_are_refused_before_training(bad: float) -> None:
    model = Word2Vec(**SMALL, workers=1)
    model.build_vocab(TEXT)
    model.wv.vectors[7, 3] = bad
    with pytest.raises(ValueError, match=r"input vectors hold numbers that are not finite.*row 7"):
        model.train()


def test_a_later_epoch_that_diverges_leaves_the_losses_of_the_good_ones() -> None:
    model = Word2Vec(**SMALL, sg=1, workers=1)

    class Spoiler:
        def on_epoch_begin(self, model: Word2Vec) -> None:
            assert model.model is not None
            if model.epochs_done:
                model.model.params[0][:] = np.nan

    model.build_vocab(TEXT)
    with pytest.raises(DivergedError, match="epoch 2"):
        model.train(callbacks=[Spoiler()])
    assert len(model.losses) == model.epochs_done == 1
    assert np.isfinite(model.losses).all()


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("epoch", [1, 2])
def test_numbers_that_a_hook_writes_when_an_epoch_is_over_are_told_at_once(
    epoch: int, kept: bool, tmp_path: Path
) -> None:
    class Spoiler:
        def on_epoch_end(self, model: Word2Vec) -> None:
            if model.epochs_done == epoch:
                model.wv.vectors[3, 0] = np.nan

    model = Word2Vec(**SMALL, workers=1)
    folder = tmp_path / "run" if kept else None
    with pytest.raises(DivergedError, match=f"epoch {epoch} ended, and are not after its hooks"):
        model.fit(TEXT, callbacks=[Spoiler()], checkpoint=folder)
    if kept and epoch == 2:
        assert Word2Vec.load(tmp_path / "run").epochs_done == 1


def test_the_driver_stops_within_a_slice() -> None:
    rng = np.random.default_rng(2)
    tokens = rng.integers(0, 50, 2_000_000, dtype=np.int32)
    offsets = np.arange(0, tokens.size + 1, 1000)
    model = SkipGram(50, 8, 5, None, counts=np.full(50, 9), start="uniform")
    run = FusedTrainer(model, tokens, offsets, np.full(50, 9), epochs=3, workers=1, alpha=1e25)
    with pytest.raises(DivergedError):
        run.run()
    assert run.trained < run.total / 5


def digest(path: Path) -> str:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def test_the_command_line_keeps_good_vectors_and_the_good_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("\n".join(" ".join(line) for line in TEXT))

    def train(*options: str) -> CompletedProcess[str]:
        size = ("--vector-size", "12", "--min-count", "1", "--checkpoint", "run", "--epochs", "1")
        return run("train", "book.txt", "-o", "v.bin", "--quiet", *size, *options, cwd=tmp_path)

    assert train().returncode == 0
    before = digest(tmp_path / "v.bin"), digest(tmp_path / "run")
    failed = train("--alpha", "1e25")
    assert failed.returncode == 1
    assert "diverged in epoch 1" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (digest(tmp_path / "v.bin"), digest(tmp_path / "run")) == before


@pytest.mark.parametrize("name", ["alpha", "min_alpha", "sample", "ns_exponent"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_settings_that_are_no_number_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be"):
        TrainConfig(**{name: value})  # type: ignore[arg-type]
    model = Word2Vec(**SMALL)
    if name != "ns_exponent":
        with pytest.raises(ValueError, match=f"^{name} must be"):
            setattr(model, name, value)


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize(
    ("output", "untrained"),
    [({}, 6.0), ({"hs": 1, "negative": 0}, 0.0), ({"hs": 1}, 6.0)],
    ids=["negatives", "tree", "both"],
)
def test_a_training_that_ends_worse_than_it_began_says_so(
    sg: int, output: dict[str, int], untrained: float
) -> None:
    usual: dict[str, Any] = {**SMALL, **output, "sg": sg}
    adam: dict[str, Any] = {**usual, "optimizer": "adam", "batch_size": 50}
    with pytest.raises(DivergedError, match=r"lower alpha, which is 100"):
        Word2Vec(TEXT, **adam, alpha=100)
    with pytest.warns(UserWarning, match=r"lower alpha, which is 10") as told:
        model = Word2Vec(TEXT, **adam, alpha=10)
    if "hs" in output:
        tree: Any = model.model.loss_layer  # type: ignore[union-attr]
        vocab = model.built()[1]
        often = vocab.counts * vocab.keep_probabilities(model.config.sample)
        untrained += np.average(tree.tree.lengths, weights=often)
    said = re.search(r"is above ([\d.]+), ", str(told[-1].message))
    assert said
    assert float(said[1]) == pytest.approx(untrained * np.log(2), rel=1e-2)
    assert model.losses[-1] > 1.05 * untrained * np.log(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Word2Vec(TEXT, **adam)
        Word2Vec(TEXT, **usual)  # words without any order in them

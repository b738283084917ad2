"""Hierarchical softmax as people use it, alone and beside negatives: ``Word2Vec(hs=1)``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.test_commands import ROYAL
from tests.support.commands import run
from w2v import KeyedVectors, Word2Vec
from w2v.training.checkpoint import CheckpointError

LINES = [line.split() for line in ROYAL]
SMALL: dict[str, Any] = {
    **{"hs": 1, "negative": 0, "vector_size": 12, "min_count": 1, "sample": 0, "workers": 1}
}
BOTH = {**SMALL, "negative": 3}


@pytest.mark.parametrize("how", [SMALL, BOTH], ids=["tree", "both"])
@pytest.mark.parametrize("sg", [0, 1], ids=["cbow", "skip-gram"])
def test_words_that_share_their_contexts_become_neighbours(sg: int, how: dict[str, Any]) -> None:
    """The seed is fixed; three of three went well, each with a cosine above 0.999."""
    model = Word2Vec(LINES, window=2, epochs=30, sg=sg, alpha=0.1, **how)
    assert model.wv.most_similar("king", topn=1)[0][0] == "queen"
    assert model.losses[-1] < model.losses[0]
    assert model.heldout_loss(LINES[:30]) < model.losses[0]
    assert len(model.syn1) == len(model.wv) - 1


@pytest.mark.parametrize("how", [SMALL, BOTH], ids=["tree", "both"])
@pytest.mark.parametrize("sg", [0, 1], ids=["cbow", "skip-gram"])
def test_minibatches_train_it_too(sg: int, how: dict[str, Any]) -> None:
    options = {**how, "sg": sg, "optimizer": "adam", "alpha": 0.01, "batch_size": 50}
    model = Word2Vec(LINES, window=2, epochs=10, **options)
    assert model.curve[-1][1] < 0.8 * model.curve[0][1]


def test_several_threads_learn_what_one_does() -> None:
    text = LINES * 20
    losses = [
        Word2Vec(text, **{**SMALL, "sg": 1, "workers": workers}).losses[-1] for workers in (1, 3)
    ]
    assert losses[1] == pytest.approx(losses[0], rel=0.05)


def test_probabilities_of_words_amid_others_add_up_to_one() -> None:
    model = Word2Vec(LINES, epochs=30, alpha=0.1, **SMALL)
    words = model.predict_output_word(["king", "rules"], topn=100)
    assert words is not None
    assert sum(p for _, p in words) == pytest.approx(1, rel=1e-6)
    assert [p for _, p in words] == sorted((p for _, p in words), reverse=True)
    assert words[0][0] == "the"


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("how", [SMALL, BOTH], ids=["tree", "both"])
def test_a_saved_model_goes_on_as_if_nothing_had_happened(
    tmp_path: Path, how: dict[str, Any], optimizer: str
) -> None:
    options = {**how, "epochs": 3, "optimizer": optimizer, "window": 2}
    whole = Word2Vec(LINES, **options)
    parted = Word2Vec(**options).build_vocab(LINES)

    class Stop:
        def on_epoch_end(self, model: Word2Vec) -> None:
            if model.epochs_done == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parted.train(LINES, callbacks=[Stop()])
    parted.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert loaded.config.hs == 1
    loaded.train(LINES, first_epoch=loaded.epochs_done)
    assert loaded.wv.vectors.tobytes() == whole.wv.vectors.tobytes()
    assert loaded.syn1.tobytes() == whole.syn1.tobytes()
    assert not how["negative"] or loaded.syn1neg.tobytes() == whole.syn1neg.tobytes()


def test_a_checkpoint_whose_weights_do_not_fit_its_tree_is_refused(tmp_path: Path) -> None:
    Word2Vec(LINES, **SMALL).save(tmp_path / "model")
    path = tmp_path / "model" / "config.json"
    config = json.loads(path.read_text())
    del config["checksum"]
    path.write_text(json.dumps({**config, "hs": 0, "negative": 5}))
    with pytest.raises(CheckpointError, match=r"W_out has shape \(8, 12\), expected \(9, 12\)"):
        Word2Vec.load(tmp_path / "model")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"negative": 0}, "negative must be 1 or more, got 0; set hs=1"),
        ({"hs": 2, "negative": 0}, "hs must be 1 for hierarchical softmax or 0, got 2"),
    ],
)
def test_contradictions_are_refused_with_what_to_set(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Word2Vec(**options)


@pytest.mark.parametrize("how", [SMALL, BOTH], ids=["tree", "both"])
def test_added_words_make_another_tree_and_a_warning(how: dict[str, Any]) -> None:
    model = Word2Vec(LINES, **how)
    before, nodes = model.wv.vectors.copy(), model.syn1.copy()
    words = model.syn1neg.copy() if how is BOTH else before[:0]
    with pytest.warns(UserWarning, match="other counts make another tree"):
        model.build_vocab([["a", "new", "word"]], update=True)
    np.testing.assert_array_equal(model.wv.vectors[: len(before)], before)
    np.testing.assert_array_equal(model.syn1[: len(nodes)], nodes)
    assert len(model.syn1) == len(model.wv) - 1
    assert how is SMALL or (model.syn1neg[: len(words)] == words).all()
    model.train([["a", "new", "word"]] * 20, epochs=1)
    assert model.backend.name == "cpu"


def test_output_vectors_are_found_by_gensims_names() -> None:
    tree, sampling = Word2Vec(**SMALL), Word2Vec(**{**SMALL, "hs": 0, "negative": 2})
    for model, there, elsewhere in ((tree, "syn1", "syn1neg"), (sampling, "syn1neg", "syn1")):
        model.build_vocab(LINES)
        assert not getattr(model, there).any()
        with pytest.raises(AttributeError, match=f"use {there}$"):
            getattr(model, elsewhere)


@pytest.mark.parametrize("sg", [0, 1], ids=["cbow", "skip-gram"])
def test_beside_negatives_each_has_its_vectors_and_answers_by_them(sg: int) -> None:
    both = Word2Vec(LINES, **{**SMALL, "negative": 5, "sg": sg})
    default = Word2Vec(LINES, **{name: SMALL[name] for name in SMALL if name != "negative"}, sg=sg)
    assert default.syn1neg.tobytes() == both.syn1neg.tobytes()  # as in gensim, where 5 is usual
    assert both.syn1.shape == (8, 12)
    assert both.syn1neg.shape == (9, 12)
    tree, sampling = (Word2Vec(**{**SMALL, "sg": sg, **how}).build_vocab(LINES) for how in (
        {}, {"hs": 0, "negative": 5}
    ))  # fmt: skip
    for alone in (tree, sampling):
        alone.wv.vectors[:] = both.wv.vectors
    tree.syn1, sampling.syn1neg = both.syn1, both.syn1neg
    losses = [each.heldout_loss(LINES) for each in (tree, sampling)]
    assert both.heldout_loss(LINES) == pytest.approx(sum(losses), rel=1e-6)
    np.testing.assert_allclose(both.score(LINES[:5]), tree.score(LINES[:5]), rtol=1e-6)
    amid = ["king", "rules"]
    assert both.predict_output_word(amid) == sampling.predict_output_word(amid)
    both.syn1 = np.zeros_like(both.syn1)
    assert not both.syn1.any()
    assert both.syn1neg.any()
    with pytest.raises(ValueError, match=r"syn1 has shape \(8, 12\), got \(9, 12\)"):
        both.syn1 = both.syn1neg


def test_the_command_line_trains_it_on_the_cpu_and_resumes_it(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\n".join(ROYAL))
    train = ("train", "text.txt", "--hs", "--negative", "3", "--epochs", "2", "--checkpoint", "run")
    done = run(*train, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "(as auto is with hierarchical softmax)" in done.stderr
    assert len(KeyedVectors.load(tmp_path / "vectors.bin")) == 9
    assert run("train", "text.txt", "--resume", "run", cwd=tmp_path).returncode == 0
    assert Word2Vec.load(tmp_path / "run").syn1neg.shape == (9, 100)
    assert run("train", "text.txt", "--hs", "--checkpoint", "tree", cwd=tmp_path).returncode == 0
    assert Word2Vec.load(tmp_path / "tree").config.negative == 0

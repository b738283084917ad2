"""``alpha="auto"``: higher where a training is short, the usual rate where it is long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import Word2Vec
from w2v.training.automatic_rate import automatic_rate

TEXT = [["sea", "ship", "sail"], ["king", "queen", "crown"], ["sea", "king"]] * 20


@given(st.booleans(), st.integers(0, 10**12), st.integers(0, 10**9), st.integers(1, 100))
def test_the_rate_falls_with_what_there_is_to_learn_from(
    skip_gram: bool, words: int, vocabulary: int, times: int
) -> None:
    usual = 0.025 if skip_gram else 0.05
    rate = automatic_rate(skip_gram, words, vocabulary)
    assert usual <= automatic_rate(skip_gram, words * times, vocabulary) <= rate <= 0.1
    assert automatic_rate(skip_gram, 10_000 * max(1, vocabulary), vocabulary) == usual


@pytest.mark.parametrize("sg", [0, 1])
def test_a_text_chooses_the_rate_of_its_training_alone(sg: int) -> None:
    model = Word2Vec(sg=sg, alpha="auto", min_count=1, epochs=2, workers=1)
    model.build_vocab(TEXT)
    model.train(TEXT)
    few = automatic_rate(bool(sg), 2 * 160, 7)
    assert model.alpha == few
    by_hand = Word2Vec(TEXT, sg=sg, alpha=few, min_count=1, epochs=2, workers=1)
    assert (model.wv.vectors == by_hand.wv.vectors).all()
    model.train(TEXT * 200, epochs=10)
    assert model.config.alpha == "auto"
    assert model.alpha < few


@pytest.mark.parametrize(
    ("how", "usual"),
    [({"cbow_mean": 0}, 0.05), ({"hs": 1}, 0.05), ({"sg": 1, "hs": 1}, 0.025)],
)
def test_longer_steps_keep_the_usual_rate(how: dict[str, Any], usual: float) -> None:
    model = Word2Vec(**how, alpha="auto", min_count=1, epochs=1, workers=1)
    model.fit(TEXT)
    assert model.alpha == usual


def test_a_run_keeps_the_rate_that_it_began_with(tmp_path: Path) -> None:

    folder = tmp_path / "run"
    model = Word2Vec(alpha="auto", sg=1, min_count=1, epochs=2, workers=1)
    model.fit(TEXT, checkpoint=folder)
    began = model.alpha
    again = Word2Vec.load(folder)
    assert again.alpha == began
    again.train(TEXT, epochs=4, resume=True)
    assert again.alpha == began
    assert again.config.alpha == "auto"


def test_other_words_and_other_optimizers_are_refused() -> None:
    with pytest.raises(ValueError, match="alpha must be a number or \"auto\", got 'fast'"):
        Word2Vec(alpha="fast")
    with pytest.raises(ValueError, match="optimizer must be 'sgd' with alpha='auto', got 'adam'"):
        Word2Vec(alpha="auto", optimizer="adam")

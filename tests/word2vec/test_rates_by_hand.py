"""Learning rates that are set between trainings."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import Word2Vec

TEXT = [[f"w{(i * 7 + j * j) % 40}" for j in range(12)] for i in range(200)]
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 1}


@pytest.fixture
def model() -> Word2Vec:
    return Word2Vec(**SMALL).build_vocab(TEXT)


def test_the_rate_is_a_number_whoever_chose_it() -> None:
    settings: list[dict[str, Any]] = [{}, {"sg": 1}, {"alpha": 0.01}, {"optimizer": "adam"}]
    assert [Word2Vec(**each).alpha for each in settings] == [0.05, 0.025, 0.01, 0.001]


@pytest.mark.parametrize("first", ["alpha", "min_alpha"])
def test_the_loop_that_lowers_the_rate_trains_at_it(model: Word2Vec, first: str) -> None:
    twin = Word2Vec(**SMALL).build_vocab(TEXT)
    rate = model.alpha
    model.min_alpha = rate
    for _ in range(3):
        model.train(TEXT, total_examples=model.corpus_count, epochs=1)
        twin.train(TEXT, epochs=1, start_alpha=rate, end_alpha=rate)
        np.testing.assert_array_equal(model.wv.vectors, twin.wv.vectors)
        assert model.min_alpha_yet_reached == pytest.approx(rate)
        rate -= 0.002
        for name in (first, {"alpha": "min_alpha", "min_alpha": "alpha"}[first]):
            setattr(model, name, rate)


def test_a_rate_that_would_rise_is_the_least_throughout_as_in_gensim(model: Word2Vec) -> None:
    twin = Word2Vec(**SMALL).build_vocab(TEXT)
    model.alpha, model.min_alpha = 0.01, 0.03
    with pytest.warns(UserWarning, match="learning rate would rise: alpha is 0.01 and min_alpha"):
        model.train(TEXT)
    twin.train(TEXT, start_alpha=0.03, end_alpha=0.03)
    np.testing.assert_array_equal(model.wv.vectors, twin.wv.vectors)


def test_a_training_at_a_higher_rate_than_before_is_logged(
    model: Word2Vec, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "w2v"):
        model.train(TEXT)
        assert not caplog.records
        model.train(TEXT)
    assert "learning rate 0.05, above 0.0001" in caplog.text
    model.min_alpha_yet_reached = 1
    assert model.min_alpha_yet_reached == 1.0


def test_a_rate_below_zero_is_refused_when_it_would_train_and_not_before(
    model: Word2Vec, tmp_path: Path
) -> None:
    before = model.wv.vectors.copy()
    model.alpha -= 0.06
    model.min_alpha = model.alpha
    model.save(tmp_path / "m")
    for each in (model, Word2Vec.load(tmp_path / "m")):
        with pytest.raises(ValueError, match=r"alpha must be a learning rate above 0, got -0\.0"):
            each.train(TEXT)
        np.testing.assert_array_equal(each.wv.vectors, before)
    model.alpha, model.min_alpha = 0.02, 0.01
    model.train(TEXT)


def test_settings_count_until_the_vocabulary_is_built() -> None:
    model: Any = Word2Vec(**SMALL)
    model.window, model.sg, model.negative = 2, 1, 3
    model.build_vocab(TEXT)
    assert (model.model.window_size, model.syn1neg.shape) == (2, (40, 8))
    with pytest.raises(AttributeError, match="window is settled"):
        model.window = 3

"""gensim's names: each is here and means the same, or says what to use instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gensim.models
import numpy as np
import pytest

from tests.support.signatures import parameters, public
from w2v import KeyedVectors, Word2Vec

SENTENCES = [["the", "king", "rules"], ["the", "queen", "rules"], ["a", "dog", "barks"]] * 20


SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0}


# gensim's own workings, which no program of a user's calls.
INTERNAL = {
    *("log_evaluate_word_analogies", "similarity_unseen_docs", "mapfile_path"),
    "add_lifecycle_event",
}


@pytest.fixture(scope="module")
def models() -> tuple[Word2Vec, Any]:
    theirs = gensim.models.Word2Vec(SENTENCES, negative=1, **SMALL)
    return Word2Vec(SENTENCES, negative=1, **SMALL), theirs


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
    assert silent == []


@pytest.mark.parametrize("name", ["__init__", "build_vocab", "build_vocab_from_freq", "train"])
def test_every_parameter_of_a_model_stands_where_gensims_does(name: str) -> None:
    ours, theirs = getattr(Word2Vec, name), getattr(gensim.models.Word2Vec, name)
    wanted = parameters(theirs)
    assert parameters(ours)[: len(wanted)] == wanted  # in one order, to be given without names


def test_vectors_from_a_file_are_where_the_next_training_begins(tmp_path: Path) -> None:
    pretrained = KeyedVectors(["king", "unheard"], np.full((2, 8), 0.5))
    pretrained.save_word2vec_format(tmp_path / "v.bin", binary=True)
    model = Word2Vec(negative=1, **SMALL)
    model.build_vocab(SENTENCES)
    assert model.wv.intersect_word2vec_format(tmp_path / "v.bin", lockf=1.0, binary=True) == 1
    assert (model.wv["king"] == 0.5).all()
    model.train([["king", "rules"]] * 3, epochs=1)
    assert 0 < np.abs(model.wv["king"] - 0.5).max() < 0.1
    model.wv.add_vectors(["new"], np.ones((1, 8)))
    model.train(SENTENCES)
    assert (model.wv["new"] == 1).all()


def test_a_vocabulary_can_be_given_as_counts_and_grow() -> None:
    model = Word2Vec(negative=1, **{**SMALL, "min_count": 2})
    model.build_vocab_from_freq({"king": 3, "the": 9, "rare": 1, "dog": 5})
    assert model.wv.index_to_key == ["the", "dog", "king"]
    model.train(SENTENCES, total_examples=60, epochs=1)
    model.build_vocab_from_freq({"cat": 4, "king": 2, "rare": 1}, update=True)
    assert model.wv.index_to_key == ["the", "dog", "king", "cat"]
    assert model.wv.get_vecattr("king", "count") == 5


def test_the_old_loop_that_lowers_the_rate_by_hand_does_so() -> None:
    model: Any = Word2Vec(SENTENCES, negative=1, alpha=0.05, **SMALL)
    model.alpha /= 2
    model.min_alpha = model.alpha
    assert (model.config.alpha, model.config.min_alpha) == (0.025, 0.025)
    assert (model.window, model.sg) == (5, 0)
    with pytest.raises(AttributeError, match="window is settled"):
        model.window = 3
    with pytest.raises(AttributeError, match=r"ask model\.wv\.most_similar"):
        model.most_similar("king")
    assert model.syn1neg.shape == (7, 8)

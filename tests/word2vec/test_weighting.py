"""Sentences that count more or less than others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import Word2Vec
from w2v.data import CorpusError, EncodedCorpus, Vocabulary
from w2v.data.weighted_sentences import WeightedText

RNG = np.random.default_rng(3)
TEXT = [[f"w{w}" for w in RNG.integers(0, 30, RNG.integers(1, 9))] for _ in range(300)]
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 3, "sample": 0}


def vectors(text: Any, weights: Any = None, **settings: Any) -> np.ndarray:
    model = Word2Vec(**{**SMALL, **settings}).fit(text, sample_weight=weights)
    found: np.ndarray = model.wv[[f"w{i}" for i in range(20)]]
    return found


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_ones_are_no_weights_and_zeros_leave_sentences_out(optimizer: str) -> None:
    settings = {"optimizer": optimizer, "batch_size": 50}
    plain = vectors(TEXT, **settings)
    assert (vectors(TEXT, np.ones(300), **settings) == plain).all()
    held = np.arange(300) % 2
    model = Word2Vec(**{**SMALL, **settings})
    model.build_vocab(TEXT)
    model.train(TEXT, sample_weight=held)
    half = Word2Vec(**{**SMALL, **settings})
    half.build_vocab(TEXT)
    half.train(TEXT[1::2])
    assert (model.wv.vectors == half.wv.vectors).all()


def test_weights_say_how_often_epochs_have_a_sentence() -> None:
    vocab = Vocabulary([f"w{i}" for i in range(100)], np.ones(100))
    text = EncodedCorpus(np.arange(100, dtype=np.int32), np.arange(101), vocab, 120)
    weights = np.linspace(0, 4, 100)
    weighted = WeightedText(text, weights)
    epochs = [weighted.of_epoch(1, epoch) for epoch in range(10)]
    seen = np.stack([np.bincount(each.tokens, minlength=100) for each in epochs])
    assert (abs(seen - weights) < 1).all()
    assert (abs(seen.sum(0) - 10 * weights) < 1).all()
    # The seed is fixed; of 1000 draws about 200 would be fractions of another sign otherwise.
    assert abs(seen.sum() - 10 * weights.sum()) < 25
    places = np.flatnonzero(epochs[0].tokens == 99)
    assert (np.diff(places) > len(epochs[0].tokens) / 6).all()  # copies stand far apart
    assert (weighted.of_epoch(1, 4).tokens == epochs[4].tokens).all()
    assert (weighted.of_epoch(2, 4).tokens.tolist()) != epochs[4].tokens.tolist()


def test_weights_for_which_there_is_no_room_are_told_before_it_is_taken() -> None:
    text = [["a", "b"] * 5_000] * 40
    with pytest.raises(MemoryError, match=r"an epoch has 400,000,000,000 words.*lower all weights"):
        Word2Vec(**{**SMALL, "negative": 1}).fit(text, sample_weight=[1e6] * 40)


def test_each_sentence_keeps_its_weight_whatever_is_left_of_others() -> None:
    text = [["x", "rare"], [], ["a", "b"] * 6_000, ["rare2"], *[["c", "d", "e"]] * 9]
    weights = [9, 9, 0, 9, *[1] * 9]
    model = Word2Vec(**{**SMALL, "min_count": 5, "epochs": 1, "negative": 1})
    model.fit((list(sentence) for sentence in text), sample_weight=weights)
    assert sorted(model.wv.index_to_key) == ["a", "b", "c", "d", "e"]  # words are counted as always
    before = Word2Vec(**{**SMALL, "min_count": 5, "epochs": 1, "negative": 1})
    before.build_vocab(text)
    moved = (model.wv.vectors != before.wv[model.wv.index_to_key]).any(axis=1)
    assert {w for w, m in zip(model.wv.index_to_key, moved, strict=True) if m} == {"c", "d", "e"}


def test_an_encoded_corpus_has_weights_for_its_own_sentences() -> None:
    model = Word2Vec(**{**SMALL, "min_count": 46})
    text = model.read(TEXT)
    assert len(text) < 300
    weights = RNG.random(len(text))
    trained = [Word2Vec(**SMALL).fit(text, sample_weight=w).wv.vectors for w in (weights, None)]
    assert (trained[0] != trained[1]).any()
    with pytest.raises(ValueError, match=rf"300 numbers for {len(text)} sentences"):
        model.fit(text, sample_weight=np.ones(300))


def test_a_run_goes_on_with_its_weights_within_an_epoch_and_no_others(tmp_path: Path) -> None:
    class Stop:
        def on_batch_end(self, model: Word2Vec) -> None:
            raise KeyboardInterrupt

    weights, text = RNG.random(3000) * 3, TEXT * 10
    whole = Word2Vec(**SMALL).fit(text, sample_weight=weights)
    begun = Word2Vec(**SMALL)
    how: dict[str, Any] = {"sample_weight": weights, "checkpoint": tmp_path / "run"}
    with pytest.raises(KeyboardInterrupt):
        begun.fit(text, callbacks=[Stop()], checkpoint_every="5kw", **how)
    loaded = Word2Vec.load(tmp_path / "run")
    for other in (None, weights + 1):
        with pytest.raises(ValueError, match="begun with sample_weight: give the same"):
            loaded.fit(text, resume=True, sample_weight=other)
    loaded.fit(text, resume=True, **how)
    assert (loaded.wv.vectors == whole.wv.vectors).all()
    assert loaded.losses == whole.losses
    plain = Word2Vec(**SMALL).fit(text, checkpoint=tmp_path / "plain")
    with pytest.raises(ValueError, match="begun without sample_weight: leave it out"):
        plain.fit(text, epochs=4, resume=True, sample_weight=weights)


def test_where_nothing_is_learnt_what_thinned_out_is_named() -> None:
    small: dict[str, Any] = {"vector_size": 4, "min_count": 1, "negative": 1, "epochs": 2}
    text = [["a", "b"]] * 9
    for sample in (0, 1e-3, 1e-5):
        with pytest.raises(
            CorpusError, match="sample_weight left no epoch a sentence of two known"
        ):
            Word2Vec(**small, sample=sample).fit(text, sample_weight=[1e-3] * 9)
    with pytest.raises(CorpusError, match="sample=1e-06 thinned out this text"):
        Word2Vec(**small, sample=1e-6).fit(text, sample_weight=[1] * 9)
    for weight, told in (
        (1e-3, "epoch 1 has 0; lower"),
        (1, "epoch 1 has 0, which sample=1e-06 left"),
    ):
        adam = Word2Vec(**small, optimizer="adam", sample=1e-6 if weight == 1 else 0)
        with pytest.raises(ValueError, match=told):
            adam.fit(text, sample_weight=[weight] * 9)


def test_what_is_no_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("a b\n")
    ones = np.ones(300)
    wrong: list[tuple[Any, Any, str]] = [
        (TEXT, ones[:-1], "299 numbers for 300 sentences"),
        (TEXT, -ones, r"got -1\.0 for sentence 0"),
        (TEXT, ones * np.nan, "got nan"),
        (TEXT, ones * np.inf, "got inf"),
        (TEXT, ones * 1e9, "0 to 1,000,000"),
        (TEXT, ones * 0, "nothing would be trained"),
        (TEXT, ones[:, None], "one number a sentence"),
        (TEXT, 1, "one number a sentence"),
        (TEXT, [10**400] * 300, "one number a sentence"),
        (TEXT, ["a"] * 300, "one number a sentence"),
        (tmp_path / "t.txt", [1], "sentences given as lists"),
    ]
    for text, weights, said in wrong:
        model = Word2Vec(**SMALL)
        with pytest.raises(ValueError, match=said):
            model.fit(text, sample_weight=weights)
        assert model.vocab is None
    model.build_vocab(TEXT)
    for given, reread, said in (
        (None, False, "sentences given as lists"),
        (TEXT, True, "leave out reread"),
    ):
        with pytest.raises(ValueError, match=said):
            model.train(given, sample_weight=ones, reread=reread)
    assert not model.losses

"""Workers' rounds: one is the same as no cluster, and shards are trained once an epoch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import islice
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from w2v import Word2Vec
from w2v.backend import FusedLoss, HuffmanTree, NoiseTable, TreeAndNoise
from w2v.cluster import worker_run
from w2v.cluster.changes import Changes, merged
from w2v.cluster.common_weights import CommonWeights
from w2v.cluster.errors import NotPreparedError
from w2v.cluster.orders import RoundOrder, Start
from w2v.cluster.rounds import RoundTrainer, Span
from w2v.cluster.schedule import Schedule
from w2v.cluster.uses import Uses
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus, Vocabulary
from w2v.word2vec.weights import Weights

WORDS, EPOCHS = 20_000, 2


def text(seed: int = 1, words: int = WORDS) -> EncodedCorpus:
    """Draw sentences of 1 to 40 words by Zipf's law."""
    rng = np.random.default_rng(seed)
    tokens = np.minimum(rng.zipf(1.2, words) - 1, 399).astype(np.int32)
    ends = np.unique(np.append(np.cumsum(rng.integers(1, 41, words)), words))
    offsets = np.append(0, ends[ends <= words]).astype(np.int64)
    vocab = Vocabulary(
        [f"w{i}" for i in range(400)], np.bincount(tokens, minlength=400).clip(1).astype(np.int64)
    )
    return EncodedCorpus(tokens, offsets, vocab, words)


@pytest.mark.parametrize("changed", [{"sg": 1}, {"sg": 0}, {"sg": 0, "hs": 1, "negative": 2}])
def test_one_worker_in_rounds_gives_the_bytes_of_no_cluster(changed: dict[str, Any]) -> None:
    corpus = text()
    model = Word2Vec(
        vector_size=30, epochs=EPOCHS, workers=1, min_count=1, backend="cpu", sample=1e-2, **changed
    )
    model.fit(corpus)
    weights = tuple(Weights(model.config).new_model(corpus.vocab).params)
    schedule = Schedule([corpus.n_tokens], EPOCHS, words=3_000)
    trainer = RoundTrainer(model.config, corpus, schedule.total)
    loss = predictions = 0.0
    while not schedule.done:
        (span,) = schedule.deal()
        changes = trainer.train_alone(weights, span)
        loss, predictions = loss + changes.loss, predictions + changes.predictions
        schedule.finish()
    for ours, whole in zip(weights, model._weights.built()[0].params, strict=True):
        assert (ours == whole).all()
    assert predictions == model.predictions
    assert loss / predictions == pytest.approx(model._total_loss / model.predictions)


@pytest.mark.parametrize("sg", [0, 1])
def test_a_span_in_which_no_sentence_begins_changes_nothing(sg: int) -> None:
    corpus = text()
    config = TrainConfig(sg=sg, vector_size=20, workers=1, backend="cpu")
    weights = tuple(Weights(config).new_model(corpus.vocab).params)
    before = weights[0].copy()
    trainer = RoundTrainer(config, corpus, corpus.n_tokens)
    common = CommonWeights(*weights)
    none = trainer.train(weights, Span(0, 0, 0, 0))
    common.step(merged(none, none))
    assert none.words == 0
    assert (weights[0] == before).all()
    some = trainer.train(weights, Span(0, 2_000, 0, 0))
    common.step(merged(none, some))
    assert np.isfinite(weights[0]).all()
    assert not (weights[0] == before).all()


def test_every_token_of_every_shard_is_trained_once_an_epoch() -> None:
    shards = [text(seed, words) for seed, words in ((1, 9_000), (2, 4_001), (3, 10))]
    config = TrainConfig(vector_size=4, workers=1, backend="cpu")
    schedule = Schedule([shard.n_tokens for shard in shards], EPOCHS, words=700)
    trainers = [RoundTrainer(config, shard, schedule.total) for shard in shards]
    weights = tuple(trainers[0].model.params)
    begun: list[list[int]] = [[0] * len(shard) for shard in shards]
    words, rounds = 0, 0
    while not schedule.done:
        for trainer, span, seen in zip(trainers, schedule.deal(), begun, strict=True):
            words += trainer.train(weights, span).words
            first, last = np.searchsorted(trainer.shard.offsets[:-1], (span.start, span.stop))
            for sentence in range(first, last):
                seen[sentence] += 1
        schedule.finish()
        rounds += 1
    assert rounds > 10
    assert words == schedule.total == schedule.trained
    assert all(set(seen) == {EPOCHS} for seen in begun)


def test_a_round_says_the_same_again_and_leaves_the_common_weights() -> None:
    corpus = text()
    config = TrainConfig(vector_size=8, workers=1, backend="cpu", sg=1)
    weights = tuple(Weights(config).new_model(corpus.vocab).params)
    before = [W.copy() for W in weights]
    schedule = Schedule([corpus.n_tokens], 1, words=5_000)
    schedule.finish()
    (span,) = schedule.deal()
    one, other = (
        RoundTrainer(config, corpus, schedule.total).train(weights, span) for _ in range(2)
    )
    for a, b in zip(one.inputs + one.outputs, other.inputs + other.outputs, strict=True):
        assert (a == b).all()
    assert all((was == W).all() for W, was in zip(weights, before, strict=True))


def two_by_tiers(trainers: list[RoundTrainer], common: CommonWeights) -> Iterator[list[Changes]]:
    """Train rounds of frequent rows, of which the last is of all; give each round's changes."""
    schedule = Schedule([trainer.shard.n_tokens for trainer in trainers], 1, words=1_000)
    for whole in (False, False, False, True):
        pairs = zip(trainers, schedule.deal(), strict=True)
        yield [trainer.train(common.matrices, span, whole=whole) for trainer, span in pairs]
        schedule.finish(whole=whole)


@pytest.fixture
def few_frequent(monkeypatch: pytest.MonkeyPatch) -> int:
    """Fifty rows of four hundred are frequent."""
    monkeypatch.setattr("w2v.cluster.changes._LEAST_FREQUENT", 50)
    return 50


@pytest.mark.parametrize("sg", [0, 1])
def test_rare_rows_are_a_workers_own_until_all_are_put_together(sg: int, few_frequent: int) -> None:
    config = TrainConfig(sg=sg, vector_size=8, workers=1, backend="cpu", sample=0, alpha=0.1)
    trainers = [RoundTrainer(config, text(seed), WORDS) for seed in (1, 2)]
    common = CommonWeights(*Weights(config).new_model(text().vocab).params)
    before = [W.copy() for W in common.matrices]
    steps, asked = np.zeros(2), np.zeros(2)
    for changes in two_by_tiers(trainers, common):
        together = reduce(merged, changes)
        common.step(together)
        for trainer, each in zip(trainers, changes, strict=True):
            contexts = each.kept * trainer._contexts
            asked += (each.predictions if sg else contexts, 6 * each.predictions)
        steps += [float(side.uses.sum()) for side in (together.inputs, together.outputs)]
        if not together.whole:
            assert max(together.inputs.index) < few_frequent
            for W, was, kept in zip(common.matrices, before, common.after_whole(), strict=True):
                assert (W[few_frequent:] == was[few_frequent:]).all()
                assert not (W[:few_frequent] == was[:few_frequent]).all()
                assert (kept == was).all()
    assert together.inputs.index[-1] > 300
    for W, was, kept in zip(common.matrices, before, common.after_whole(), strict=True):
        assert not (W[few_frequent:] == was[few_frequent:]).all()
        assert (kept == W).all()
    # No step is lost between two exchanges of a row, nor counted twice.
    assert steps == pytest.approx(asked, rel=1e-3)


@pytest.mark.parametrize("sg", [0, 1])
def test_a_worker_whose_changes_come_late_has_them_once(sg: int, few_frequent: int) -> None:
    corpus = text()
    config = TrainConfig(sg=sg, vector_size=8, workers=1, backend="cpu", sample=0, alpha=0.1)
    found = []
    for overlaps in (False, True):
        trainer = RoundTrainer(config, corpus, WORDS)
        common = CommonWeights(*Weights(config).new_model(corpus.vocab).params)
        late: list[Changes] = []
        for at in range(0, WORDS, 1_000):
            whole = at in (8_000, WORDS - 1_000)
            while late and whole:
                common.step(late.pop(0))
            span = Span(at, at + 1_000, at, 0)
            late.append(trainer.train(common.matrices, span, whole=whole, late=bool(late)))
            while len(late) > (overlaps and not whole):
                common.step(late.pop(0))
        found.append(common.matrices)
    plain = tuple(Weights(config).new_model(corpus.vocab).params)
    RoundTrainer(config, corpus, WORDS).train_alone(plain, Span(0, WORDS, 0, 0))
    # Rolled and unrolled, what one worker has changed is what it was, but for rounding.
    for once, overlapping, whole in zip(*found, plain, strict=True):
        np.testing.assert_allclose(once, whole, atol=2e-4)
        np.testing.assert_allclose(overlapping, whole, atol=2e-4)


@pytest.mark.parametrize("sg", [0, 1])
def test_what_follows_the_last_whole_exchange_is_trained_again_to_the_same_bytes(
    sg: int, few_frequent: int
) -> None:
    config = TrainConfig(sg=sg, vector_size=8, workers=1, backend="cpu", sample=0, alpha=0.1)
    trainers = [RoundTrainer(config, text(seed), WORDS) for seed in (1, 2)]
    common = CommonWeights(*Weights(config).new_model(text().vocab).params)
    found = []
    for stop in (2, 3):
        for changes in islice(two_by_tiers(trainers, common), stop + 1):
            common.step(reduce(merged, changes))
        found.append([W.copy() for W in common.matrices])
        if stop == 2:  # workers have left: others go on from there
            common = CommonWeights(*common.after_whole())
            for trainer in trainers:
                trainer.begin()
    fresh = CommonWeights(*Weights(config).new_model(text().vocab).params)
    for changes in two_by_tiers(
        [RoundTrainer(config, text(seed), WORDS) for seed in (1, 2)], fresh
    ):
        fresh.step(reduce(merged, changes))
    for again, once in zip(found[1], fresh.matrices, strict=True):
        assert (again == once).all()
    assert not (found[0][0] == found[1][0]).all()


@pytest.mark.parametrize("sg", [0, 1])
def test_a_text_that_is_thinned_out_to_nothing_changes_nothing(sg: int) -> None:
    vocab = Vocabulary(["a", "b", "c"], np.ones(3, np.int64))
    corpus = EncodedCorpus(np.arange(3, dtype=np.int32), np.array([0, 3]), vocab, 3)
    config = TrainConfig(sg=sg, vector_size=4, workers=1, backend="cpu", sample=1e-9)
    common = CommonWeights(*Weights(config).new_model(vocab).params)
    before = common.matrices[0].copy()
    trainer = RoundTrainer(config, corpus, 3)
    common.step(reduce(merged, [trainer.train(common.matrices, Span(0, 3, 0, 0))] * 2))
    assert (common.matrices[0] == before).all()


@pytest.mark.parametrize("alone", [False, True])
def test_a_round_that_is_asked_for_again_is_not_trained_twice(
    alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = text()
    config = TrainConfig(sg=1, vector_size=8, workers=1, backend="cpu", sample=0)
    known: Any = worker_run._Run(SimpleNamespace(shard=lambda *_: corpus))  # type: ignore[arg-type]
    known.trainer = RoundTrainer(config, corpus, WORDS)
    monkeypatch.setattr(worker_run, "_run", lambda name: known)
    monkeypatch.setattr(worker_run, "_address", lambda: "here")
    W_in, W_out = Weights(config).new_model(corpus.vocab).params
    first = Start(W_in, W_out, None)
    order = RoundOrder(1, "1", (), Span(0, 2_000, 0, 0), alone, half=False, whole=False)
    one = worker_run.train_round("run", order, first, None)
    with pytest.raises(NotPreparedError):
        worker_run.train_round("run", order, None, None)
    again = worker_run.train_round("run", order, first, None)
    for a, b in zip(one.changes.inputs, again.changes.inputs, strict=True):
        assert (a == b).all()


def test_uses_add_up_to_the_steps_that_were_made() -> None:
    counts = np.arange(50, 0, -1)
    noise, tree = NoiseTable(counts), HuffmanTree(counts)
    loss = FusedLoss(1.0, predictions=600, words=100)
    tokens = np.arange(50).repeat(2)
    for output, negative, steps in (
        (noise, 5, 6 * 600),
        (tree, 0, 12 * tree.lengths.sum()),
        (TreeAndNoise(tree, noise), 5, 6 * 600 + 12 * tree.lengths.sum()),
    ):
        uses = Uses(output, np.ones(50), skip_gram=True, negative=negative, contexts=0)
        inputs, outputs = uses.of(tokens, loss)
        assert len(outputs) == output.rows
        assert inputs.sum() == pytest.approx(600)
        assert outputs.sum() == pytest.approx(steps)

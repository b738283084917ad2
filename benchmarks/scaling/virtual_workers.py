"""Workers of a cluster simulated on one core: what combining their changes does to quality.

Each has its shard, and starts every round from the common weights; their changes are made,
added up and applied by what a cluster runs.
"""

import time
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from benchmarks.harness import scores
from w2v.cluster.changes import Changes, Rows, merged, packed, unpacked_rows
from w2v.cluster.combining import apply
from w2v.cluster.rounds import RoundTrainer
from w2v.cluster.schedule import Schedule
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus
from w2v.training.resting_loss import RestingLoss, excerpt_for_loss
from w2v.word2vec.weights import Weights

DAMPED_USES = 100.0  # of a row by all workers, from which on the damped sum takes less of it


class Case(NamedTuple):
    """So many workers, the words of each in a round, and how their changes are combined."""

    workers: int
    words: int
    rule: str = "curvature"


def shards(corpus: EncodedCorpus, workers: int) -> list[EncodedCorpus]:
    """Cut a corpus into as many parts of about as many words, one after the other."""
    offsets, words = corpus.offsets, corpus.n_tokens
    places = [words * k // workers for k in range(workers)]
    cuts = [*np.searchsorted(offsets, places).tolist(), len(corpus)]
    return [
        EncodedCorpus(
            corpus.mapped_tokens[offsets[a] : offsets[b]],
            offsets[a : b + 1] - offsets[a],
            corpus.vocab,
            int(offsets[b] - offsets[a]),
        )
        for a, b in pairwise(cuts)
    ]


def simulate(corpus: EncodedCorpus, config: TrainConfig, case: Case) -> dict[str, Any]:
    """Train as a cluster would, and return the loss, scores, rounds, bytes and seconds."""
    parts = shards(corpus, case.workers)
    schedule = Schedule([x.n_tokens for x in parts], config.epochs, words=case.words)
    # One model serves all workers, as each begins with the common weights.
    trainer = RoundTrainer(config, parts[0], schedule.total)
    weights: Any = tuple(Weights(config).new_model(corpus.vocab).params)
    rule, alone = RULES[case.rule], case.workers == 1
    begin, rounds, sent, words = time.perf_counter(), 0, 0, 0
    while not schedule.done:
        changes = []
        for trainer.shard, span in zip(parts, schedule.deal(), strict=True):
            each = trainer.train(weights, span, alone=alone, plain=rule.plain)
            each = packed(each) if rule.packs else each
            sent, words = sent + each.bytes, words + each.words
            changes.append(each)
        rule.apply(weights, reduce(merged, changes))
        schedule.finish()
        rounds += 1
    for mine, common in zip(trainer.model.params, weights, strict=True):
        mine[...] = common
    loss = RestingLoss(trainer.model, excerpt_for_loss(corpus), corpus.vocab, config).measure()
    return {
        **case._asdict(), "model": "skip-gram" if config.sg else "CBOW", "trained": words,
        "rounds": rounds, "bytes_a_round": sent / rounds / case.workers,
        "seconds": time.perf_counter() - begin, "loss": float("nan") if loss is None else loss,
        **scores.evaluate(list(corpus.vocab.words), weights[0]),
    }  # fmt: skip


def _scaled(scale: Callable[[Rows, int], np.ndarray | float]) -> Callable[[Any, Changes], None]:
    """Return a rule that multiplies rows' summed changes by what they have been used."""

    def step(weights: Sequence[np.ndarray], changes: Changes) -> None:
        for W, each in zip(weights, (changes.inputs, changes.outputs), strict=True):
            rows = unpacked_rows(each)
            W[rows.index] += rows.rows * np.reshape(scale(rows, changes.workers), (-1, 1))

    return step


class Rule(NamedTuple):
    """How changes are combined; of workers' changes as they are, or in half precision."""

    apply: Callable[[Any, Changes], None]
    plain: bool = True
    packs: bool = False


RULES = {
    "mean": Rule(_scaled(lambda rows, workers: 1 / workers)),
    "sum": Rule(_scaled(lambda rows, workers: 1.0)),
    "damped sum": Rule(_scaled(
        lambda rows, workers: np.clip(DAMPED_USES / np.maximum(rows.uses, 1), 1 / workers, 1)
    )),
    "curvature": Rule(apply, plain=False),
    "curvature, half precision": Rule(apply, plain=False, packs=True),
}  # fmt: skip

"""Workers of a cluster simulated on one core: what combining their changes does to quality.

Each has its shard, and starts every round from the common weights; their changes are made,
added up and applied by what a cluster runs.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.harness import plots, report, scores, tables, texts, turns
from benchmarks.scaling.round_costs import LINKS, Cluster, changed_rows, row_bytes, shortest
from w2v.cluster.changes import Changes, Rows, merged, packed, unpacked_rows
from w2v.cluster.common_weights import CommonWeights
from w2v.cluster.rounds import RoundTrainer
from w2v.cluster.schedule import APART, WHOLE_EVERY, Schedule, words_alone
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
    lengths = [x.n_tokens for x in parts]
    alone = words_alone(lengths, config.epochs * corpus.n_tokens) if RULES[case.rule].tiers else 0
    schedule = Schedule(lengths, config.epochs, words=case.words, alone=alone)
    trainers = [RoundTrainer(config, part, schedule.total) for part in parts]
    common = CommonWeights(*Weights(config).new_model(corpus.vocab).params)
    weights, rule = common.matrices, RULES[case.rule]
    begin, rounds, sent, words, foreseen = time.perf_counter(), 0, 0, 0, 0.0
    changed = changed_rows(corpus.vocab.counts, config)
    size = row_bytes(config.vector_size, half=rule.packs)
    late: deque[Changes] = deque()  # of a round that workers have gone on from
    while not schedule.done:
        whole, changes = schedule.whole or not rule.tiers, []
        while whole and late:
            common.step(late.popleft())
        for trainer, span in zip(trainers, schedule.deal(), strict=True):
            if case.workers == 1 or schedule.begins_alone:
                changes.append(trainer.train_alone(weights, span))
                continue
            each = trainer.train(
                weights, span, whole=whole, plain=rule.scale is not None, late=bool(late)
            )
            each = packed(each) if rule.packs else each
            sent += each.bytes
            foreseen += size * sum(changed(each.words))
            changes.append(each)
        schedule.finish()
        rounds += 1
        words += sum(each.words for each in changes)
        summed = reduce(merged, changes)
        if rule.scale is not None:
            summed = _scaled(summed, rule.scale)
        late.append(summed)
        while len(late) > (rule.overlaps and not whole):
            common.step(late.popleft())
    model = trainers[0].model
    for mine, W in zip(model.params, weights, strict=True):
        mine[...] = W
    loss = RestingLoss(model, excerpt_for_loss(corpus), corpus.vocab, config).measure()
    return {
        **case._asdict(), "model": "skip-gram" if config.sg else "CBOW", "trained": words,
        "rounds": rounds, "bytes_a_round": sent / rounds / case.workers,
        "bytes_foreseen": foreseen / rounds / case.workers,
        "seconds": time.perf_counter() - begin, "loss": float("nan") if loss is None else loss,
        **scores.evaluate(list(corpus.vocab.words), weights[0]),
    }  # fmt: skip


def _scaled(changes: Changes, scale: Callable[[Rows, int], np.ndarray | float]) -> Changes:
    """Return summed changes multiplied by what rows have been used."""
    inputs, outputs = (
        rows._replace(rows=rows.rows * np.reshape(scale(rows, changes.workers), (-1, 1)))
        for rows in map(unpacked_rows, (changes.inputs, changes.outputs))
    )
    return changes._replace(inputs=inputs, outputs=outputs)


class Rule(NamedTuple):
    """How changes are combined: scaled, or None for the cluster's own way.

    By tiers or all rows every round; in half precision; a round late.
    """

    scale: Callable[[Rows, int], np.ndarray | float] | None = None
    tiers: bool = False
    packs: bool = False
    overlaps: bool = False


def _mean(rows: Rows, workers: int) -> float:
    return 1 / workers


RULES = {
    "mean": Rule(_mean),
    "mean by tiers": Rule(_mean, tiers=True),
    "sum": Rule(lambda rows, workers: 1.0),
    "damped sum": Rule(
        lambda rows, workers: np.clip(DAMPED_USES / np.maximum(rows.uses, 1), 1 / workers, 1)
    ),
    "curvature": Rule(tiers=True),
    "curvature, all rows": Rule(),
    "curvature, half precision": Rule(tiers=True, packs=True),
    "curvature, overlapping": Rule(tiers=True, overlaps=True),
}


_ABOUT = (
    "Each worker has its shard and starts every round, of so many words of each, from the common "
    "weights. One worker without rounds stands first. Megabytes are those that a worker sends in a "
    "round, counted and as arithmetic foresees them for all rows. The rule of a cluster, "
    f"curvature, and the mean by tiers exchange frequent rows every round and all rows every "
    f"{WHOLE_EVERY} rounds over the number of workers, where these are {APART} at most."
)
_COSTS = (
    "Words of each worker in the shortest round that exchanges for a tenth of its time at most, "
    "without overlap: 300 dimensions, twenty million words a second a worker, rows in half "
    "precision; through a tree of whole tables, or with each worker combining its part of the rows."
)
_VOCABULARIES, _DIM, _SPEED = (1_000_000, 10_000_000), 300, 2e7


def cases(workers: Sequence[int], words: Sequence[int]) -> list[Case]:
    """Give the cases of a run: one worker, then all rules for the first of the others."""
    first, *more = workers
    return [
        Case(1, 1 << 40),
        *(Case(first, R, rule) for R in words for rule in RULES if rule != "sum"),
        *(Case(K, R) for K in more for R in words),
    ]


def run(folder: Path, corpus: EncodedCorpus, config: TrainConfig, todo: Sequence[Case]) -> str:
    """Simulate cases of both models, and write ``virtual-workers``."""
    records = []
    for sg in (1, 0):
        for case in todo:
            turns.say(f"virtual workers: {'skip-gram' if sg else 'CBOW'}, {_named(case)}", True)
            records.append(simulate(corpus, replace(config, sg=sg), case))
    figures = {"epochs": config.epochs, "words": corpus.n_tokens, "left_out": scores.missing_sets(),
               "results": records}  # fmt: skip
    title = "What combining workers' changes does to quality"
    plot = plots.panels(list(_panels(records)), 2)
    return report.write(folder, "virtual-workers", title, figures, _parts(records), plot)


def _named(case: Case) -> str:
    if case.workers == 1:
        return "1 worker"
    return f"{case.workers} workers, {case.words:,} words a round, {case.rule}"


def _parts(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield _ABOUT
    for model, of in tables.grouped(records, "model").items():
        yield f"## {model}"
        cells: dict[tuple[str, str], object] = {}
        for each in of:
            name = _named(Case(each["workers"], each["words"], each["rule"]))
            for key, title in {"loss": "loss", **scores.TITLES}.items():
                if key in each:
                    cells[name, title] = f"{each[key]:.3f}"
            sent, foreseen = each["bytes_a_round"] / 1e6, each["bytes_foreseen"] / 1e6
            cells[name, "MB, counted"], cells[name, "foreseen"] = f"{sent:.2f}", f"{foreseen:.2f}"
        yield tables.pivot("", cells)
    yield "## What a round must have to be worth its bytes"
    yield _COSTS
    costs: dict[tuple[str, str], object] = {}
    for V in _VOCABULARIES:
        changed = changed_rows(texts.zipf_counts(V), TrainConfig())
        for (link, speed), split in product(LINKS.items(), (False, True)):
            row = f"{V:,} words, {link}, {'by parts' if split else 'tree'}"
            for K in (2, 4, 8, 16, 32, 64):
                cluster = Cluster(K, _SPEED, speed, half=True, split=split)
                least = shortest(changed, _DIM, cluster)
                costs[row, f"{K} workers"] = f"{least / 1e6:,.0f} M"
    yield tables.pivot("", costs)


def _panels(records: Sequence[Mapping[str, Any]]) -> Iterator[plots.Panel]:
    """Draw the loss against workers, a line a rule and length of a round."""
    for model, of in tables.grouped(records, "model").items():
        lines = {
            f"{rule}, {words:,} words": plots.Line(
                [x["workers"] for x in each], [x["loss"] for x in each]
            )
            for (rule, words), each in tables.grouped(of, "rule", "words").items()
            if each[0]["workers"] > 1
        }
        yield plots.Panel(model, "workers", "loss, nats", lines, log="x")

"""How good vectors are, by one evaluator for all contestants: the library's own."""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness.plots import Plot, bars
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import left_out, page, pivot, write
from benchmarks.harness.texts import DATA
from w2v.bench.rounds import Spread
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus
from w2v.training.fused import FusedTrainer
from w2v.training.resting_loss import RestingLoss, excerpt_for_loss
from w2v.vectors import KeyedVectors

_SETS = {
    "wordsim353": ("WordSim-353", "wordsim353.tsv"),
    "simlex999": ("SimLex-999", "simlex999.txt"),
    "men": ("MEN", "bruni_men.txt"),
    "mturk": ("MTurk", "radinsky_mturk.txt"),
    "rare_words": ("Rare Words", "luong_rare.txt"),
    "analogies": ("Google analogies", "questions-words.txt"),
}
_FEWEST_LINES = 50  # with fewer, a correlation is mostly chance
TITLES = {name: title for name, (title, _) in _SETS.items()}
MEASURES = {**TITLES, "loss": "last epoch's loss"}
NO_SETS = "scores: no evaluation sets, W2V_BENCH_DATA names no folder with eval/"
Scores = dict[str, float]


def evaluation_sets() -> dict[str, Path]:
    """Return the sets at hand by their keys in `TITLES`; none where the data folder is not."""
    files = {name: DATA / "eval" / file for name, (_, file) in _SETS.items()}
    return {name: path for name, path in files.items() if path.is_file()}


def evaluate(words: Sequence[str], vectors: np.ndarray) -> Scores:
    """Return rank correlations with people's judgement, and the share of analogies solved.

    Of words the most frequent stands first. Scores have the keys of `TITLES`; sets are left out
    that have too few lines of known words.
    """
    keyed = KeyedVectors(list(words), np.ascontiguousarray(vectors, dtype=np.float32))
    known, scores = {word.lower() for word in words}, {}
    for name, path in evaluation_sets().items():
        asked = [line.split() for line in path.read_text(encoding="utf-8").lower().splitlines()]
        size = 4 if name == "analogies" else 2
        if sum(len(x) >= size and known.issuperset(x[:size]) for x in asked) < _FEWEST_LINES:
            continue
        if name == "analogies":
            scores[name] = float(keyed.evaluate_word_analogies(path)[0])
        else:
            scores[name] = float(keyed.evaluate_word_pairs(path).spearman[0])
    return {name: score for name, score in scores.items() if math.isfinite(score)}


def judge(trainer: FusedTrainer, corpus: EncodedCorpus) -> Scores:
    """Return the loss and the scores of a model that has been trained."""
    scores = evaluate(list(corpus.vocab.words), trainer.model.word_vecs)
    return {"loss": loss_at_rest(trainer, corpus), **scores}


def loss_at_rest(trainer: FusedTrainer, corpus: EncodedCorpus) -> float:
    """Return the loss of what was trained, as `Word2Vec.losses` has it."""
    config, excerpt = TrainConfig(workers=trainer.workers), excerpt_for_loss(corpus)
    loss = RestingLoss(trainer.model, excerpt, corpus.vocab, config).measure()
    return float("nan") if loss is None else loss


def judge_all(
    name: str, trainings: Iterable[tuple[dict[str, Any], Callable[[], Scores], float]]
) -> list[dict[str, Any]]:
    """Train and judge one after the other; return what is known of each, with its scores.

    Of each are given its facts, title and seed among them, what trains, and the seconds.
    """
    trainings, runs = list(trainings), []
    with Progress(name, sum(seconds for *_, seconds in trainings)) as progress:
        for facts, train, seconds in trainings:
            progress.step(f"{facts['title']}, seed {facts['seed']}", seconds)
            runs.append({**facts, **train()})
    return runs


def summarize(runs: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float | None]]:
    """Return mean and deviation of every measure that all of some runs have."""
    found: dict[str, dict[str, float | None]] = {}
    for key in MEASURES:
        if runs and all(key in run for run in runs):
            values = [run[key] for run in runs]
            deviation = statistics.stdev(values) if len(values) > 1 else None
            found[key] = {"mean": statistics.fmean(values), "deviation": deviation}
    return found


def summaries(runs: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the summary of the runs of every title."""
    titles = dict.fromkeys(run["title"] for run in runs)
    return {title: summarize([x for x in runs if x["title"] == title]) for title in titles}


def write_scores(
    folder: Path, name: str, title: str, intro: str, figures: Mapping[str, Any], note: str = ""
) -> str:
    """Write scores by contestant, the ``summary`` of the figures, as a table and as bars."""
    summary, reasons = figures["summary"], figures["left_out"]
    text = page(title, intro, score_table(summary, MEASURES), note, left_out(reasons))
    return write(folder, name, figures, text, _bars(summary, figures["seeds"]))


def score_table(scores: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str] = TITLES) -> str:
    """Return a table with a row for every system, a column for every measure that one has."""
    found = [key for key in titles if any(each.get(key) for each in scores.values())]
    cells = {(name, titles[key]): _score(each.get(key)) for name, each in scores.items()
             for key in found}  # fmt: skip
    return pivot("", cells)


def _score(value: Mapping[str, float | None] | None) -> str | None:
    if not value:
        return None
    deviation = value["deviation"]
    return f"{value['mean']:.3f}" + ("" if deviation is None else f" ± {deviation:.3f}")


def _bars(scores: Mapping[str, Mapping[str, Any]], seeds: int) -> Plot:
    """Return a plot of the scores, with whiskers of a deviation."""
    found = {}
    for (key, title), (name, each) in ((s, x) for s in TITLES.items() for x in scores.items()):
        if value := each.get(key):
            mean, off = value["mean"], value["deviation"] or 0
            found[f"{title}, {name}"] = Spread(mean, mean - off, mean + off, (mean, mean), seeds)
    return bars(found, 1, "correlation, or share of analogies solved")

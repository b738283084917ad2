"""How good vectors are, by one evaluator for all contestants: the library's own."""

import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness.tables import pivot
from benchmarks.harness.texts import DATA
from w2v.vectors import KeyedVectors

_FILES = {
    "wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt", "men": "bruni_men.txt",
    "mturk": "radinsky_mturk.txt", "rare_words": "luong_rare.txt",
    "analogies": "questions-words.txt",
}  # fmt: skip
TITLES = {
    "wordsim353": "WordSim-353", "simlex999": "SimLex-999", "men": "MEN", "mturk": "MTurk",
    "rare_words": "Rare Words", "analogies": "Google analogies",
}  # fmt: skip
MEASURES = {**TITLES, "loss": "last epoch's loss"}
_FEWEST_LINES = 50  # with fewer, a correlation is mostly chance


def evaluation_sets() -> dict[str, Path]:
    """Return the sets at hand by their keys in `TITLES`; none where the data folder is not."""
    return {name: path for name, x in _FILES.items() if (path := DATA / "eval" / x).is_file()}


def missing_sets() -> list[str]:
    """Say what is left out without evaluation sets."""
    why = "scores: no evaluation sets, W2V_BENCH_DATA names no folder with eval/"
    return [] if evaluation_sets() else [why]


def evaluate(words: Sequence[str], vectors: np.ndarray) -> dict[str, float]:
    """Return rank correlations with people's judgement, and the share of analogies solved.

    Of words the most frequent stands first; sets with too few lines of known words are left out.
    """
    keyed = KeyedVectors(list(words), np.ascontiguousarray(vectors, dtype=np.float32))
    known, scores = {word.lower() for word in words}, dict[str, float]()
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


def summarize(runs: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return mean and deviation of every measure that all of some runs have."""
    found: dict[str, dict[str, Any]] = {}
    for key in MEASURES:
        if runs and all(key in run for run in runs):
            values = [run[key] for run in runs]
            deviation = statistics.stdev(values) if len(values) > 1 else None
            found[key] = {"mean": statistics.fmean(values), "deviation": deviation}
    return found


def score_table(scores: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str] = TITLES) -> str:
    """Return a table with a row for every system, a column for every measure that one has."""
    found = [key for key in titles if any(each.get(key) for each in scores.values())]
    return pivot("", {(name, titles[key]): each.get(key) and shown(**each[key])
                      for name, each in scores.items() for key in found})  # fmt: skip


def shown(mean: float, deviation: float | None) -> str:
    """Return a mean with its deviation, where there is one."""
    return f"{mean:.3f}" + ("" if deviation is None else f" ± {deviation:.3f}")

"""How good vectors are, by one evaluator for all contestants: the library's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.corpora import DATA
from benchmarks.report import markdown_table
from w2v.vectors import KeyedVectors

_PAIRS = {
    "wordsim353": "wordsim353.tsv",
    "simlex999": "simlex999.txt",
    "men": "bruni_men.txt",
    "mturk": "radinsky_mturk.txt",
    "rare_words": "luong_rare.txt",
}
_ANALOGIES = {"analogies": "questions-words.txt"}
_FEWEST_LINES = 50  # with fewer, a correlation is mostly chance
TITLES = {
    "wordsim353": "WordSim-353",
    "simlex999": "SimLex-999",
    "men": "MEN",
    "mturk": "MTurk",
    "rare_words": "Rare Words",
    "analogies": "Google analogies",
}


def evaluation_sets() -> dict[str, Path]:
    """Return the sets at hand by their keys in `TITLES`; none where the data folder is not."""
    files = {name: DATA / "eval" / file for name, file in (_PAIRS | _ANALOGIES).items()}
    return {name: path for name, path in files.items() if path.is_file()}


def evaluate(words: Sequence[str], vectors: np.ndarray) -> dict[str, float]:
    """Return rank correlations with people's judgement, and the share of analogies solved.

    Parameters
    ----------
    words : sequence of str
        The most frequent first.
    vectors : (V, H) float32 array

    Returns
    -------
    dict of str to float
        Spearman's correlation of every set of pairs at hand, and the accuracy on analogies, by
        the keys of `TITLES`. Sets are left out that have too few lines of known words.
    """
    keyed = KeyedVectors(list(words), np.ascontiguousarray(vectors, dtype=np.float32))
    known = {word.lower() for word in words}
    scores = {}
    for name, path in evaluation_sets().items():
        if not _can_be_asked(path, 4 if name in _ANALOGIES else 2, known):
            continue
        if name in _ANALOGIES:
            scores[name] = float(keyed.evaluate_word_analogies(path)[0])
        else:
            scores[name] = float(keyed.evaluate_word_pairs(path).spearman[0])
    return {name: score for name, score in scores.items() if math.isfinite(score)}


def score_table(
    scores: Mapping[str, Mapping[str, Mapping[str, float | None] | None]],
    others: Mapping[str, str] | None = None,
) -> str:
    """Return a table with a row for every system, a column for every set that one has.

    Parameters
    ----------
    scores : mapping of str to mappings
        Mean and deviation by system and by the keys of `TITLES`.
    others : mapping of str to str, optional
        Titles of further columns by their keys.
    """
    titles = TITLES | dict(others or {})
    columns = [key for key in titles if any(key in each for each in scores.values())]
    rows = [[name, *(_score(each.get(key)) for key in columns)] for name, each in scores.items()]
    return markdown_table(["", *(titles[key] for key in columns)], rows)


def _score(values: Mapping[str, float | None] | None) -> str | None:
    if not values:
        return None
    deviation = values["deviation"]
    return f"{values['mean']:.3f}" + ("" if deviation is None else f" ± {deviation:.3f}")


def _can_be_asked(path: Path, words: int, known: set[str]) -> bool:
    lines = path.read_text(encoding="utf-8").lower().splitlines()
    asked = (line for line in map(str.split, lines) if len(line) >= words)
    return sum(known.issuperset(line[:words]) for line in asked) >= _FEWEST_LINES

"""Scoring vectors by pairs of words that people have judged."""

from __future__ import annotations

import math
import os
from typing import NamedTuple

import numpy as np

from w2v.vectors.correlation import Correlation, pearson, spearman
from w2v.vectors.questions import lines_of, row_asked_for, rows_of_words
from w2v.vectors.similarity import unit
from w2v.vectors.table import VectorTable


class PairsResult(NamedTuple):
    """How well cosines agree with human scores.

    Attributes
    ----------
    pearson, spearman : Correlation
        ``(statistic, pvalue)`` each.
    oov_ratio : float
        Percentage of the pairs with an unknown word.
    """

    pearson: Correlation
    spearman: Correlation
    oov_ratio: float


def score_pairs(
    table: VectorTable,
    path: str | os.PathLike[str],
    restrict_vocab: int | None,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    case_insensitive: bool = True,
    dummy4unknown: bool = False,
) -> tuple[PairsResult, int]:
    """Correlate cosines with scores; see :meth:`w2v.KeyedVectors.evaluate_word_pairs`.

    Returns
    -------
    PairsResult
    int
        How many pairs that is of.
    """
    rows = rows_of_words(table, restrict_vocab, case_insensitive)
    vectors, _ = table.measured()
    gold: list[float] = []
    model: list[float] = []
    unknown = 0
    for line in lines_of(path, encoding):
        pair = _parse_pair(line, delimiter, case_insensitive)
        if pair is None:
            continue
        *both, score = pair
        first, second = (row_asked_for(rows, word) for word in both)
        if first is not None and second is not None:
            # One product a pair: ranks must not hinge on how a batch is summed.
            model.append(float(np.dot(unit(vectors[first]), unit(vectors[second]))))
            gold.append(score)
            continue
        unknown += 1
        if dummy4unknown:
            model.append(0.0)
            gold.append(score)
    if not gold:
        raise ValueError(
            f"{path}: no pair to score, {unknown} with unknown words; expected lines of two words "
            f"and a number separated by {delimiter or 'a tab or spaces'!r}"
        )
    pairs = len(gold) if dummy4unknown else len(gold) + unknown
    result = PairsResult(pearson(gold, model), spearman(gold, model), 100.0 * unknown / pairs)
    return result, len(gold)


def _parse_pair(
    line: str, delimiter: str | None, case_insensitive: bool
) -> tuple[str, str, float] | None:
    """Read one line; None if it is a comment or not two words and a number."""
    if line.startswith("#"):
        return None
    if delimiter is None and "\t" in line:
        delimiter = "\t"
    fields = (line.upper() if case_insensitive else line).split(delimiter)
    if len(fields) != 3:
        return None
    try:
        score = float(fields[2])
    except ValueError:
        return None
    return (fields[0], fields[1], score) if math.isfinite(score) else None

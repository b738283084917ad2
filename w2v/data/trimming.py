"""Choosing the words of a vocabulary by a rule of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from w2v.data.errors import NoWordsError
from w2v.data.vocabulary import Vocabulary, least_count

RULE_DEFAULT, RULE_DISCARD, RULE_KEEP = 0, 1, 2  # gensim.utils has them by these numbers

Rule = Callable[[Any, int, int], Any]
"""Given a word, its count and the least count, it says which of the three it is."""


def trimmed(
    counted: Vocabulary, rule: Rule, min_count: int, limits: tuple[int | None, ...]
) -> Vocabulary:
    """Keep the words that a rule keeps, and of those that it leaves to the default the frequent.

    Parameters
    ----------
    counted : Vocabulary
        All words of a text, the most frequent first.
    rule : callable
        As gensim's ``trim_rule``.
    min_count : int
        The default.
    limits : tuple of int or None
        Sizes that ``min_count`` is raised for, as if there were no rule.

    Returns
    -------
    Vocabulary

    Raises
    ------
    CorpusError
        No word that remains.
    """
    least = least_count(counted.counts, min_count, limits)
    kept = []
    for row, (word, count) in enumerate(zip(counted.words, counted.counts.tolist(), strict=True)):
        said = rule(word, count, least)
        if said == RULE_KEEP or (said != RULE_DISCARD and count >= least):
            kept.append(row)
    if not kept:
        raise NoWordsError(
            f"trim_rule and min_count={least} leave none of the text's {len(counted):,} words"
        )
    return Vocabulary([counted.words[row] for row in kept], counted.counts[np.array(kept)])

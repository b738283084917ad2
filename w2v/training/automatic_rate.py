"""The learning rate that ``alpha="auto"`` chooses for a text."""

from __future__ import annotations

import math
from dataclasses import replace

from w2v.config import AUTO, TrainConfig, sgd_rate

_HIGHEST = 0.1
# Occurrences of a word, on average, from which on the usual rate is not raised.
_LEARNT_AFTER = {True: 1500.0, False: 300.0}  # skip-gram, CBOW


def automatic_rate(skip_gram: bool, words: int, vocabulary: int) -> float:
    """Return a rate at which so short a training learns more than at the usual one.

    At the usual rate, vectors of a text that is gone through only a few times are far from what
    they would become. What tells how far is how often a word occurs, on average, in all epochs:
    the rate is the usual one, times the root of what that is short of being enough, and at most
    0.1.

    Parameters
    ----------
    skip_gram : bool
        Otherwise CBOW, whose usual rate is twice as high.
    words : int
        Words of the vocabulary in the text, times the epochs.
    vocabulary : int
        Different words.

    Returns
    -------
    float
        From the usual rate to 0.1.

    Notes
    -----
    The constants are measured: ``docs/guide/training.md`` has the scores, and
    ``python -m benchmarks frontier`` measures others.
    """
    usual = sgd_rate(skip_gram)
    each = max(1.0, words / max(1, vocabulary))
    return min(_HIGHEST, usual * math.sqrt(max(1.0, _LEARNT_AFTER[skip_gram] / each)))


def with_rate(config: TrainConfig, words: int, vocabulary: int) -> TrainConfig:
    """Return hyper-parameters with the learning rate that is chosen, where it shall be.

    Where CBOW's contexts are summed, or a tree and negatives trained at once, it is the usual one.

    Parameters
    ----------
    config : TrainConfig
    words : int
        Of the vocabulary, in one epoch.
    vocabulary : int
    """
    if config.alpha != AUTO:
        return config
    summed = not config.sg and not config.cbow_mean
    if summed or (config.hs and config.negative):  # whose steps are longer: not measured
        return replace(config, alpha=sgd_rate(bool(config.sg)))
    rate = automatic_rate(bool(config.sg), words * config.epochs, vocabulary)
    return replace(config, alpha=rate)

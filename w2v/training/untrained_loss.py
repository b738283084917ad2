"""The loss that a training begins with."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.config import TrainConfig
from w2v.data import Vocabulary
from w2v.models import ContextModel

_FREQUENT = 64  # output rows that every training steps
_SMALL = 0.1  # longer by far after a training; 0.04 at most where they are drawn


def untrained_loss(model: ContextModel, vocab: Vocabulary, config: TrainConfig) -> float | None:
    """Return the loss of a model that has learnt nothing; None for one that has.

    All products are 0, and each of a prediction's questions costs ln 2: of the right word and its
    negatives, of the inner nodes on the path to a word of the text.

    Parameters
    ----------
    model : ContextModel
        By its output vectors one sees whether it has been trained.
    vocab : Vocabulary
    config : TrainConfig
    """
    W = model.params[1]
    if float(abs(W[:_FREQUENT]).max()) > _SMALL:
        return None
    return loss_of_zeros(model, vocab, config, vocab.counts)


def loss_of_zeros(
    model: ContextModel, vocab: Vocabulary, config: TrainConfig, counts: NDArray[np.int64]
) -> float:
    """Return the loss of vectors of which all products are 0, on a text with such counts.

    Parameters
    ----------
    model : ContextModel
    vocab : Vocabulary
        By whose counts frequent words are thinned out.
    config : TrainConfig
    counts : (V,) int64
        How often the text has each word.
    """
    questions = 1.0 + min(config.negative, len(vocab) - 1) if config.negative else 0.0
    if config.hs:
        occurrences = counts * vocab.keep_probabilities(config.sample)
        layer: Any = model.loss_layer  # one with a tree
        lengths = model.backend.to_numpy(layer.tree.lengths)
        questions += float(np.average(lengths, weights=occurrences))
    return questions * math.log(2)

"""What must hold of a text to be trained on, and what is said when nothing came of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from w2v.config import TrainConfig
from w2v.data import CorpusError, EncodedCorpus
from w2v.data.errors import NothingKnownError
from w2v.messages import shortened


def require_something_to_predict(corpus: EncodedCorpus, config: TrainConfig) -> None:
    """Refuse a text in which no word has a neighbour.

    Parameters
    ----------
    corpus : EncodedCorpus
        In the ids of the model's vocabulary.
    config : TrainConfig
        Minibatches look from one sentence into the next and pass.

    Raises
    ------
    NothingKnownError
    """
    if config.optimizer != "sgd" or corpus.has_neighbours():
        return
    raise NothingKnownError(
        f"nothing to predict: none of the {len(corpus):,} sentences has two words of the "
        "vocabulary; a line of a file is a sentence, so put more than one word on it, or lower "
        "min_count",
        corpus.n_tokens,
        corpus.total_words,
    )


def require_same_text(before: EncodedCorpus | dict[str, Any] | None, now: EncodedCorpus) -> None:
    """Refuse to go on in the middle of a training with another text.

    Parameters
    ----------
    before : EncodedCorpus, dict or None
        What was trained on, or its fingerprint; None, or one that has none, passes.
    now : EncodedCorpus
        In the ids of the model's vocabulary.

    Raises
    ------
    CorpusError
        It says what differs.
    """
    if before is None or before is now:
        return
    was = before.fingerprint if isinstance(before, EncodedCorpus) else before
    # On a cluster a text has another digest.
    here = {name: value for name, value in now.fingerprint.items() if name in was}
    if "words" not in was or {name: was[name] for name in here} == here:
        return
    sizes = [
        f"{was.get(name, 0):,} {name} then, {here[name]:,} now"
        for name in ("words", "tokens", "sentences")
        if was.get(name) != here[name]
    ]
    told = "; ".join(sizes) or "as many words, but others or in another order"
    sources = ", ".join(map(str, was.get("sources", ())))
    raise CorpusError(
        f"this is not the text that the training began with ({told}): go on with that one"
        + (f", {shortened(sources)}" if sources else "")
    )


def nothing_was_left(config: TrainConfig) -> str:
    """Say that thinning out left nothing to predict in a whole training, and what to do."""
    return (
        f"nothing was learnt: sample={config.sample:g} thinned out this text until no word had a "
        "neighbour; set sample to 0 to keep every word, or give more text"
    )


def tell_that_nothing_was_left(config: TrainConfig, weighted: Iterable[EncodedCorpus]) -> None:
    """Warn, or refuse, when thinning out left nothing to predict in a whole training.

    Parameters
    ----------
    config : TrainConfig
    weighted : iterable of EncodedCorpus
        What the weights of sentences made of the text in each epoch; none where there were none.

    Raises
    ------
    CorpusError
        ``sample`` is below the default, or ``sample_weight`` left no sentence to learn from.  At
        the default the text is a few words long, as in first trials: then it is a warning.
    """
    epochs = list(weighted)
    if epochs and not any(text.has_neighbours() for text in epochs):
        raise CorpusError(
            "nothing was learnt: sample_weight left no epoch a sentence of two known words; give "
            "weights of 1 and more to sentences to learn from, or train for more epochs"
        )
    if config.sample < TrainConfig.sample:
        raise CorpusError(nothing_was_left(config))
    warnings.warn(nothing_was_left(config), stacklevel=4)

"""Weights of sentences, as a training is given them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from w2v.data import EncodedCorpus
from w2v.data.reading.tables import table_of
from w2v.data.reading.text_source import is_open_file, names_of
from w2v.data.weighted_sentences import (
    CountedSentences,
    WeightedText,
    checked_weights,
    weights_of_sentences,
)
from w2v.word2vec.base import Base
from w2v.word2vec.texts import ALL_WORDS


def weighted_text(trained: Base, source: Any, weights: Any, how: Mapping[str, Any]) -> WeightedText:
    """Read sentences with all their words, so that each keeps its weight.

    Parameters
    ----------
    trained : Base
        It says how.
    source : iterable of sentences, or EncodedCorpus
    weights : (S,) array
        See :meth:`w2v.word2vec.training.Training.train`.
    how : mapping
        Arguments of its reading.

    Raises
    ------
    ValueError
        Weights that are none, as many as there are no sentences, or a source that is no
        sentences: a file.
    """
    found = checked_weights(weights)
    if isinstance(source, EncodedCorpus):
        return weights_of_sentences(found, source, None, 1)
    if (
        source is None
        or names_of(source) is not None
        or table_of(source, None) is not None
        or is_open_file(source)
    ):
        raise ValueError(
            "sample_weight goes with sentences given as lists of words, or with an EncodedCorpus, "
            "such as model.read(path), which has len(corpus) of them"
        )
    sentences = CountedSentences(source)
    corpus = trained.read(sentences, **ALL_WORDS, **how)
    longest = corpus.info["max_sentence_length"]
    return weights_of_sentences(found, corpus, sentences.lengths, longest)


def weights_of_text(
    trained: Base, weighted: WeightedText | None, text: EncodedCorpus, *, goes_on: bool
) -> WeightedText | None:
    """Return the text of a training with the weights of its sentences, if they have any.

    Parameters
    ----------
    trained : Base
        It keeps what they are known by.
    weighted : WeightedText or None
        What :func:`weighted_text` read.
    text : EncodedCorpus
        The same in the model's ids.
    goes_on : bool
        Whether the training goes on with a run.

    Raises
    ------
    ValueError
        A run's sentences had other weights.
    """
    if weighted is not None:
        weighted = weighted.known_by(text, trained.built()[1])
    now, was = weighted.digest if weighted else None, trained._texts.were_weighted_by
    if goes_on and was != now:
        begun = "without sample_weight" if was is None else "with sample_weight"
        instead = "leave it out" if was is None else "give the same"
        raise ValueError(f"this run was begun {begun}: {instead} to go on with it")
    trained._texts.weights = now
    return weighted

"""Weights of sentences: how often an epoch has each of them."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v.backend.host_memory import free_and_total
from w2v.data.corpus import EncodedCorpus
from w2v.data.corpus_arrays import gathered
from w2v.data.errors import CorpusError
from w2v.data.vocabulary import Vocabulary
from w2v.messages import quoted

HEAVIEST = 1_000_000
_STREAM = 1 << 34  # of random numbers
_SENTENCE_BYTES, _WORD_BYTES = 64, 8  # of an epoch, while it is put together


class CountedSentences:
    """Sentences that are counted, and their words, while they are read.

    Parameters
    ----------
    sentences : iterable of sequences

    Attributes
    ----------
    lengths : array of int
        Words of each sentence that was read last.
    """

    def __init__(self, sentences: Iterable[Any]) -> None:
        self._sentences = sentences
        self.lengths = array("q")

    def __iter__(self) -> Iterator[Sequence[Any]]:
        self.lengths = array("q")
        for sentence in self._sentences:
            whole = sentence if hasattr(sentence, "__len__") else list(sentence)
            self.lengths.append(len(whole))
            yield whole


class WeightedText(NamedTuple):
    """A text and how much each of its sentences counts.

    Parameters
    ----------
    text : EncodedCorpus
    weights : (S,) float64 array
        One for each of its sentences.
    """

    text: EncodedCorpus
    weights: NDArray[np.float64]

    @property
    def digest(self) -> str:
        """What the weights are known by."""
        return hashlib.sha256(np.ascontiguousarray(self.weights, "<f8").data).hexdigest()

    def known_by(self, text: EncodedCorpus, vocab: Vocabulary) -> WeightedText:
        """Return a text with the weights of its sentences.

        Parameters
        ----------
        text : EncodedCorpus
            This one, recoded for the vocabulary.
        vocab : Vocabulary
        """
        if text is self.text:
            return self
        return WeightedText(text, self.weights[self.text.sentences_known_by(vocab)])

    def of_epoch(self, seed: int, epoch: int) -> EncodedCorpus:
        """Return the sentences as often as an epoch has them.

        A sentence of weight w is there floor(w) or ceil(w) times, as often on the mean as w says,
        and over all epochs so often as their number times w, to within one.  Its copies stand
        as far from each other as they can.

        Parameters
        ----------
        seed, epoch : int
            The same give the same.

        Returns
        -------
        EncodedCorpus
            In memory.

        Raises
        ------
        MemoryError
            It has no room, which is found out before it is taken.
        """
        text, weights = self
        begin = np.random.Generator(np.random.Philox(key=[seed, _STREAM])).random(len(weights))
        times = (
            np.floor((epoch + 1) * weights + begin) - np.floor(epoch * weights + begin)
        ).astype(np.int64)
        _require_memory(int(times.sum()), int(times @ np.diff(text.offsets)))
        order = np.repeat(np.arange(len(times)), times)
        if len(times) and times.max() > 1:
            before = np.cumsum(times) - times
            copy = np.arange(len(order)) - before[order]
            order = order[np.argsort((order / len(times) + copy / times[order]) % 1, kind="stable")]
        tokens, offsets = gathered(text.tokens, text.offsets, order)
        words = max(len(tokens), round(text.total_words * len(tokens) / max(1, text.n_tokens)))
        return EncodedCorpus(tokens, offsets, text.vocab, words)


def checked_weights(weights: ArrayLike) -> NDArray[np.float64]:
    """Return weights as an array.

    Raises
    ------
    ValueError
        They are not one number a sentence, one is negative, not finite or above what can be
        repeated, or all are 0.
    """
    try:
        given = np.asarray(weights)
        found: NDArray[np.float64] = given.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"sample_weight is one number a sentence, got {quoted(weights)}") from None
    if found.ndim != 1 or given.dtype.kind not in "biufO":
        raise ValueError(
            f"sample_weight is one number a sentence, got an array of {given.dtype} of shape "
            f"{found.shape}"
        )
    wrong = np.flatnonzero(~((found >= 0) & (found <= HEAVIEST)))
    if len(wrong):
        raise ValueError(
            f"sample_weight has numbers of 0 to {HEAVIEST:,}, got {found[wrong[0]]} for sentence "
            f"{wrong[0]}"
        )
    if len(found) and not found.any():
        raise ValueError("sample_weight is 0 for every sentence: nothing would be trained")
    return found


def weights_of_sentences(
    weights: NDArray[np.float64], corpus: EncodedCorpus, lengths: Any, longest: int
) -> WeightedText:
    """Return a text, read with all its words, with the weights of the sentences it was read from.

    Parameters
    ----------
    weights : (S,) float64 array
    corpus : EncodedCorpus
        Without sentences that have no words; long ones are several.
    lengths : sequence of int or None
        Words of each sentence that was read; None for those of the corpus itself.
    longest : int
        Words after which a sentence is cut.

    Raises
    ------
    ValueError
        Another number of weights than of sentences.
    CorpusError
        The sentences do not come out as they went in.
    """
    sentences = len(corpus) if lengths is None else len(lengths)
    if len(weights) != sentences:
        raise ValueError(
            f"sample_weight has {len(weights):,} numbers for {sentences:,} sentences: give one a "
            "sentence"
        )
    if lengths is not None:
        weights = np.repeat(weights, -(-np.asarray(lengths, np.int64) // longest))
    if len(weights) != len(corpus):
        raise CorpusError(
            "which weight is whose cannot be told, as some tokens are empty: leave them out"
        )
    return WeightedText(corpus, weights)


def _require_memory(sentences: int, words: int) -> None:
    """Raise a MemoryError where so many sentences of an epoch have no room."""
    needed, free = sentences * _SENTENCE_BYTES + words * _WORD_BYTES, free_and_total()[0]
    if needed > free:
        raise MemoryError(
            f"with this sample_weight an epoch has {words:,} words, which need {needed / 1e9:.3g} "
            f"GB, and {free / 1e9:.3g} GB are free: lower all weights alike, and raise epochs"
        )

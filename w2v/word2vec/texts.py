"""The text that was read last, and whether a source still holds it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from w2v.data import EncodedCorpus, Vocabulary
from w2v.data.reading.open_files import Begun
from w2v.data.reading.rereading import FirstSentences, may_vary
from w2v.data.reading.source_state import state_of
from w2v.data.reading.text_source import is_open_file

Read = Callable[..., EncodedCorpus]  # Word2Vec.read
# To read a text for a vocabulary that is there: its words are kept however rare they are here.
ALL_WORDS: dict[str, Any] = {"min_count": 1, "max_vocab_size": None, "max_final_vocab": None}
# How a text was read, as far as it matters when it is read again.
_READING = ("tokenizer", "lowercase", "encoding", "errors", "column")
_MOST_SOURCES = 100


class SourceError(ValueError, TypeError):
    """Texts are given in two ways at once, or in none; a TypeError, as gensim's is."""


class Texts:
    """What was read last, what it was read from, and the text of the last training.

    Attributes
    ----------
    corpus : EncodedCorpus or None
        What was read last, in the ids of the model's vocabulary.
    counts : (int, int)
        Its sentences and words, those that are not in the vocabulary too.
    trained_on : EncodedCorpus, dict or None
        The text of the last training, or what a saved training says of it.
    rereads : bool
        Whether the last training read its text anew for every epoch.
    weights : str or None
        What the weights of its sentences are known by.
    """

    def __init__(self) -> None:
        self.corpus: EncodedCorpus | None = None
        self.counts = (0, 0)
        self.trained_on: EncodedCorpus | dict[str, Any] | None = None
        self.rereads = False
        self.weights: str | None = None
        # What the corpus was read from: an iterator, or the state of the source then.
        self._source: Any = None
        self._first: FirstSentences | None = None

    def read_once(self, read: Read, source: Any, **reading: Any) -> EncodedCorpus:
        """Read a source, with what it takes to tell later whether it gives other sentences."""
        if isinstance(source, EncodedCorpus):
            return source
        self._first = FirstSentences(source) if may_vary(source) else None
        return read(self._first or source, **reading)

    def take(self, corpus: EncodedCorpus, vocab: Vocabulary, source: Any = None) -> EncodedCorpus:
        """Keep a corpus in a vocabulary's ids, with what tells whether its source still holds it.

        Parameters
        ----------
        corpus : EncodedCorpus
        vocab : Vocabulary
        source : object, optional
            What :func:`held_by` returned when it was read.
        """
        self.counts = corpus.sentences_read, corpus.total_words
        self.corpus = corpus.recoded(vocab)
        self._source = source
        return self.corpus

    def forget(self, sentences: int, words: int) -> None:
        """Have no corpus at hand, but a vocabulary that was counted on such a one."""
        self.corpus = self._source = self._first = None
        self.counts = sentences, words

    def encoded(
        self, read: Read, source: Any, vocab: Vocabulary, how: Mapping[str, Any]
    ) -> EncodedCorpus:
        """Return a corpus in the model's ids; what still holds what was read is not read again.

        Parameters
        ----------
        read : callable
            Reads a source.
        source : what it takes, or None
            None for what was read last.
        vocab : Vocabulary
        how : mapping
            Arguments of ``read``.
        """
        if source is None:
            if self.corpus is None:
                raise ValueError("there is no corpus to train on: give one")
            return self.corpus
        if source is self._source and is_open_file(source) and self.corpus is not None:
            head = source.read(1)
            if not head:
                return self.corpus
            return self.take(read(Begun(head, source), **ALL_WORDS, **how), vocab, source)
        if isinstance(source, Iterator) and source is self._source and self.corpus is not None:
            rest = list(islice(source, 1))
            if not rest:
                return self.corpus
            return self.take(read(chain(rest, source), **ALL_WORDS, **how), vocab, source)
        held = held_by(source, how)
        if self.corpus is not None and held is not None and held == self._source:
            return self.corpus
        return self.take(self.read_once(read, source, **ALL_WORDS, **how), vocab, held)

    @property
    def were_reread(self) -> bool:
        """Whether the last training, be it a saved one, read its text anew for every epoch."""
        kept = self.trained_on if isinstance(self.trained_on, dict) else {}
        return self.rereads or bool(kept.get("reread"))

    @property
    def were_weighted_by(self) -> str | None:
        """What the weights of the last training, be it a saved one, are known by."""
        kept = self.trained_on if isinstance(self.trained_on, dict) else {}
        return self.weights or kept.get("weights")

    def warn_if_it_varies(self) -> None:
        """Warn where the source, gone through again, gives other sentences than were read."""
        first, self._first = self._first, None
        if first is not None and first.differ_now():
            warnings.warn(
                "the iterable gives other sentences when it is gone through again; it was read "
                "once, and every epoch trains on the same: reread=True reads it anew each time",
                stacklevel=5,
            )

    def told(self) -> dict[str, Any] | None:
        """Return fingerprint, sources and reading of the text of the last training, for JSON."""
        text = self.trained_on
        if text is None or isinstance(text, dict):
            return text
        reading = {name: text.info[name] for name in _READING if name in text.info}
        sources = [each.get("path", each.get("name")) for each in text.info.get("sources", ())]
        known = {"reread": True} if self.rereads else {**text.fingerprint}
        known |= {} if self.weights is None else {"weights": self.weights}
        return {**known, "sources": sources[:_MOST_SOURCES], "reading": reading}


def held_by(source: Any, how: Mapping[str, Any]) -> Any:
    """Return what will tell whether a source still holds the same; None if nothing can.

    Parameters
    ----------
    source : what :func:`w2v.data.read_corpus` takes
    how : mapping
        How it is read.
    """
    if isinstance(source, EncodedCorpus):
        return None
    if isinstance(source, Iterator) or is_open_file(source):
        return source
    state = state_of(source, how)
    return None if state is None else (state, dict(how))


def one_source(sentences: Any, corpus_file: Any, *, optional: bool = False) -> Any:
    """Return the one of two that is given; SourceError if both are, or unless optional none."""
    if sentences is not None and corpus_file is not None:
        raise SourceError("give sentences or corpus_file, not both")
    source = corpus_file if sentences is None else sentences
    if source is None and not optional:
        raise SourceError("there is no corpus: give sentences or corpus_file")
    return source

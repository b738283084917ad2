"""Collocations: words that stand together so often that they are one, as new_york."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.corpus import EncodedCorpus, renumbered
from w2v.data.corpus_arrays import counted
from w2v.data.errors import CorpusError
from w2v.data.joined_sentences import JoinedSentences, join_one_or_many, tokens_of
from w2v.data.reading.read_corpus import read_corpus
from w2v.data.vocabulary import Vocabulary, frequent
from w2v.messages import quoted

SCORINGS = ("default", "npmi")
_THRESHOLDS = {"default": 10.0, "npmi": 0.5}

ENGLISH_CONNECTOR_WORDS = frozenset((
    "a", "an", "the", "and", "or", "at", "by", "for", "from", "in", "of", "on", "to", "with",
    "without",
))  # fmt: skip
"""Articles, conjunctions and prepositions; gensim's set of the same name."""


class Phrases:
    """Pairs of words that occur together more often than by chance.

    Parameters
    ----------
    corpus : EncodedCorpus, or what :func:`w2v.data.read_corpus` takes
        An encoded corpus should have its rare words still in it (``min_count=1``): where they
        are left out, words that never met become neighbours.
    min_count : int, default 5
        Pairs must occur this often.
    threshold : float, optional
        Pairs must score above this; by default 10, or 0.5 for "npmi".
    scoring : {"default", "npmi"}, default "default"
        ``(ab − min_count) · v / (a · b)`` with the counts of the words and the pair and the
        number v of distinct words and pairs (Mikolov et al., "Distributed Representations of
        Words and Phrases and their Compositionality", 2013, equation 6, scaled as gensim
        does); or normalised pointwise mutual information, −1 to 1 (Bouma, "Normalized
        (Pointwise) Mutual Information in Collocation Extraction", 2009).
    delimiter : str, default "_"
        What joins the words of a phrase. Phrases that are spelled alike, such as a_b with c and
        a with b_c, are one word, and so are a phrase and a word of the text.
    connector_words : iterable of str, default ()
        Words that may stand within a phrase, such as bread_and_butter, but neither begin nor
        end one, and do not count as words in the score; ``ENGLISH_CONNECTOR_WORDS`` for English.

    Attributes
    ----------
    min_count, threshold, scoring, delimiter, connector_words
        As they were when the phrases were found; read-only.
    scores : dict of str to float
        The phrases found, highest score first. Of phrases that are spelled alike the best score.

    Raises
    ------
    ValueError
        A parameter out of its range.
    CorpusError
        A corpus that cannot be read, is damaged, or whose words are no strings.
    """

    def __init__(
        self,
        corpus: Any,
        *,
        min_count: int = 5,
        threshold: float | None = None,
        scoring: str = "default",
        delimiter: str = "_",
        connector_words: Iterable[str] = (),
    ) -> None:
        if scoring not in SCORINGS:
            raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, got {quoted(scoring)}")
        if min_count < 1:
            raise ValueError(f"min_count must be 1 or more, got {min_count}")
        threshold = _THRESHOLDS[scoring] if threshold is None else threshold
        if scoring == "npmi" and not -1 <= threshold <= 1:
            raise ValueError(f"threshold must be -1 to 1 for npmi scoring, got {threshold}")
        if not (math.isfinite(threshold) and (threshold > 0 or scoring == "npmi")):
            raise ValueError(f"threshold must be a number above 0, got {threshold}")
        if not isinstance(delimiter, str):
            raise ValueError(f"delimiter must be a string, such as '_', got {quoted(delimiter)}")
        if isinstance(connector_words, str):
            raise ValueError(
                f"connector_words must be several words, got the string {quoted(connector_words)}"
            )
        from w2v.data.phrase_kernels import count_pairs

        if isinstance(corpus, EncodedCorpus):
            corpus.check()
        else:
            corpus = read_corpus(corpus, min_count=1)
        self.min_count, self.threshold, self.scoring = min_count, threshold, scoring
        self.delimiter, self.connector_words = delimiter, frozenset(connector_words)
        self._source: Vocabulary = corpus.vocab
        _require_strings(self._source)
        size = len(self._source)
        counts = counted(corpus.tokens, size)  # the vocabulary's may be those of a longer text
        connectors = [self._source.word_to_id.get(word, -1) for word in self.connector_words]
        self._is_connector = np.zeros(size, np.bool_)
        self._is_connector[[i for i in connectors if i >= 0]] = True

        keys, values = count_pairs(corpus.tokens, corpus.offsets, self._is_connector)
        begins = self._is_connector[keys % size]
        self._beginnings = keys[begins][np.argsort(values[begins])]
        pairs, together = keys[~begins], values[~begins]
        distinct = size - int(self._is_connector.sum()) + len(pairs)
        kept = together >= min_count
        pairs, together = pairs[kept], together[kept]
        first, second = counts[self._first_words(pairs)], counts[pairs % size]
        if scoring == "default":
            scores = (together - min_count) * distinct / (first * second.astype(np.float64))
        else:
            p = together / corpus.total_words
            chance = (first / corpus.total_words) * (second / corpus.total_words)
            with np.errstate(divide="ignore", invalid="ignore"):
                scores = np.log(p / chance) / -np.log(p)
        above = np.flatnonzero(scores > threshold)
        # Ties in the order of the words, so that the result does not depend on a hash.
        order = above[np.lexsort((pairs[above], -scores[above]))]
        self._pairs: NDArray[np.int64] = pairs[order]
        self.scores: dict[str, float] = {}
        names = [self.delimiter.join(self._words(pair)) for pair in self._pairs.tolist()]
        for name, score in zip(names, scores[order].tolist(), strict=True):
            self.scores.setdefault(name, score)
        # A phrase that is spelled as a word of the text is that word.
        self._spelled = [
            *self._source.words,
            *(name for name in self.scores if name not in self._source),
        ]
        self._table = self._lookup(names)
        self._settled = True

    def __setattr__(self, name: str, value: Any) -> None:
        ours = type(self).__module__ == __name__ or name in self.__dict__
        if "_settled" in self.__dict__ and ours:
            raise AttributeError(
                f"{type(self).__name__}.{name} cannot be set: phrases are found when it is made; "
                "make another, Phrases(corpus, min_count=…, threshold=…, scoring=…, delimiter=…, "
                "connector_words=…)"
            )
        object.__setattr__(self, name, value)

    def _first_words(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the id of each pair's first word, whatever connectors follow it."""
        size = len(self._source)
        first = pairs // size
        while len(rest := np.flatnonzero(first >= size)):
            first[rest] = self._beginnings[first[rest] - size] // size
        return first

    def _words(self, key: int) -> list[str]:
        """Spell out a pair, with the connectors between."""
        size = len(self._source)
        words: list[str] = []
        while True:
            key, word = divmod(key, size)
            words.append(self._source.words[word])
            if key < size:
                return [self._source.words[key], *reversed(words)]
            key = int(self._beginnings[key - size])

    def _lookup(self, names: list[str]) -> dict[int, int]:
        """Map the phrases' keys to their words' ids, and those of beginnings to their numbers."""
        size = len(self._source)
        known = self._source.word_to_id
        new = {name: size + i for i, name in enumerate(self._spelled[size:])}
        table = {
            pair: known[name] if name in known else new[name]
            for pair, name in zip(self._pairs.tolist(), names, strict=True)
        }
        for pair in self._pairs.tolist():
            before = pair // size
            while before >= size and (key := int(self._beginnings[before - size])) not in table:
                table[key] = before
                before = key // size
        return table

    def __len__(self) -> int:
        return len(self.scores)

    def export_phrases(self) -> dict[str, float]:
        """Return the phrases found and their scores, as ``scores``."""
        return dict(self.scores)

    def __getitem__(self, sentence: Any) -> list[str] | JoinedSentences:
        """Join the phrases of a sentence, from the left.

        Parameters
        ----------
        sentence : iterable of str, or iterable of these
            Or an encoded corpus, whose words are given.

        Returns
        -------
        list of str, or JoinedSentences
            For many sentences what can be gone through as often as they themselves can: a
            list's again and again, a generator's once, and then a CorpusError says so.

        Raises
        ------
        CorpusError
            A string, or a token that is none; for many sentences, when they are reached.
        """
        if isinstance(sentence, EncodedCorpus):
            return JoinedSentences(self._joined, sentence, sentence.sentences)
        return join_one_or_many(self._joined, sentence)

    def _joined(self, sentence: Any) -> list[str]:
        """Join as :func:`join_pairs` does, for words that need not be known."""
        ids, size = self._source.word_to_id, len(self._source)
        joined: list[str] = []
        open_words: list[str] = []
        before = -1
        for word in tokens_of(sentence):
            i = ids.get(word, -1)
            found = self._table.get(before * size + i, -1) if before >= 0 and i >= 0 else -1
            if i >= 0 and self._is_connector[i]:
                before = found
                (open_words if open_words else joined).append(word)
            elif found >= 0:
                joined.append(self.delimiter.join([*open_words, word]))
                open_words, before = [], -1
            else:
                joined += open_words
                open_words, before = [word], i
        return joined + open_words

    def join(self, corpus: EncodedCorpus, *, min_count: int = 5) -> EncodedCorpus:
        """Make the corpus in which phrases are words.

        Parameters
        ----------
        corpus : EncodedCorpus
            The one that phrases were found in.
        min_count : int, default 5
            Words, phrases among them, that occur less often are left out.

        Returns
        -------
        EncodedCorpus

        Raises
        ------
        ValueError
            Another corpus.
        CorpusError
            No word that remains.
        """
        if corpus.vocab is not self._source and corpus.vocab != self._source:
            raise ValueError("phrases can be joined only in the corpus that they were found in")
        from w2v.data.phrase_kernels import join_pairs, lookup_table

        corpus.check()
        out = np.empty(len(corpus.tokens), np.int32)
        offsets = np.empty(len(corpus.offsets), np.int64)
        known = np.array([*self._table], np.int64), np.array([*self._table.values()], np.int64)
        keys, values = lookup_table(*known)
        length = join_pairs(
            corpus.tokens, corpus.offsets, self._is_connector, keys, values, out, offsets
        )
        out, words = out[:length], self._spelled
        counts = counted(out, len(words))
        kept = frequent(counts, min_count=min_count)
        new_id = np.full(len(words), -1, np.int32)
        new_id[kept] = np.arange(len(kept), dtype=np.int32)
        vocab = Vocabulary([words[i] for i in kept.tolist()], counts[kept])
        tokens, offsets = renumbered(out, offsets, new_id)
        info = {**corpus.info, "phrases": len(self), "min_count": min_count}
        return EncodedCorpus(tokens, offsets, vocab, length, info)


def _require_strings(vocab: Vocabulary) -> None:
    for kind in set(map(type, vocab.words)):
        if not issubclass(kind, str):
            raise CorpusError(
                f"phrases are made of strings, and this corpus has words of type {kind.__name__}; "
                "make them strings first: str()"
            )

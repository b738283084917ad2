"""The words and the pairs of one encoded corpus, counted by what they are spelled as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.corpus import EncodedCorpus
from w2v.data.corpus_arrays import counted, renumbered
from w2v.data.pair_spellings import SpellingMarks
from w2v.data.phrase_scoring import Scoring
from w2v.data.vocabulary import Vocabulary, frequent


class PairCounts:
    """What stands in a corpus: its words without the connectors, and its pairs.

    Pairs are known by their keys, see :mod:`w2v.data.phrase_kernels`.

    Parameters
    ----------
    corpus : EncodedCorpus
        Checked.
    connector_words : iterable of str
    delimiter : str

    Attributes
    ----------
    vocab : Vocabulary
        The corpus's.
    total_words : int
    pairs : (P,) int64
        The pairs' keys.
    counts : (V,) int64
        How often each word's spelling occurs, as a word or as a pair; 0 for connectors.
    together : (P,) int64
        How often each pair's spelling occurs.
    entries : int
        Distinct spellings of words and pairs.
    plain : bool
        Whether no two words and pairs can be spelled alike.
    """

    def __init__(
        self, corpus: EncodedCorpus, connector_words: Iterable[str], delimiter: str
    ) -> None:
        from w2v.data.phrase_kernels import count_pairs

        self.vocab, self.total_words = corpus.vocab, corpus.total_words
        self._delimiter = delimiter
        size = len(self.vocab)
        connectors = [self.vocab.word_to_id.get(word, -1) for word in connector_words]
        self._is_connector = np.zeros(size, np.bool_)
        self._is_connector[[i for i in connectors if i >= 0]] = True
        # The vocabulary's counts may be those of a longer text.
        self.counts = counted(corpus.tokens, size)
        self.counts[self._is_connector] = 0
        keys, values = count_pairs(corpus.tokens, corpus.offsets, self._is_connector)
        begins = self._is_connector[keys % size]
        self._beginnings = keys[begins][np.argsort(values[begins])]
        self.pairs, self.together = keys[~begins], values[~begins]
        self.entries = int(np.count_nonzero(self.counts)) + len(self.pairs)
        # Where the delimiter's first character is in no word, a spelling can be read in one way.
        self.plain = bool(delimiter) and not any(
            delimiter[0] in word for words in (self.vocab.words, connector_words) for word in words
        )
        if not self.plain:
            self._add_up_what_is_spelled_alike()

    def _add_up_what_is_spelled_alike(self) -> None:
        marks = SpellingMarks(self.vocab.words, self._beginnings, self._delimiter)
        words = np.flatnonzero(self.counts)
        all_marks = np.concatenate((marks.of_words(words), marks.of_keys(self.pairs)))
        order = np.argsort(all_marks)
        same = np.diff(all_marks[order]) == 0
        doubtful = order[:0]  # of connectors alone there may be nothing to compare
        if len(order):
            doubtful = order[np.append(same, False) | np.append(False, same)]
        alike: dict[str, list[int]] = defaultdict(list)
        for i in doubtful.tolist():
            word = i < len(words)
            name = self.vocab.words[words[i]] if word else self.name(self.pairs[i - len(words)])
            alike[name].append(i)
        for members in alike.values():
            among = np.array(members)
            ids = words[among[among < len(words)]]
            pairs = among[among >= len(words)] - len(words)
            total = self.counts[ids].sum() + self.together[pairs].sum()
            self.counts[ids] = self.together[pairs] = total
            self.entries -= len(members) - 1

    def _ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the ids of each pair's first and last word, whatever stands between."""
        size = len(self.vocab)
        first, last = np.divmod(self.pairs, size)
        while len(rest := np.flatnonzero(first >= size)):
            first[rest] = self._beginnings[first[rest] - size] // size
        return first, last

    def phrases(self, scoring: Scoring) -> tuple[dict[int, str], dict[str, Any]]:
        """Return the pairs that are phrases.

        Parameters
        ----------
        scoring : Scoring

        Returns
        -------
        keys : dict of int to str
            The pairs' keys and what they are spelled as.
        scores : dict of str to float
            By the spelling, highest first; the best of those that are spelled alike.
        """
        first, second = (self.counts[ends] for ends in self._ends())
        likely = scoring.may_pass(first, second, self.together)
        columns = (self.pairs, first, second, self.together)
        found = []
        for key, *counts in zip(*(column[likely].tolist() for column in columns), strict=True):
            score = scoring.score(*counts)
            if score is not None:
                found.append((-score, key, score))
        # Ties in the order of the words, so that the result does not depend on a hash.
        found.sort()
        keys = {key: self.name(key) for _, key, _ in found}
        scores: dict[str, Any] = {}
        for _, key, score in found:
            scores.setdefault(keys[key], score)
        return keys, scores

    def spelled_out(self, key: int) -> list[str]:
        """Return a pair's words, with the connectors between."""
        size = len(self.vocab)
        words: list[str] = []
        while True:
            key, word = divmod(int(key), size)
            words.append(self.vocab.words[word])
            if key < size:
                return [self.vocab.words[key], *reversed(words)]
            key = self._beginnings[key - size]

    def name(self, key: int) -> str:
        """Return what a pair is spelled as."""
        return self._delimiter.join(self.spelled_out(key))

    def spellings(self, above: int = 0) -> dict[str, int]:
        """Return the count of each word and pair that occurs more often than ``above``."""
        words, pairs = np.flatnonzero(self.counts > above), self.together > above
        known = self.vocab.words
        found = {known[i]: n for i, n in zip(words.tolist(), self.counts[words].tolist())}  # noqa: B905
        found.update(zip(map(self.name, self.pairs[pairs].tolist()), self.together[pairs].tolist()))  # noqa: B905
        return found

    def rarest(self, most: float) -> int:
        """Return the count up to which all must go for no more than ``most`` to stay."""
        return rarest(np.concatenate((self.counts, self.together)), most)

    def join(self, corpus: EncodedCorpus, names: dict[int, str], min_count: int) -> EncodedCorpus:
        """Make the corpus in which pairs are words.

        Parameters
        ----------
        corpus : EncodedCorpus
            The one that was counted, checked.
        names : dict of int to str
            The pairs' keys and what they become.
        min_count : int
            Words that occur less often are left out.

        Returns
        -------
        EncodedCorpus
        """
        from w2v.data.phrase_kernels import join_pairs, lookup_table

        known, size = self.vocab.word_to_id, len(self.vocab)
        # A phrase that is spelled as a word of the text is that word.
        new = dict.fromkeys(name for name in names.values() if name not in known)
        words = [*self.vocab.words, *new]
        new_ids = {name: size + i for i, name in enumerate(new)}
        table = {key: known.get(name, new_ids.get(name, -1)) for key, name in names.items()}
        for key in names:
            before = key // size
            while before >= size and (key := int(self._beginnings[before - size])) not in table:
                table[key] = before
                before = key // size
        keys, values = lookup_table(
            np.array([*table], np.int64), np.array([*table.values()], np.int64)
        )
        out = np.empty(len(corpus.tokens), np.int32)
        offsets = np.empty(len(corpus.offsets), np.int64)
        length = join_pairs(
            corpus.tokens, corpus.offsets, self._is_connector, keys, values, out, offsets
        )
        out = out[:length]
        counts = counted(out, len(words))
        kept = frequent(counts, min_count=min_count)
        new_id = np.full(len(words), -1, np.int32)
        new_id[kept] = np.arange(len(kept), dtype=np.int32)
        vocab = Vocabulary([words[i] for i in kept.tolist()], counts[kept])
        tokens, offsets = renumbered(out, offsets, new_id)
        info = {**corpus.info, "phrases": len({*names.values()}), "min_count": min_count}
        return EncodedCorpus(tokens, offsets, vocab, length, info)


def rarest(counts: NDArray[np.int64], most: float) -> int:
    """Return the count up to which all must go for no more than ``most`` counts to stay."""
    if len(counts) <= most:
        return 0
    return int(-np.partition(-counts, int(most))[int(most)])

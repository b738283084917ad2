"""What a model of phrases has read: the pairs of one text, or the counts of several."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from w2v.data.corpus import EncodedCorpus
from w2v.data.errors import CorpusError, NoWordsError
from w2v.data.pair_counts import PairCounts, rarest
from w2v.data.phrase_scoring import Scoring
from w2v.data.reading.read_corpus import read_corpus
from w2v.data.reading.text_source import names_of

_UNCUT = 1 << 40  # sentences are as long as they are given


class PhraseCounts:
    """How often words and pairs were read, by what they are spelled as.

    Parameters
    ----------
    delimiter : str
    connector_words : frozenset of str

    Attributes
    ----------
    pairs : PairCounts or None
        Of the only text that was read; None if there are several, or none.
    words : int
        That were read, connectors too.
    """

    def __init__(self, delimiter: str, connector_words: frozenset[str]) -> None:
        self._delimiter, self._connector_words = delimiter, connector_words
        self.pairs: PairCounts | None = None
        self.words = 0
        self._spellings: dict[str, int] | None = None

    @classmethod
    def of(
        cls, delimiter: str, connector_words: frozenset[str], spellings: dict[str, int], words: int
    ) -> PhraseCounts:
        """Return counts that are known."""
        made = cls(delimiter, connector_words)
        made._spellings, made.words = spellings, words
        return made

    @property
    def entries(self) -> int:
        """Distinct spellings of words and pairs."""
        return self.pairs.entries if self.pairs is not None else len(self._spellings or ())

    @property
    def plain(self) -> bool:
        """Whether no two words and pairs can be spelled alike."""
        return self.pairs is not None and self.pairs.plain

    def spellings(self) -> dict[str, int]:
        """Return the count of each word and pair; to be read only."""
        if self._spellings is None:
            self._spellings = {} if self.pairs is None else self.pairs.spellings()
        return self._spellings

    def counted(self, corpus: EncodedCorpus) -> PairCounts:
        """Count a corpus, which is checked; CorpusError if its words are no strings."""
        for kind in set(map(type, corpus.vocab.words)):
            if not issubclass(kind, str):
                raise CorpusError(
                    f"phrases are made of strings, and this corpus has words of type "
                    f"{kind.__name__}; make them strings first: str()"
                )
        return PairCounts(corpus, self._connector_words, self._delimiter)

    def add(self, corpus: EncodedCorpus, most: float) -> int:
        """Count a corpus too, and forget the rarest where there are more than ``most``.

        Parameters
        ----------
        corpus : EncodedCorpus
            Checked.
        most : number

        Returns
        -------
        int
            The count up to which all was forgotten.
        """
        counted, above = self.counted(corpus), 0
        if not self.entries:
            self.pairs, self._spellings = counted, None
            if counted.entries > most:
                above = counted.rarest(most)
                self.pairs, self._spellings = None, counted.spellings(above)
        else:
            known = self.spellings()
            self.pairs = None
            for spelling, count in counted.spellings().items():
                known[spelling] = known.get(spelling, 0) + count
            if len(known) > most:
                above = rarest(np.fromiter(known.values(), np.int64, len(known)), most)
                self._spellings = {name: n for name, n in known.items() if n > above}
        self.words += corpus.total_words
        return above

    def score(self, scoring: Scoring, word_a: str, word_b: str, phrase: str) -> Any:
        """Return the score of a pair by its spellings; None if it is no phrase."""
        known = self.spellings()
        together = known.get(phrase)
        if together is None or word_a not in known or word_b not in known:
            return None
        return scoring.score(known[word_a], known[word_b], together)

    def exported(self, scoring: Scoring) -> dict[str, Any]:
        """Return the scores of all that is a phrase when it is taken apart at its delimiters."""
        if not self._delimiter and self.spellings():
            raise ValueError(
                "delimiter='' does not show which words a phrase is made of, when phrases are "
                "loaded or text is added: use another, or join sentences with phrases[sentences]"
            )
        found = {}
        for name in self.spellings():
            if self._delimiter in name:
                words = name.split(self._delimiter)
                score = self.score(scoring, words[0], words[-1], name)
                if score is not None:
                    found[name] = score
        return found

    def ends(
        self, scoring: Scoring, scores: Mapping[str, Any] | None
    ) -> dict[str, set[str]] | None:
        """Return the last words of phrases by their first, wherever these are taken apart.

        Parameters
        ----------
        scoring : Scoring
        scores : mapping, optional
            The phrases, where they can be taken apart in one way.

        Returns
        -------
        dict of str to set of str, or None
            None where they can be taken apart anywhere, as the delimiter is empty.
        """
        if not self._delimiter:
            return None
        found: dict[str, set[str]] = {}
        for phrase in scores or ():
            words = phrase.split(self._delimiter)
            found.setdefault(words[0], set()).add(words[-1])
        if scores is not None:
            return found
        for name, count in self.spellings().items():
            if count < scoring.least_count:
                continue
            places = _places(name, self._delimiter)
            for number, place in enumerate(places):
                first = name[:place]
                for end in places[number:]:
                    last = name[end + len(self._delimiter) :]
                    if self.score(scoring, first, last, name) is not None:
                        found.setdefault(first, set()).add(last)
        return found


def _places(text: str, part: str) -> list[int]:
    places = [text.find(part)]
    while places[-1] >= 0:
        places.append(text.find(part, places[-1] + 1))
    return places[:-1]


def read_whole(sentences: Any) -> EncodedCorpus | None:
    """Read sentences with all their words, or None if there are no words in them.

    Parameters
    ----------
    sentences : EncodedCorpus, or what :func:`w2v.data.read_corpus` takes

    Returns
    -------
    EncodedCorpus or None
        Checked.

    Raises
    ------
    CorpusError
        Text that cannot be read or is damaged, and a file without words.
    """
    if isinstance(sentences, EncodedCorpus):
        sentences.check()
        return sentences
    try:
        return read_corpus(sentences, min_count=1, max_sentence_length=_UNCUT)
    except NoWordsError:
        if names_of(sentences) is not None:
            raise
    if isinstance(sentences, Iterator):
        warnings.warn(
            f"the {type(sentences).__name__} gave no words; it may have been gone through before",
            stacklevel=4,
        )
    return None

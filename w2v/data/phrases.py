"""Collocations: words that stand together so often that they are one, as new_york."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from w2v.data.corpus import EncodedCorpus
from w2v.data.frozen_phrases import FrozenPhrases
from w2v.data.phrase_analysis import ENGLISH_CONNECTOR_WORDS, PhraseAnalysis
from w2v.data.phrase_counts import PhraseCounts, read_whole
from w2v.data.phrase_scoring import (
    Scorer,
    Scoring,
    check_number,
    named_scorer,
    npmi_scorer,
    original_scorer,
)
from w2v.data.phrases_file import scorer_to_file
from w2v.gensim_names import PHRASES, check_unsupported, parameters
from w2v.messages import quoted

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "FrozenPhrases",
    "Phraser",
    "Phrases",
    "npmi_scorer",
    "original_scorer",
]

Phraser = FrozenPhrases

_COUNTED = "pairs are counted with it; make another, Phrases(sentences, {}=…)"


class Phrases(PhraseAnalysis):
    """Pairs of words that occur together more often than by chance.

    Parameters
    ----------
    sentences : iterable of lists of str, EncodedCorpus, or what :func:`read_corpus` takes; optional
        An encoded corpus should have its rare words still in it (``min_count=1``): where they
        are left out, words that never met become neighbours.
    min_count : number, default 5
        Pairs must occur this often, for "default" more often.
    threshold : float, optional
        Pairs must score above this; by default 10, or 0.5 for "npmi".
    max_vocab_size : int, default 40_000_000
        Where there are more distinct words and pairs, the rarest are forgotten, all of one count
        together. gensim forgets while it counts, which makes the counts approximate; here they
        are exact, and memory is not bounded.
    delimiter : str, default "_"
        What joins the words of a phrase. What is spelled alike, a phrase and a word of the text,
        or two phrases such as a_b with c and a with b_c, is one word and counted together.
    progress_per : int
        Without effect.
    scoring : {"default", "npmi"} or callable, default "default"
        gensim's ``original_scorer`` or ``npmi_scorer``, or a function of their parameters, or of
        some of them, which it is given by name.
    connector_words : iterable of str, default ()
        Words that may stand within a phrase, such as bread_and_butter, but neither begin nor
        end one, and do not count as words in the score; ``ENGLISH_CONNECTOR_WORDS`` for English.

    Attributes
    ----------
    min_count, threshold, scoring
        Can be changed: what is asked next follows. ``scoring`` is the function.
    max_vocab_size, progress_per
        As given.
    min_reduce : int
        1, and more after rare words and pairs were forgotten: the least count of those left.

    Raises
    ------
    ValueError
        A parameter out of its range.
    CorpusError
        Text that cannot be read, is damaged, or whose words are no strings.
    """

    _KIND = "Phrases"
    _instead: ClassVar[Mapping[str, str]] = PHRASES
    _computed: ClassVar[Mapping[str, str]] = {
        "delimiter": _COUNTED.format("delimiter"),
        "connector_words": _COUNTED.format("connector_words"),
        "vocab": "add_vocab() counts more text",
        "corpus_word_count": "add_vocab() counts more text",
        "scores": "they follow from the text, threshold, min_count and scoring",
    }

    def __init__(
        self,
        sentences: Any = None,
        min_count: float = 5,
        threshold: float | None = None,
        max_vocab_size: float = 40_000_000,
        delimiter: str = "_",
        progress_per: int = 10_000,
        scoring: str | Scorer = "default",
        connector_words: Iterable[str] = frozenset(),
        **unknown: Any,
    ) -> None:
        check_unsupported("Phrases", unknown, names=parameters(Phrases))
        if not isinstance(delimiter, str):
            raise ValueError(f"delimiter must be a string, such as '_', got {quoted(delimiter)}")
        if isinstance(connector_words, str):
            raise ValueError(
                f"connector_words must be several words, got the string {quoted(connector_words)}"
            )
        self._delimiter, self._connector_words = delimiter, frozenset(connector_words)
        self.max_vocab_size, self.progress_per, self.min_reduce = max_vocab_size, progress_per, 1
        self._counts = PhraseCounts(delimiter, self._connector_words)
        self.min_count, self.scoring = min_count, scoring
        if threshold is None:
            threshold = 0.5 if self._scorer is npmi_scorer else 10.0
        self.threshold = threshold
        self._by_now()  # an error now, not when the text is read
        if sentences is not None:
            self.add_vocab(sentences)
        self._settled = True

    def _forget(self) -> None:
        """Forget what follows from settings and counts, as these change."""
        self._now: Scoring | None = None
        self._keys: dict[int, str] | None = None
        self._scores: dict[str, Any] | None = None
        self._by_first: dict[str, set[str]] | None = None

    @property
    def threshold(self) -> float:
        """What pairs must score above."""
        return self._threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        check_number("threshold", value)
        self._threshold = value
        self._forget()

    @property
    def min_count(self) -> float:
        """How often pairs must occur."""
        return self._min_count

    @min_count.setter
    def min_count(self, value: float) -> None:
        check_number("min_count", value)
        self._min_count = value
        self._forget()

    @property
    def scoring(self) -> Scorer:
        """The scoring function; it can be set by its name too."""
        return self._scorer

    @scoring.setter
    def scoring(self, value: str | Scorer) -> None:
        self._scorer = named_scorer(value)
        self._forget()

    @property
    def delimiter(self) -> str:
        """What joins the words of a phrase."""
        return self._delimiter

    @property
    def connector_words(self) -> frozenset[str]:
        """Words that may stand within a phrase, but neither begin nor end one."""
        return self._connector_words

    @property
    def corpus_word_count(self) -> int:
        """How many words were read."""
        return self._counts.words

    @property
    def vocab(self) -> Mapping[str, int]:
        """How often each word and each pair, joined, was read; read-only."""
        return MappingProxyType(self._counts.spellings())

    @property
    def scores(self) -> dict[str, Any]:
        """The phrases found and their scores, highest first; of phrases spelled alike the best.

        They are pairs of the words of the text.  After :meth:`load` or a second
        :meth:`add_vocab` the words are not known any more, and it is :meth:`export_phrases`.
        """
        if self._scores is None:
            if self._counts.pairs is not None:
                self._keys, self._scores = self._counts.pairs.phrases(self._by_now())
            else:
                found = self._counts.exported(self._by_now()).items()
                self._scores = dict(sorted(found, key=lambda each: -each[1]))
        return self._scores

    def _by_now(self) -> Scoring:
        if self._now is None:
            read = self._counts.entries, self._counts.words
            self._now = Scoring(self._scorer, self._min_count, self._threshold, *read)
        return self._now

    def add_vocab(self, sentences: Any) -> None:
        """Count more text.

        Parameters
        ----------
        sentences
            As the constructor takes them.

        Raises
        ------
        CorpusError
            Text that cannot be read, is damaged, or whose words are no strings.
        """
        corpus = read_whole(sentences)
        if corpus is not None:
            above = self._counts.add(corpus, self.max_vocab_size)
            self.min_reduce = max(self.min_reduce, above + 1)
            self._forget()

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Sequence[str]
    ) -> tuple[str, Any] | tuple[None, None]:
        """Return the phrase that a pair makes and its score, or twice None.

        Parameters
        ----------
        word_a, word_b : str
        in_between : list of str
            The connectors between.
        """
        phrase, head = self._delimiter.join((word_a, *in_between, word_b)), self._delimiter[:1]
        parts = (len(in_between) + 1) * self._delimiter.count(head)
        if self._counts.plain and phrase.count(head) == parts:
            # It can be read in one way only, so that there is one pair of this name.
            score = (self._scores or self.scores).get(phrase)
        else:
            score = self._counts.score(self._by_now(), word_a, word_b, phrase)
        return (None, None) if score is None else (phrase, score)

    def export_phrases(self) -> dict[str, Any]:
        """Return the phrases among all words and pairs, and their scores.

        Where a word has the delimiter in it, such as new_york, it is taken for its parts, as in
        gensim: ``scores`` has the phrases of words as they stand in the text.

        Returns
        -------
        dict of str to float
        """
        if self._counts.plain or not self._delimiter:
            return dict(self.scores)
        return self._counts.exported(self._by_now())

    def _ends(self) -> Mapping[str, Container[str]] | None:
        if type(self).score_candidate is not Phrases.score_candidate:
            return None
        if self._by_first is None:
            scores = self.scores if self._counts.plain else None
            self._by_first = self._counts.ends(self._by_now(), scores)
        return self._by_first

    def freeze(self) -> FrozenPhrases:
        """Return the phrases of :meth:`export_phrases` without the counts."""
        return FrozenPhrases(self)

    def __len__(self) -> int:
        return len(self.scores)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{self._counts.entries} vocab, min_count={self.min_count}, "
            f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size}>"
        )

    __repr__ = __str__

    def join(self, corpus: EncodedCorpus, *, min_count: int = 5) -> EncodedCorpus:
        """Make the corpus in which phrases are words.

        Parameters
        ----------
        corpus : EncodedCorpus
            Fastest with the one that the phrases were found in.
        min_count : int, default 5
            Words, phrases among them, that occur less often are left out.

        Returns
        -------
        EncodedCorpus

        Raises
        ------
        CorpusError
            No word that remains, or words that are no strings.
        """
        corpus.check()
        pairs = self._counts.pairs
        if pairs is not None and corpus.vocab == pairs.vocab:
            _ = self.scores
            return pairs.join(corpus, self._keys or {}, min_count)
        pairs = self._counts.counted(corpus)
        keys = {}
        for key in pairs.pairs.tolist():
            first, *between, last = pairs.spelled_out(key)
            phrase, score = self.score_candidate(first, last, between)
            if phrase is not None and score is not None:
                keys[key] = phrase
        return pairs.join(corpus, keys, min_count)

    def _content(self) -> dict[str, Any]:
        scoring = scorer_to_file(self._scorer)
        if scoring is None:
            raise ValueError(
                f"scoring={quoted(self._scorer)} cannot be saved; a function with a name at the "
                "top of a module can, or use freeze().save()"
            )
        return {
            "min_count": self.min_count,
            "threshold": self.threshold,
            "scoring": scoring,
            "delimiter": self._delimiter,
            "connector_words": sorted(self._connector_words),
            "max_vocab_size": self.max_vocab_size,
            "progress_per": self.progress_per,
            "min_reduce": self.min_reduce,
            "corpus_word_count": self._counts.words,
            "vocab": self._counts.spellings(),
        }

    def _restore(self, content: Mapping[str, Any], scorer: Scorer | None) -> None:
        if scorer is None:
            raise ValueError(
                f"these phrases are scored by {quoted(content.get('scoring'))}, which is not at "
                "hand: import its module first, or give the function, load(path, scoring=function)"
            )
        self._delimiter = content["delimiter"]
        self._connector_words = frozenset(content["connector_words"])
        known = content["vocab"], content["corpus_word_count"]
        self._counts = PhraseCounts.of(self._delimiter, self._connector_words, *known)
        for name in ("min_count", "threshold", "max_vocab_size", "progress_per", "min_reduce"):
            setattr(self, name, content[name])
        self.scoring = scorer
        self._by_now()
        self._settled = True

"""What all models of phrases do: go through sentences and join what is a phrase."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self, cast

from w2v.data.corpus import EncodedCorpus
from w2v.data.joined_sentences import JoinedSentences, join_one_or_many, tokens_of
from w2v.data.phrase_scoring import Scorer, named_scorer
from w2v.data.phrases_file import read_phrases, scorer_from_file, write_phrases
from w2v.gensim_names import GensimNames

ENGLISH_CONNECTOR_WORDS = frozenset((
    "a", "an", "the", "and", "or", "at", "by", "for", "from", "in", "of", "on", "to", "with",
    "without",
))  # fmt: skip
"""Articles, conjunctions and prepositions; gensim's set of the same name."""


class PhraseAnalysis(GensimNames, ABC):
    """Phrases in sentences, by what :meth:`score_candidate` says of each pair.

    A subclass has ``connector_words``, which may stand within a phrase, but neither begin nor
    end one.
    """

    _KIND: ClassVar[str] = ""
    connector_words: Any  # a property, or an attribute

    @abstractmethod
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

    def _ends(self) -> Mapping[str, Container[str]] | None:
        """Return the words that phrases end with by those that they begin with, None if any may."""
        return None

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Yield the words and phrases of a sentence, from the left.

        Parameters
        ----------
        sentence : iterable of str

        Yields
        ------
        str, float or None
            A phrase and its score, or a word and None.

        Raises
        ------
        CorpusError
            A string, or a token that is none.
        """
        start: str | None = None  # of what may become a phrase, with the connectors after it
        between: list[str] = []
        connectors, ends = self.connector_words, self._ends()
        for word in tokens_of(sentence):
            if word in connectors:
                if start is None:
                    yield word, None
                else:
                    between.append(word)
                continue
            if start is not None:
                if ends is None or word in ends.get(start, ()):
                    phrase, score = self.score_candidate(start, word, between)
                    if phrase is not None and score is not None:
                        yield phrase, score
                        start, between = None, []
                        continue
                yield start, None
                for connector in between:
                    yield connector, None
            start, between = word, []
        if start is not None:
            for word in (start, *between):
                yield word, None

    def find_phrases(self, sentences: Iterable[Iterable[str]]) -> dict[str, Any]:
        """Return the phrases that stand in sentences, with their scores.

        Parameters
        ----------
        sentences : iterable of iterables of str, or EncodedCorpus

        Returns
        -------
        dict of str to float

        Raises
        ------
        CorpusError
            A sentence that is a string, or a token that is none.
        """
        if isinstance(sentences, EncodedCorpus):
            sentences = sentences.sentences()
        return {
            phrase: score
            for sentence in sentences
            for phrase, score in self.analyze_sentence(sentence)
            if score is not None
        }

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
        return [word for word, _ in self.analyze_sentence(sentence)]

    @abstractmethod
    def _content(self) -> dict[str, Any]:
        """Return settings and counts as JSON values."""

    @abstractmethod
    def _restore(self, content: Mapping[str, Any], scorer: Scorer | None) -> None:
        """Become what :meth:`_content` describes; without a scorer, its function is not there."""

    def save(
        self,
        path: str | os.PathLike[str],
        separately: Any = None,
        sep_limit: int = 0,
        ignore: Any = (),
        pickle_protocol: int = 0,
    ) -> None:
        """Write settings and counts to a file, which :meth:`load` reads.

        Parameters
        ----------
        path : str or path
        separately, sep_limit, ignore, pickle_protocol
            Taken for gensim's sake: one file has all, and no pickle is written.

        Raises
        ------
        ValueError
            A scoring function without a name by which it would be found again.
        OSError
            A file that cannot be written; what was there stays.
        """
        write_phrases(path, self._KIND, self._content())

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        mmap: str | None = None,
        *,
        scoring: str | Scorer | None = None,
    ) -> Self:
        """Read what :meth:`save` wrote, of whichever kind it is.

        Parameters
        ----------
        path : str or path
        mmap : str, optional
            Without effect.
        scoring : callable, optional
            The scoring function, where it is one's own. By default that of the name in the
            file, if its module is imported.

        Returns
        -------
        Phrases or FrozenPhrases
            What was saved; an object of this class, where that is one.

        Raises
        ------
        CorpusError
            A file that holds no phrases, or is damaged.
        ValueError
            A scoring function that is not at hand.
        OSError
            A file that cannot be read.
        """
        content = read_phrases(path)
        kind = content["kind"]
        made: Any = cls
        if kind != cls._KIND:
            made = next(each for each in PhraseAnalysis.__subclasses__() if kind == each._KIND)
        model = made.__new__(made)
        named = scorer_from_file(content.get("scoring"))
        model._restore(content, named if scoring is None else named_scorer(scoring))
        return cast("Self", model)

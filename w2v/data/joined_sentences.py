"""Sentences with their phrases joined, as often as the sentences themselves can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from w2v.data.errors import CorpusError
from w2v.messages import quoted

Join = Callable[[Any], list[str]]


class JoinedSentences:
    """Many sentences, each with its phrases joined when it is asked for.

    Parameters
    ----------
    join : callable
        Given a sentence, it returns it with its phrases joined.
    sentences : iterable of iterables of str
        Counted by ``len``, where they can be counted.
    begin : callable, optional
        Returns an iterator over the sentences from the first on; by default ``iter`` of them.

    Raises
    ------
    CorpusError
        While going through them: a sentence that is a string, a token that is none, or sentences
        asked for again that can be gone through only once.
    """

    def __init__(
        self, join: Join, sentences: Any, begin: Callable[[], Iterator[Any]] | None = None
    ) -> None:
        self._join = join
        self._sentences = sentences
        self._begin = begin or sentences.__iter__

    def __iter__(self) -> Iterator[list[str]]:
        return map(self._join, self._begin())

    def __len__(self) -> int:
        return len(self._sentences)


class _Once:
    """A function that returns an iterator the first time and raises an error from then on."""

    def __init__(self, sentences: Iterator[Any], kind: str) -> None:
        self._sentences: Iterator[Any] | None = sentences
        self._kind = kind

    def __call__(self) -> Iterator[Any]:
        sentences, self._sentences = self._sentences, None
        if sentences is None:
            raise CorpusError(
                f"these sentences come from a {self._kind}, which can be gone through only once, "
                "and it has been; give a list, or an object whose __iter__ begins anew"
            )
        return sentences


def join_one_or_many(join: Join, sentence: Any) -> list[str] | JoinedSentences:
    """Join the phrases of one sentence at once, those of many when they are gone through.

    Parameters
    ----------
    join : callable
        Given a sentence, it returns it with its phrases joined.
    sentence : iterable of str, or iterable of these

    Returns
    -------
    list of str, or JoinedSentences

    Raises
    ------
    CorpusError
        A sentence that is a string, or a token that is none.
    """
    if isinstance(sentence, str | bytes):
        return join(sentence)  # which says that it is none
    rest = iter(sentence)
    head = next(rest, None)
    if head is None:
        return []
    if isinstance(head, str | bytes) or not isinstance(head, Iterable):
        return join(chain([head], rest))  # which refuses other tokens than strings
    if rest is not sentence:
        return JoinedSentences(join, sentence)
    return JoinedSentences(join, sentence, _Once(chain([head], rest), type(sentence).__name__))


def tokens_of(sentence: Any) -> list[str]:
    """Return a sentence's tokens, or say why it is no sentence.

    Parameters
    ----------
    sentence : iterable of str

    Returns
    -------
    list of str

    Raises
    ------
    CorpusError
        A sentence that is a string or no iterable, or a token that is no string.
    """
    if isinstance(sentence, str | bytes) or not isinstance(sentence, Iterable):
        raise CorpusError(f"a sentence is {_shown(sentence)}; give its tokens as a list of strings")
    tokens = list(sentence)
    if wrong := [token for token in tokens if not isinstance(token, str)]:
        use = ".decode()" if isinstance(wrong[0], bytes) else "str()"
        raise CorpusError(f"a token is {_shown(wrong[0])}; phrases are made of strings: use {use}")
    return tokens


def _shown(value: object) -> str:
    return f"{quoted(value)} of type {type(value).__name__}"

"""Iterables that may give other sentences each time they are gone through."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from w2v.data.corpus import EncodedCorpus
from w2v.data.errors import CorpusError
from w2v.data.reading.tables import table_of
from w2v.data.reading.text_source import is_open_file, names_of
from w2v.data.sentence_files import SentenceFiles

_COMPARED = 100


class FirstSentences:
    """Sentences handed on, the first hundred of which are kept for comparison.

    Parameters
    ----------
    sentences : iterable of sequences of str
    """

    def __init__(self, sentences: Iterable[Sequence[Any]]) -> None:
        self._sentences = sentences
        self._seen: list[list[Any]] = []

    def __iter__(self) -> Iterator[Sequence[Any]]:
        self._seen = []
        rest = iter(self._sentences)
        for sentence in islice(rest, _COMPARED):
            self._seen.append(list(sentence))
            yield sentence
        yield from rest

    def differ_now(self) -> bool:
        """Begin to go through the sentences again and tell whether others come."""
        again = iter(self._sentences)
        differ = any(list(now) != seen for seen, now in zip(self._seen, again, strict=False))
        if isinstance(again, Generator):
            again.close()
        return differ


def may_vary(source: Any) -> bool:
    """Tell whether a source is an iterable that is free to give other sentences next time.

    Parameters
    ----------
    source : what :func:`w2v.data.read_corpus` takes

    Returns
    -------
    bool
        False for files, corpora, lists, tables, arrays and what can be gone through once.
    """
    if isinstance(source, SentenceFiles):
        return source.sources() is None
    if table_of(source) is not None or is_open_file(source):
        return False
    kept = str | bytes | os.PathLike | Sequence | np.ndarray | EncodedCorpus | Iterator
    return isinstance(source, Iterable) and not isinstance(source, kept)


def require_rereadable(source: Any) -> None:
    """Refuse what cannot be read anew for every epoch.

    Parameters
    ----------
    source : what :func:`w2v.data.read_corpus` takes, or None

    Raises
    ------
    CorpusError
        A source that can be gone through once, or does not change.
    """
    if source is None or isinstance(source, EncodedCorpus):
        raise CorpusError(
            "reread=True reads the source anew for every epoch, and there is none: give sentences "
            "or names of files"
        )
    if is_open_file(source) or isinstance(source, Iterator) or names_of(source) == ["-"]:
        what = "a generator" if isinstance(source, Iterator) else "standard input"
        what = "an open file" if is_open_file(source) else what
        raise CorpusError(
            f"reread=True reads the source anew for every epoch, and {what} can be read once: give "
            "an object whose __iter__ begins anew, or leave reread out"
        )

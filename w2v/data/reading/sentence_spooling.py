"""First reading of sentences that Python hands over: token lists, or lines cut by a callable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.data.reading.column_values import ListBlock
from w2v.data.reading.spool import SpooledText, SpoolWriter
from w2v.data.reading.text_blocks import TextBlocks
from w2v.data.reading.word_counts import WordCounts
from w2v.items import Item, checked_items, is_integer
from w2v.messages import quoted, shortened

_SENTENCES = 10_000


class _Ids(dict[Item, int]):
    """The numbers of words, or of items that are integers, in order of arrival."""

    integers = False

    def __missing__(self, word: Item) -> int:
        if not self:
            self.integers = is_integer(word)
        if not isinstance(word, str) and not is_integer(word):
            use = ".decode()" if isinstance(word, bytes) else "str() or int()"
            raise CorpusError(
                f"a token is {quoted(word)} of type {type(word).__name__}; tokens are strings, or "
                f"integers: use {use}"
            )
        if isinstance(word, str) == self.integers:
            raise CorpusError(
                f"a token is {quoted(word)}, another {quoted(next(iter(self)))}; tokens are all "
                "strings or all integers: use str() or int()"
            )
        try:
            self[checked_items([word])[0]] = number = len(self)
        except ValueError as error:
            raise CorpusError(f"a token does not fit: {error}") from None
        return number

    def check(self, batch: list[Sequence[Item]]) -> None:
        """Refuse what equals an integer and is none: 1.0 and True."""
        kinds: set[type] = set()
        for sentence in batch:
            dtype = getattr(sentence, "dtype", None)
            kinds.update(map(type, sentence) if dtype is None else [dtype.type])
        for kind in kinds:
            if not issubclass(kind, int | np.integer) or issubclass(kind, bool):
                raise CorpusError(
                    f"a token is of type {kind.__name__} where others are integers; tokens are all "
                    "strings or all integers: use str() or int()"
                )


def spool_sentences(
    sentences: Iterable[Sequence[Item]],
    path: Path,
    progress: Callable[[int], None] | None = None,
) -> SpooledText:
    """Give numbers to the words of sentences, reading them once.

    Parameters
    ----------
    sentences : iterable of sequences of str, or of int
        Tokens are kept whole, spaces included.
    path : Path
        The spool file.
    progress : callable, optional
        Given the words so far, after each of the batches.

    Returns
    -------
    SpooledText

    Raises
    ------
    CorpusError
        A sentence that is a string, or tokens that are not all strings or all integers.
    """
    ids, counts, words = _Ids(), np.zeros(0, np.int64), 0
    if getattr(sentences, "ndim", 2) not in (1, 2):
        raise CorpusError(
            f"sentences are an array of {sentences.ndim} dimensions; give lists of tokens, or an "  # type: ignore[attr-defined]
            "array with a sentence a row"
        )
    rest = iter(sentences)
    with SpoolWriter(path) as writer:
        for number, batch in enumerate(iter(lambda: list(islice(rest, _SENTENCES)), [])):
            numbers = _numbered(batch, ids)
            words += writer.add(number, numbers)
            writer.spooled.sentences += len(batch)
            counts = np.concatenate([counts, np.zeros(len(ids) - len(counts), np.int64)])
            np.add.at(counts, numbers[numbers >= 0], 1)
            if progress:
                progress(words)
    try:
        first = np.arange(len(ids), dtype=np.int64)
        writer.spooled.words = WordCounts.from_texts(list(map(str, ids)), counts, first)
        writer.spooled.words.integers = ids.integers
    except UnicodeEncodeError as error:
        raise CorpusError(f"a token is no text: {shortened(str(error))}") from error
    return writer.spooled


def _numbered(batch: list[Sequence[Item]], ids: _Ids) -> NDArray[np.int32]:
    for sentence in batch:
        if isinstance(sentence, Mapping):
            raise CorpusError(
                f"a sentence is {quoted(sentence)} of type {type(sentence).__name__}; give lists "
                "of tokens, such as the values of one of its keys"
            )
        if isinstance(sentence, str | bytes):
            raise CorpusError(
                f"a sentence is the string {quoted(sentence, 40)}; give lists of tokens, such as "
                f"{quoted(str(sentence[:40]).split())}, or the path of a text file"
            )
    try:
        lengths = np.fromiter(map(len, batch), np.int64, len(batch))
    except TypeError:
        batch = [_listed(sentence) for sentence in batch]
        lengths = np.fromiter(map(len, batch), np.int64, len(batch))
    numbers = map(ids.__getitem__, chain.from_iterable(batch))
    try:
        flat = np.fromiter(numbers, np.int32, int(lengths.sum()))
    except TypeError as error:  # of what cannot be looked up
        raise CorpusError(
            f"a token is neither a string nor an integer ({shortened(str(error))}): give lists of "
            "tokens"
        ) from error
    if ids.integers:
        ids.check(batch)
    return np.insert(flat, np.cumsum(lengths), -1)


def _listed(sentence: Any) -> list[str]:
    try:
        return list(sentence)
    except TypeError:
        raise CorpusError(
            f"a sentence is {quoted(sentence)} of type {type(sentence).__name__}; give lists of "
            "tokens"
        ) from None


class TokenizedLines:
    """Lines of text, each cut into tokens by a callable.

    Parameters
    ----------
    blocks : TextBlocks
        With ``lines_only``.
    tokenizer : callable
        Given a line without its end, it returns the tokens.
    strict : bool
        Whether bytes that are no UTF-8 are an error; they are replaced otherwise.

    Attributes
    ----------
    replaced : int
        Sequences of bytes replaced so far.
    faulty : bytes
        Of the first block in which something was replaced.
    """

    def __init__(
        self, blocks: TextBlocks, tokenizer: Callable[[str], Sequence[str]], strict: bool
    ) -> None:
        self._blocks = blocks
        self._tokenizer = tokenizer
        self._strict = strict
        self.replaced = 0
        self.faulty = b""

    def __iter__(self) -> Iterator[Sequence[str]]:
        for block in self._blocks:
            if isinstance(block, ListBlock):
                yield from block.sentences()
                continue
            text, replaced = block.text(strict=self._strict)
            if replaced:
                self.replaced += replaced
                self.faulty = self.faulty or block.data
            for line in text.removesuffix("\n").split("\n"):
                yield self._tokenizer(line.removesuffix("\r"))

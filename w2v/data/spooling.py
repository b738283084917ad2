"""First reading of sentences that Python hands over: token lists, or lines cut by a callable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.blocks import Blocks
from w2v.data.errors import CorpusError
from w2v.data.parts import Part, Spool, Words
from w2v.messages import quoted, shortened

_SENTENCES = 10_000


class _Ids(dict[str, int]):
    """Numbers words in order of arrival."""

    def __missing__(self, word: str) -> int:
        if not isinstance(word, str):
            raise CorpusError(
                f"a token is {quoted(word)} of type {type(word).__name__}; tokens are strings: "
                "use str()"
            )
        self[str(word)] = number = len(self)
        return number


def spool_sentences(
    sentences: Iterable[Sequence[str]],
    path: Path,
    progress: Callable[[int], None] | None = None,
) -> Part:
    """Give numbers to the words of sentences, reading them once.

    Parameters
    ----------
    sentences : iterable of sequences of str
        Tokens are kept whole, spaces included.
    path : Path
        The spool file.
    progress : callable, optional
        Given the words so far, after each of the batches.

    Returns
    -------
    Part

    Raises
    ------
    CorpusError
        If a sentence is a string, or a token is none.
    """
    ids, counts, words = _Ids(), np.zeros(0, np.int64), 0
    rest = iter(sentences)
    with Spool(path) as spool:
        for number, batch in enumerate(iter(lambda: list(islice(rest, _SENTENCES)), [])):
            stream = _numbered(batch, ids)
            words += spool.add(number, stream)
            counts = np.concatenate([counts, np.zeros(len(ids) - len(counts), np.int64)])
            np.add.at(counts, stream[stream >= 0], 1)
            if progress:
                progress(words)
    try:
        spool.part.words = Words.from_texts(list(ids), counts, np.arange(len(ids), dtype=np.int64))
    except UnicodeEncodeError as error:
        raise CorpusError(f"a token is no text: {shortened(str(error))}") from error
    return spool.part


def _numbered(batch: list[Sequence[str]], ids: _Ids) -> NDArray[np.int32]:
    for sentence in batch:
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
    flat = np.fromiter(numbers, np.int32, int(lengths.sum()))
    return np.insert(flat, np.cumsum(lengths), -1)


def _listed(sentence: Any) -> list[str]:
    try:
        return list(sentence)
    except TypeError:
        raise CorpusError(
            f"a sentence is {quoted(sentence)} of type {type(sentence).__name__}; give lists of "
            "tokens"
        ) from None


class CutLines:
    """Lines of text, each cut into tokens by a callable.

    Parameters
    ----------
    blocks : Blocks
        With `lines_only`.
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
        self, blocks: Blocks, tokenizer: Callable[[str], Sequence[str]], strict: bool
    ) -> None:
        self._blocks = blocks
        self._tokenizer = tokenizer
        self._strict = strict
        self.replaced = 0
        self.faulty = b""

    def __iter__(self) -> Iterator[Sequence[str]]:
        for block in self._blocks:
            text, replaced = block.text(strict=self._strict)
            if replaced:
                self.replaced += replaced
                self.faulty = self.faulty or block.data
            for line in text.removesuffix("\n").split("\n"):
                yield self._tokenizer(line.removesuffix("\r"))

"""The parts that a text is read in, and pieces of them to train on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from w2v.data import EncodedCorpus, Vocabulary
from w2v.data.manifest import OFFSETS, TOKENS
from w2v.data.reading.source_file import TextSource

_AT_ONCE = 1 << 17
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Part(NamedTuple):
    """Some lines of the text, which one task reads.

    Parameters
    ----------
    number : int
        Its place in the text.
    source : TextSource or None
        None for sentences of an encoded corpus.
    folder : str, default ""
        Of that corpus.
    sentences : (int, int), default (0, 0)
        The first of them, and the one after the last.
    """

    number: int
    source: TextSource | None
    folder: str = ""
    sentences: tuple[int, int] = (0, 0)


class Digest(NamedTuple):
    """What tells a part's tokens and sentences from others; those of parts make the text's.

    Parameters
    ----------
    values, places, ends, squares : int
        Sums, modulo 2 ** 64: of the tokens' mixed values, of these times their places, of where
        sentences end, and of its squares.
    """

    values: int = 0
    places: int = 0
    ends: int = 0
    squares: int = 0

    @classmethod
    def of(cls, tokens: np.ndarray, offsets: np.ndarray) -> Digest:
        """Digest tokens and where their sentences begin and end."""
        sums = [0, 0, 0, 0]
        for first in range(0, len(tokens), _AT_ONCE):
            values = (tokens[first : first + _AT_ONCE].astype(np.uint64) + np.uint64(1)) * _MIX
            values ^= values >> np.uint64(29)
            places = np.arange(first + 1, first + 1 + len(values), dtype=np.uint64)
            sums[0] += int(values.sum())
            sums[1] += int((values * places).sum())
        for first in range(1, len(offsets), _AT_ONCE):
            ends = offsets[first : first + _AT_ONCE].astype(np.uint64)
            sums[2] += int(ends.sum())
            sums[3] += int((ends * ends).sum())
        return cls(*(each % (1 << 64) for each in sums))

    def after(self, tokens: int, sentences: int) -> Digest:
        """Return the digest of this part's sentences where so many tokens stand before them.

        Parameters
        ----------
        tokens : int
        sentences : int
            Of this part.
        """
        places = self.places + tokens * self.values
        ends = self.ends + tokens * sentences
        squares = self.squares + 2 * tokens * self.ends + tokens * tokens * sentences
        return Digest(*(each % (1 << 64) for each in (self.values, places, ends, squares)))

    def __add__(self, other: object) -> Digest:
        """Return the digest of both parts' tokens."""
        assert isinstance(other, Digest)
        return Digest(*((a + b) % (1 << 64) for a, b in zip(self, other, strict=True)))


class PartSize(NamedTuple):
    """What a part holds.

    Parameters
    ----------
    tokens, sentences : int
        Words of the vocabulary, and sentences that have some.
    words, read : int
        All words, and all sentences.
    replaced : int
        How often something was no text.
    faulty : bytes
        Where, if it was.
    digest : Digest
    """

    tokens: int
    sentences: int
    words: int
    read: int
    replaced: int = 0
    faulty: bytes = b""
    digest: Digest = Digest()


class Piece(NamedTuple):
    """The sentences of a part that begin within some of its tokens.

    Parameters
    ----------
    part : int
    start, stop : int
    """

    part: int
    start: int
    stop: int


def sentences_of(offsets: np.ndarray, start: int, stop: int) -> tuple[int, int]:
    """Return the first sentence that begins within some tokens, and the one after the last."""
    first, last = np.searchsorted(offsets[:-1], (start, stop)).tolist()
    return first, last


def joined(
    corpora: Sequence[EncodedCorpus], pieces: Sequence[Piece], folder: Path
) -> EncodedCorpus:
    """Return the sentences of some pieces as one corpus, in files of a folder.

    Parameters
    ----------
    corpora : sequence of EncodedCorpus
        The part of each piece.
    pieces : sequence of Piece
    folder : Path
        Is made.
    """
    folder.mkdir(parents=True)
    ends, length = [np.zeros(1, np.int64)], 0
    with (folder / TOKENS).open("wb") as file:
        for corpus, piece in zip(corpora, pieces, strict=True):
            offsets = corpus.offsets
            first, last = sentences_of(offsets, piece.start, piece.stop)
            corpus.look_at(first, last)
            begin, end = int(offsets[first]), int(offsets[last])
            file.write(corpus.mapped_tokens[begin:end].data)
            ends.append(offsets[first + 1 : last + 1] - begin + length)
            length += end - begin
    np.concatenate(ends).tofile(folder / OFFSETS)
    return mapped(folder, corpora[0].vocab, length)


def mapped(folder: Path, vocab: Vocabulary, words: int) -> EncodedCorpus:
    """Return tokens and offsets that this process has written to a folder, as they lie there."""
    size = (folder / TOKENS).stat().st_size
    tokens = np.memmap(folder / TOKENS, "<i4", "r") if size else np.empty(0, np.int32)
    return EncodedCorpus(tokens, np.memmap(folder / OFFSETS, "<i8", "r"), vocab, words)

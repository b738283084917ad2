"""A text that lies on the workers of a cluster, as the driver knows it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.cluster.parts import Digest, PartSize, Piece
from w2v.data import EncodedCorpus, Vocabulary
from w2v.data.errors import CorpusError

Fetch = Callable[[Mapping[int, np.ndarray]], Mapping[int, tuple[np.ndarray, np.ndarray]]]


class ShardedCorpus(EncodedCorpus):
    """An encoded corpus whose parts are on workers.

    Parameters
    ----------
    vocab : Vocabulary
    sizes : sequence of PartSize
        Of the parts, in the order of the text.
    info : mapping
        As that of an encoded corpus.
    fetch : callable
        Given numbers of sentences for some parts, it returns their tokens and offsets.
    total_words : int, optional
        By default those that the parts were read from.
    """

    def __init__(
        self,
        vocab: Vocabulary,
        sizes: Sequence[PartSize],
        info: Mapping[str, Any],
        fetch: Fetch,
        total_words: int | None = None,
    ) -> None:
        self.vocab, self.sizes, self.info = vocab, tuple(sizes), dict(info)
        self.total_words = sum(s.words for s in sizes) if total_words is None else total_words
        self._fetch = fetch
        # Where in the text's tokens each part begins, and its sentences.
        self.begins = np.cumsum([0, *(size.tokens for size in sizes)])
        self._sentences = np.cumsum([0, *(size.sentences for size in sizes)])

    @property
    def mapped_tokens(self) -> NDArray[np.int32]:  # type: ignore[override]
        """Raise a CorpusError: they are elsewhere."""
        raise CorpusError(
            "this text lies on the workers of a cluster: train on it there, or read it here"
        )

    tokens = offsets = mapped_tokens  # type: ignore[assignment]

    @property
    def n_tokens(self) -> int:
        """Count the tokens."""
        return int(self.begins[-1])

    def __len__(self) -> int:
        """Count the sentences."""
        return int(self._sentences[-1])

    def has_neighbours(self) -> bool:
        """Tell whether some sentence has more than one word."""
        return len(self) < self.n_tokens

    def look_at(self, first: int = 0, last: int | None = None) -> None:
        """Do nothing: workers look at what they train on."""

    @cached_property
    def fingerprint(self) -> dict[str, Any]:
        """What the text is known by: as that of an encoded corpus, with another digest."""
        total = Digest()
        for begin, size in zip(self.begins.tolist(), self.sizes, strict=False):
            total += size.digest.after(begin, size.sentences)
        return {
            "words": self.total_words,
            "tokens": self.n_tokens,
            "sentences": len(self),
            "digest": "".join(f"{each:016x}" for each in total),
        }

    def recoded(self, vocab: Vocabulary) -> EncodedCorpus:
        """Return this text; a CorpusError if the words are others."""
        if vocab.words != self.vocab.words:
            raise CorpusError(
                f"this text's {len(self.vocab):,} words are others than the model's "
                f"{len(vocab):,}: on a cluster a training goes on with the text that it began with"
            )
        return self

    def excerpt(self, words: int) -> EncodedCorpus:
        """Return whole sentences from all over the text, those of an encoded corpus."""
        sentences = len(self)
        if self.n_tokens > words:
            sentences = max(1, sentences * words // self.n_tokens)
        chosen = np.arange(sentences) * len(self) // sentences
        cuts = np.searchsorted(chosen, self._sentences)
        wanted = {
            part: chosen[first:last] - self._sentences[part]
            for part, (first, last) in enumerate(itertools.pairwise(cuts))
            if first < last
        }
        found = self._fetch(wanted)
        tokens = [found[part][0] for part in wanted]
        ends, length = [np.zeros(1, np.int64)], 0
        for part in wanted:
            ends.append(found[part][1][1:] + length)
            length += len(found[part][0])
        total = self.total_words * length // max(1, self.n_tokens)
        return EncodedCorpus(
            np.concatenate(tokens), np.concatenate(ends), self.vocab, max(length, total)
        )

    # -- what is left of an epoch ---------------------------------------------------------

    def pieces(self, done: Sequence[tuple[int, int]] = ()) -> list[Piece]:
        """Return what is left of the text.

        Parameters
        ----------
        done : sequence of (int, int)
            Ranges of its tokens, rising, that are done: sentences that begin there.
        """
        left, at = [], 0
        for first, last in [*done, (self.n_tokens, self.n_tokens)]:
            left += self._pieces_within(at, first)
            at = max(at, last)
        return left

    def _pieces_within(self, first: int, last: int) -> list[Piece]:
        pieces = []
        for part, size in enumerate(self.sizes):
            begin = int(self.begins[part])
            start, stop = max(first - begin, 0), min(last - begin, size.tokens)
            if start < stop:
                pieces.append(Piece(part, start, stop))
        return pieces

    def ranges(self, left: Sequence[Piece]) -> list[tuple[int, int]]:
        """Return the ranges of tokens that are done where some pieces are left."""
        done: list[tuple[int, int]] = []
        at = 0
        places = sorted(
            (int(self.begins[piece.part]) + piece.start, int(self.begins[piece.part]) + piece.stop)
            for piece in left
        )
        for start, stop in [*places, (self.n_tokens, self.n_tokens)]:
            if at < start:
                done.append((at, start))
            at = max(at, stop)
        return done

"""A corpus made on the spot: words drawn by Zipf's law, cut into sentences."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from w2v.data import EncodedCorpus, Vocabulary


class Stream(NamedTuple):
    """What the fused engine trains on."""

    tokens: np.ndarray  # (N,) int32
    offsets: np.ndarray  # (S + 1,) int64
    counts: np.ndarray  # (V,) int64

    def part(self, words: int, skip: int = 0) -> Stream:
        """Return whole sentences of about so many words, with the counts of the whole.

        Parameters
        ----------
        words : int
            At most, but at least a sentence; all if there are not so many.
        skip : int, default 0
            Words to leave out before, rounded up to whole sentences.
        """
        first = min(int(np.searchsorted(self.offsets, skip)), len(self.offsets) - 2)
        last = int(np.searchsorted(self.offsets, self.offsets[first] + words, side="right")) - 1
        offsets = self.offsets[first : max(first + 1, last) + 1]
        tokens = self.tokens[offsets[0] : offsets[-1]]
        return Stream(tokens, offsets - offsets[0], self.counts)


def zipf_stream(words: int, vocabulary: int, sentence: int = 20, seed: int = 1) -> Stream:
    """Draw a corpus whose word of rank r has a share in proportion to 1 / (r + 2.7).

    Mandelbrot's form of Zipf's law, with which the most frequent word of 500,000 has
    a share of 2 %, as after the commonest function words of a text.  Ranks are those
    of the counts, as in a vocabulary.

    Parameters
    ----------
    words : int
    vocabulary : int
    sentence : int, default 20
        Words of a sentence.
    seed : int, default 1

    Returns
    -------
    Stream
    """
    rng = np.random.default_rng(seed)
    share = 1 / (np.arange(vocabulary) + 2.7)
    upper = np.cumsum(share / share.sum())
    # The inverse of the distribution at as many points as make looking it up cheap.
    points = 1 << 22
    inverse = np.searchsorted(upper, (np.arange(points) + 0.5) / points).astype(np.int32)
    tokens = np.empty(words, dtype=np.int32)
    step = 1 << 24
    for low in range(0, words, step):
        part = tokens[low : low + step]
        part[:] = inverse[rng.integers(0, points, part.size, dtype=np.int32)]
    tokens[:vocabulary] = rng.permutation(vocabulary)[: tokens[:vocabulary].size]  # each occurs
    offsets = np.append(np.arange(0, words, sentence, dtype=np.int64), words)
    return Stream(tokens, offsets, np.bincount(tokens, minlength=vocabulary))


@contextmanager
def zipf_on_disk(words: int, vocabulary: int) -> Iterator[Stream]:
    """Draw a corpus as :func:`zipf_stream` does, and map it from disk.

    Parameters
    ----------
    words, vocabulary : int

    Yields
    ------
    Stream
        In the folder for temporary files, 4.4 bytes a word; gone after the block.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "zipf.w2v"
        drawn = zipf_stream(words, vocabulary)
        vocab = Vocabulary([f"w{i}" for i in range(vocabulary)], drawn.counts)
        EncodedCorpus(drawn.tokens, drawn.offsets, vocab, words).save(folder)
        del drawn
        corpus = EncodedCorpus.open(folder)
        yield Stream(corpus.tokens, corpus.offsets, corpus.vocab.counts)


def write_text(stream: Stream, path: str, words: int) -> int:
    """Write a corpus's first words as text, a sentence a line, a word as ``w`` and its id.

    Only whole sentences are written; how many words that makes is returned.
    """
    names = np.array([f"w{i}" for i in range(len(stream.counts))])
    last = int(np.searchsorted(stream.offsets, words, side="right")) - 1
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123
        for i in range(last):
            low, high = stream.offsets[i : i + 2]
            file.write(" ".join(names[stream.tokens[low:high]]) + "\n")
    return int(stream.offsets[last])

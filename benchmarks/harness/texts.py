"""The texts that benchmarks run on: books, anyone's own, pydocs, or words drawn by Zipf's law."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from benchmarks.harness.machine import ROOT
from w2v.bench.training import Sentences
from w2v.data import EncodedCorpus, Vocabulary, pydocs, read_corpus

DATA = Path(os.environ.get("W2V_BENCH_DATA", ROOT.parent / "shared" / "data"))
BOOKS = "books-18m"
BYTES_A_WORD = 5.28


class Text(NamedTuple):
    """A corpus as plain text, a sentence a line, and what a reader has to know of it."""

    name: str
    path: Path
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.note})" if self.note else self.name


def find_books() -> Path | None:
    """Return books-18m, in any packing, where it is at hand."""
    return next((path for path in sorted(DATA.glob(f"{BOOKS}.txt*"))), None)


@contextmanager
def benchmark_text(corpus: Path | None = None, words: int | None = None) -> Iterator[Text]:
    """Find and unpack the text to run on, or its first words; it is gone after the block."""
    books, notes = find_books(), list[str]()
    name, path = (BOOKS, books) if books else ("pydocs", pydocs())
    if corpus is not None:
        name, path = corpus.name, corpus
        if not corpus.is_file():
            raise FileNotFoundError(f"--corpus {corpus}: there is no such file")
    elif books is None:
        notes.append(f"{BOOKS} is not here: set W2V_BENCH_DATA to the folder with it")
    with tempfile.TemporaryDirectory() as scratch:
        if words is not None or path.suffix in (".gz", ".bz2", ".zst"):
            source, path = path, Path(scratch) / "corpus.txt"
            with pa.input_stream(str(source)) as stream, path.open("wb") as out:
                lines = io.BufferedReader(stream, 1 << 20)
                out.writelines(lines.readlines(int(words * BYTES_A_WORD)) if words else lines)
        if words is not None:
            notes.insert(0, f"the first {path.stat().st_size / 1e6:.1f} MB")
        yield Text(name, path, "; ".join(notes))


@contextmanager
def encoded_text(corpus: Path | None, words: int | None) -> Iterator[tuple[Text, EncodedCorpus]]:
    """Find a text as `benchmark_text` does, and encode it."""
    with benchmark_text(corpus, words) as text:
        yield text, read_corpus(text.path, min_count=5)


def repeat(text: Text, target: Path, times: int) -> Path:
    """Write a text several times over."""
    with target.open("wb") as out:
        out.writelines([text.path.read_bytes()] * times)
    return target


def zipf_shares(vocabulary: int, shift: float = 2.7) -> np.ndarray:
    """Return words' shares by rank r, in proportion to 1 / (r + shift): Mandelbrot's Zipf's law."""
    # The most frequent word of 500,000 has a share of 2 %, as after a text's function words.
    mass = 1 / (np.arange(vocabulary) + shift)
    return np.asarray(mass / mass.sum())


def zipf_counts(vocabulary: int) -> np.ndarray:
    """Return Zipf's counts, the rarest 1."""
    shares = zipf_shares(vocabulary)
    return np.maximum(1, np.rint(vocabulary * 2.7 * shares / shares[0])).astype(np.int64)


def zipf_sentences(
    words: int, vocabulary: int, sentence: int = 20, seed: int = 1, shift: float = 2.7
) -> Sentences:
    """Draw a corpus by Zipf's law, in which each word of the vocabulary comes once first."""
    rng, upper = np.random.default_rng(seed), np.cumsum(zipf_shares(vocabulary, shift))
    # The inverse of the distribution at as many points as make looking it up cheap.
    points, step, tokens = 1 << 22, 1 << 24, np.empty(words, dtype=np.int32)
    inverse = np.searchsorted(upper, (np.arange(points) + 0.5) / points).astype(np.int32)
    for part in np.split(tokens, range(step, words, step)):
        part[:] = inverse[rng.integers(0, points, part.size, dtype=np.int32)]
    tokens[:vocabulary] = rng.permutation(vocabulary)[: tokens[:vocabulary].size]
    offsets = np.append(np.arange(0, words, sentence, dtype=np.int64), words)
    return Sentences(tokens, offsets, np.bincount(tokens, minlength=vocabulary))


@contextmanager
def zipf_on_disk(words: int, vocabulary: int) -> Iterator[Sentences]:
    """Draw a corpus by Zipf's law and map it from disk, 4.4 bytes a word; gone after the block."""
    with tempfile.TemporaryDirectory() as scratch:
        drawn, folder = zipf_sentences(words, vocabulary), Path(scratch) / "zipf.w2v"
        vocab = Vocabulary([f"w{i}" for i in range(vocabulary)], drawn.counts)
        EncodedCorpus(drawn.tokens, drawn.offsets, vocab, words).save(folder)
        del drawn
        yield Sentences.of(EncodedCorpus.open(folder))


def write_text(text: Sentences, path: Path, words: int) -> int:
    """Write the first sentences, a line each, a word as ``w`` and its id; return their words."""
    names, part = np.array([f"w{i}" for i in range(len(text.counts))]), text.part(words)
    sentences = np.split(part.tokens, part.offsets[1:-1])
    with path.open("w", encoding="ascii") as file:
        file.writelines(" ".join(names[each]) + "\n" for each in sentences)
    return len(part.tokens)

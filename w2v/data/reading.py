"""From text to an encoded corpus."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from w2v.data.corpus import EncodedCorpus
from w2v.data.vocabulary import Vocabulary


def read_corpus(
    source: Any,
    *,
    min_count: int = 5,
    max_vocab_size: int | None = None,
    max_final_vocab: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int | None, int], None] | None = None,
) -> EncodedCorpus:
    """Read text into word ids."""
    if isinstance(source, str | Path):
        source = [source]
    if isinstance(source, Sequence) and all(isinstance(s, str | Path) for s in source):
        paths = source
        source = (line.split() for path in paths for line in _lines(path))
    sentences = [s for s in source if s]
    counts = Counter(w for s in sentences for w in s)
    vocab = Vocabulary.from_counts(
        list(counts),
        list(counts.values()),
        min_count=min_count,
        max_vocab_size=max_vocab_size,
        max_final_vocab=max_final_vocab,
    )
    ids = vocab.word_to_id
    encoded: list[Any] = [[ids[w] for w in s if w in ids] for s in sentences]
    encoded = [s for s in encoded if s]
    offsets = np.cumsum([0, *map(len, encoded)])
    tokens = np.array([i for s in encoded for i in s], dtype=np.int32)
    return EncodedCorpus(tokens, offsets, vocab, counts.total())


def _lines(path: Any) -> list[str]:
    if path == "pydocs":
        from w2v.data.pydocs import pydocs

        path = pydocs()
    return Path(os.fspath(path)).read_text("utf-8").split("\n")

"""Windows of every width on three corpora: all stays finite and is learnt from.

`python tests/behaviour/test_soak_windows.py` prints the figures instead.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from w2v import Word2Vec
from w2v.data import EncodedCorpus, read_corpus

WINDOWS = (1, 2, 5, 10, 11, 20, 50, 200, 1000)
KINDS: dict[str, dict[str, Any]] = {
    "skip-gram": {"sg": 1},
    "cbow": {"sg": 0},
    "cbow sum": {"sg": 0, "cbow_mean": 0},
    "tree": {"sg": 1, "hs": 1, "negative": 0},
    "tree and negatives": {"sg": 1, "hs": 1},
    "cbow, tree": {"sg": 0, "hs": 1, "negative": 0},
    "cbow, tree and negatives": {"sg": 0, "hs": 1},
}
CORPORA = "baskets", "documents", "books"


def baskets(number: int = 40, items: int = 500) -> list[list[str]]:
    """Draw baskets of so many items: most from one of twenty aisles, some twice or more."""
    rng = np.random.default_rng(0)
    out = []
    for _ in range(number):
        bought = rng.integers(100, size=items) + 100 * int(rng.integers(20))
        stray = rng.random(items) < 0.3
        bought[stray] = rng.integers(2000, size=int(stray.sum()))
        out.append([f"item{i}" for i in bought])
    return out


def documents(number: int = 20, words: int = 1000) -> list[list[str]]:
    """Draw documents by Zipf's law, each with its own favourites among the words."""
    rng = np.random.default_rng(1)
    out = []
    for _ in range(number):
        p = rng.gamma(0.3, size=3000) / np.arange(1, 3001)
        out.append([f"word{i}" for i in rng.choice(3000, words, p=p / p.sum())])
    return out


def books() -> list[list[str]]:
    """Read the million words of books, a line a sentence."""
    folder = os.environ.get("W2V_BENCH_DATA", Path(__file__).parents[3] / "shared" / "data")
    path = Path(folder) / "books-1m.txt.gz"
    if not path.exists():
        pytest.skip(f"there is no {path}: set W2V_BENCH_DATA to the benchmark data")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [line.split() for line in lines]


@lru_cache
def corpus(name: str) -> EncodedCorpus:
    """Return a corpus with all words that occur five times, all the drawn ones' words."""
    source = {"baskets": baskets, "documents": documents, "books": books}[name]()
    return read_corpus(source, min_count=5 if name == "books" else 1)


class Outcome(NamedTuple):
    """How a training ended."""

    untrained: float
    loss: float
    longest: float  # of all input and output vectors

    @property
    def wrong(self) -> bool:
        """Whether something is not finite, not learnt, or too long."""
        return not (0 < self.loss < self.untrained and self.longest < 100)


def outcome(text: EncodedCorpus, how: dict[str, Any]) -> Outcome:
    """Train from the beginning, all else at its default."""
    model = Word2Vec(min_count=1, backend="cpu", **how)
    model.build_vocab(text)
    untrained = model.heldout_loss(text)
    model.train()
    assert model.model is not None
    lengths = [np.linalg.norm(W, axis=1).max() for W in model.model.params]
    return Outcome(untrained, model.losses[-1], float(max(lengths)))


def settings() -> Iterator[tuple[int, bool]]:
    """Yield numbers of workers, and whether windows shrink."""
    yield from product((1, 2), (True, False))


@pytest.mark.soak
@pytest.mark.parametrize("name", CORPORA)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("window", WINDOWS)
def test_windows_of_every_width_end_finite_and_learnt(
    name: str, kind: dict[str, Any], window: int
) -> None:
    for workers, shrink in settings():
        how = {**kind, "window": window, "workers": workers, "shrink_windows": shrink}
        got = outcome(corpus(name), how)
        assert not got.wrong, (how, got)


def main() -> None:
    """Print a row a corpus, kind of network and window: the worst of its four settings."""
    import sys

    names = sys.argv[1].split(",") if sys.argv[1:] else CORPORA
    windows = [int(w) for w in sys.argv[2].split(",")] if sys.argv[2:] else WINDOWS
    print("| corpus | network | window | untrained | highest loss | longest vector | |")
    print("|---|---|---:|---:|---:|---:|---|")
    for name, (title, kind), window in product(names, KINDS.items(), windows):
        found = [
            outcome(
                corpus(name),
                {**kind, "window": window, "workers": workers, "shrink_windows": shrink},
            )
            for workers, shrink in settings()
        ]
        worst = max(found, key=lambda each: each.loss)
        longest, wrong = max(each.longest for each in found), any(each.wrong for each in found)
        print(
            f"| {name} | {title} | {window} | {worst.untrained:.3f} | {worst.loss:.3f} "
            f"| {longest:.2f} | {'WRONG' if wrong else ''} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

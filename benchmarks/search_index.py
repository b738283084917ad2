"""usearch's index beside exact search: ``python -m benchmarks.search_index --rows 1000000``."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from w2v import KeyedVectors
from w2v.vectors import UsearchIndexer

QUERIES, NEAREST = 200, 10


def clustered(rows: int, size: int, seed: int = 0) -> KeyedVectors:
    """Return random vectors that crowd as those of words do: in clusters, of any length."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(1, rows // 200), size)).astype(np.float32)
    vectors = centres[rng.integers(0, len(centres), rows)]
    vectors += 0.5 * rng.normal(size=(rows, size)).astype(np.float32)
    return KeyedVectors([f"w{i}" for i in range(rows)], vectors)


def measure(rows: int, size: int, dtype: str, expansion: int) -> dict[str, float]:
    """Make, save, map and ask an index, and ask exactly.

    Returns
    -------
    dict of str to float
        Seconds, milliseconds a question, megabytes, and the share of the exact answers found.
    """
    wv = clustered(rows, size)
    words = [f"w{i}" for i in np.random.default_rng(1).integers(0, rows, QUERIES)]
    begin = time.perf_counter()
    made = wv.index(dtype=dtype, expansion_search=expansion)
    seconds = time.perf_counter() - begin
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        made.save(path)
        megabytes = path.stat().st_size / 1e6
        mapped = UsearchIndexer()
        mapped.load(path, mmap="r")
        answers: dict[str, list[set[str]]] = {}
        times = {}
        # The index answers with the word itself too.
        for name, indexer, topn in (("exact", None, NEAREST), ("index", mapped, NEAREST + 1)):
            wv.most_similar(words[0], topn=topn, indexer=indexer)
            begin = time.perf_counter()
            answers[name] = [
                {found for found, _ in wv.most_similar(w, topn=topn, indexer=indexer)}
                for w in words
            ]
            times[name] = 1e3 * (time.perf_counter() - begin) / QUERIES
        del mapped
    pairs = zip(answers["exact"], answers["index"], strict=True)
    found = [len(exact & near) / NEAREST for exact, near in pairs]
    return {
        "making, s": seconds,
        "file, MB": megabytes,
        "exact, ms": times["exact"],
        "index, ms": times["index"],
        "recall": float(np.mean(found)),
    }


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--dtype", default="f32")
    parser.add_argument("--expansion", type=int, default=128)
    asked = parser.parse_args()
    for name, value in measure(asked.rows, asked.size, asked.dtype, asked.expansion).items():
        print(f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()

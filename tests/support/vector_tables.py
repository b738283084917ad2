"""Tables of random vectors, here and in gensim, and whether their answers agree."""

from __future__ import annotations

from typing import Any

import numpy as np

from w2v.vectors import KeyedVectors


def tables(rows: int = 3000, size: int = 24, seed: int = 0) -> tuple[KeyedVectors, Any]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(rows, size)).astype(np.float32) * rng.lognormal(size=(rows, 1))
    kv = KeyedVectors([f"w{i}" for i in range(rows)], vectors, rng.integers(1, 50, rows))
    return kv, kv.to_gensim()


def assert_same(ours: list[tuple[str, float]], theirs: list[tuple[str, float]]) -> None:
    assert [word for word, _ in ours] == [word for word, _ in theirs]
    np.testing.assert_allclose([s for _, s in ours], [s for _, s in theirs], rtol=1e-5, atol=1e-6)

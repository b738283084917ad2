"""The nearest vectors of many queries, found tile by tile."""

from __future__ import annotations

import numpy as np

from w2v.vectors.nearest import nearest
from w2v.vectors.similarity import row_norms


def test_nearest_finds_the_best_when_they_come_last_and_when_all_are_equal() -> None:
    rise = np.linspace(0, 1, 30_000, dtype=np.float32)
    rising = np.stack([1 - rise, rise], axis=1)
    queries = np.tile(np.array([[0, 1]], np.float32), (600, 1))
    indices, values = nearest(queries, rising, np.ones(30_000, np.float32), 4)
    assert (indices == [29_999, 29_998, 29_997, 29_996]).all()
    assert (values == rising[indices, 1]).all()
    equal = np.ones((20_000, 2), np.float32)
    _, values = nearest(queries, equal, row_norms(equal), 4)
    assert np.unique(values).size == 1

"""Changes of rows: sums of any grouping, damped, and in half precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.cluster.changes import Changes, Rows, merged, packed, unpacked_rows

V, H = 30, 4


def changes(seed: int) -> Changes:
    rng = np.random.default_rng(seed)

    def rows() -> Rows:
        index = np.flatnonzero(rng.random(V) < 0.5).astype(np.int32)
        values = rng.integers(-100, 100, (len(index), H)) * 10.0 ** rng.integers(-6, 1)
        return Rows(index, values.astype(np.float32), rng.integers(1, 9, len(index)).astype("f"))

    return Changes(rows(), rows(), float(seed), seed, seed, seed)


def dense(rows: Rows) -> np.ndarray:
    whole = np.zeros((V, H + 1))
    whole[rows.index] = np.column_stack((rows.rows, rows.uses))
    return whole


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 99), min_size=2, max_size=5), st.randoms())
def test_a_tree_of_any_shape_adds_up_to_the_dense_sum(seeds: list[int], order: Any) -> None:
    each = [changes(seed) for seed in seeds]
    left = list(each)
    while len(left) > 1:
        order.shuffle(left)
        left.append(merged(left.pop(), left.pop()))
    (whole,) = left
    for name in ("inputs", "outputs"):
        rows = getattr(whole, name)
        assert (np.diff(rows.index) > 0).all()
        parts = [dense(getattr(one, name)) for one in each]
        assert (abs(dense(rows) - sum(parts)) <= 1e-6 * sum(map(abs, parts))).all()
        assert set(rows.index) == {i for one in each for i in getattr(one, name).index}
    assert whole.workers == len(seeds)
    assert whole.words == whole.loss == sum(seeds)


def test_half_precision_is_half_the_bytes_and_right_to_a_thousandth_of_a_row() -> None:
    whole = changes(3)
    half = packed(whole)
    assert half.bytes < whole.bytes
    for name in ("inputs", "outputs"):
        rows, again = getattr(whole, name), unpacked_rows(getattr(half, name))
        largest = abs(rows.rows).max(axis=1, keepdims=True)
        assert again.rows.dtype == np.float32
        assert (abs(rows.rows - again.rows) <= largest / 2048).all()
        assert (rows.index == again.index).all()
        assert (rows.uses == again.uses).all()


def test_changes_of_frequent_rows_are_not_added_to_changes_of_all() -> None:
    with pytest.raises(ValueError, match="frequent"):
        merged(changes(2), changes(1)._replace(whole=False))

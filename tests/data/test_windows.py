"""Windows are those of the course's loop, without the loop and without copies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.data import context_windows, create_contexts_target


@given(st.integers(1, 5), st.integers(0, 20), st.sampled_from([np.int32, np.int64]))
def test_contexts_and_targets_are_those_of_a_loop(window: int, more: int, dtype: type) -> None:
    corpus: np.ndarray = (
        np.random.default_rng(more).integers(0, 9, 2 * window + 1 + more).astype(dtype)
    )
    contexts, target = create_contexts_target(corpus, window)
    centres = range(window, len(corpus) - window)
    expected = [
        [int(corpus[i + step]) for step in range(-window, window + 1) if step] for i in centres
    ]
    assert contexts.tolist() == expected
    assert contexts.shape == (len(corpus) - 2 * window, 2 * window)
    assert target.tolist() == [int(corpus[i]) for i in centres]
    assert contexts.dtype == target.dtype == dtype
    assert np.shares_memory(target, corpus)


def test_context_windows_are_a_view_of_left_and_right() -> None:
    corpus = np.arange(7)
    view = context_windows(corpus, 2)
    assert np.shares_memory(view, corpus)
    assert view.tolist() == [[[0, 1], [3, 4]], [[1, 2], [4, 5]], [[2, 3], [5, 6]]]
    assert context_windows(corpus[::2], 1).tolist() == [[[0], [4]], [[2], [6]]]


@pytest.mark.parametrize(
    ("corpus", "window", "message"),
    [
        ([1, 2, 3, 4], 2, "needs 5 words or more, the corpus has 4"),
        ([1, 2, 3], 0, "1 or more, got 0"),
        ([[1, 2, 3]], 1, r"one dimension, got shape \(1, 3\)"),
        ([1.0, 2.0, 3.0], 1, "got dtype float64"),
    ],
)
def test_what_has_no_windows_is_named(corpus: list[int], window: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        create_contexts_target(corpus, window)

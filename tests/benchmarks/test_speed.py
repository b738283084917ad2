"""What training costs at least, which its speed is held against."""

from __future__ import annotations

from benchmarks.contest.ceiling import training_flops


def test_flops_are_those_of_counting_every_product() -> None:
    # Two windows of 3 and 1 contexts, 2 outputs each, 10 dimensions: a pair of an input and an
    # output takes 3 products of 10 multiply-adds, that is 60 operations.
    assert training_flops(skip_gram=True, kept=2, pairs=4, dim=10, negative=1) == 4 * 2 * 60
    assert (
        training_flops(skip_gram=False, kept=2, pairs=4, dim=10, negative=1)
        == 2 * 2 * 60 + 4 * 2 * 10
    )

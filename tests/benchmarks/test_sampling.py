"""What the sampling benchmark calls expected, pure chance and an error."""

from __future__ import annotations

from functools import partial
from itertools import permutations

import numpy as np
import pytest

from benchmarks.harness.texts import zipf_counts
from benchmarks.steps.sampling import contestants
from tests.support.sampling_error import count, error, inclusion

TEXTLIKE = (0.5, 0.2, 0.15, 0.1, 0.04, 0.01)


def enumerated(p: tuple[float, ...], k: int) -> np.ndarray:
    out = np.zeros(len(p))
    for order in permutations(range(len(p)), k):
        chance, rest = 1.0, 1.0
        for word in order:
            chance *= p[word] / rest
            rest -= p[word]
        out[list(order)] += chance
    return out


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("p", [TEXTLIKE, (0.25, 0.25, 0.2, 0.15, 0.1, 0.05)])
def test_inclusion_is_what_enumerating_all_orders_gives(p: tuple[float, ...], k: int) -> None:
    assert inclusion(np.array(p), k) == pytest.approx(enumerated(p, k), abs=1e-6)


def test_a_word_without_probability_is_never_included() -> None:
    got = inclusion(np.array([0.0, *TEXTLIKE]), 2)
    assert got[0] == 0
    assert got[1:] == pytest.approx(enumerated(TEXTLIKE, 2), abs=1e-6)


def test_inclusion_of_a_large_vocabulary_sums_to_k() -> None:
    p = zipf_counts(100_000) ** 0.75
    assert inclusion(p / p.sum(), 20).sum() == pytest.approx(20, abs=1e-6)


def test_chance_is_what_perfect_draws_stand_apart_by() -> None:
    p = zipf_counts(500) ** 0.75
    p = p / p.sum()
    rng = np.random.default_rng(1)
    errors = [error(rng.multinomial(2_000, p), p, 2_000) for _ in range(400)]
    distances = np.array([each.measured for each in errors])
    # The mean of 400 leaves ± 4 of its deviations, one false alarm in 15,000 seeds.
    assert distances.mean() == pytest.approx(errors[0].chance, abs=errors[0].deviation / 5)
    assert distances.std() == pytest.approx(errors[0].deviation, rel=0.2)


def test_every_contestant_draws_from_its_distribution_and_no_other() -> None:
    vocabulary, k, rows = 50, 5, 4_000
    counts = zipf_counts(vocabulary)
    p = counts**0.75 / (counts**0.75).sum()
    others = np.where(np.arange(vocabulary) == 0, 0, p)
    without = inclusion(others / others.sum(), k)
    np.random.seed(1)  # noqa: NPY002  # of the textbook's legacy call
    for each in contestants(counts, k):
        targets = np.zeros(rows, dtype=np.int32)
        tally = count(partial(each.rows, targets), vocabulary, rows, 1_000)
        true, false = (without, p) if each.distinct else (p, without)
        ok = error(tally, true, rows * (1 if true is without else k))
        wrong = error(tally, false, rows * (1 if false is without else k))
        # Four deviations of nearly normal distances: one false alarm in 15,000 seeds each.
        assert abs(ok.measured - ok.chance) < 4 * ok.deviation, each.name
        assert wrong.measured - wrong.chance > 10 * wrong.deviation, each.name

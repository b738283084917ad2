"""The noise distribution's tables hold exactly what they are made of."""

from __future__ import annotations

import numpy as np
import pytest

from w2v.backend import NoiseTable
from w2v.backend.noise import alias_table

RNG = np.random.default_rng(1)
WEIGHTS = {
    "one word": np.array([7]),
    "two words": np.array([1, 2**62 - 2]),
    "equal ones": np.full(1000, 12345),
    "one that has nearly all": np.r_[10**17, RNG.integers(1, 100, 5000)],
    "Zipfian": 10**15 // np.arange(1, 30_001),
    "Zipfian, shuffled": RNG.permutation(10**15 // np.arange(1, 30_001)),
    "any": RNG.integers(1, 2**45, 2**16 + 1),
}


def implied(table: np.ndarray) -> np.ndarray:
    """Return each word's share of the columns, in units of 2**-32 of one."""
    size = len(table)
    own = table[:, 0].astype(np.int64)
    units = own.copy()
    np.add.at(units, table[:, 1].astype(np.int64), 2**32 - own)
    assert units.sum() == size << 32
    return units


@pytest.mark.parametrize("name", WEIGHTS)
def test_an_alias_table_gives_each_word_its_share_to_a_few_units(name: str) -> None:
    weights = WEIGHTS[name]
    cumulative, table = alias_table(np, weights)
    assert (np.diff(cumulative) == weights).all()
    shares = weights.astype(np.longdouble) / weights.sum()
    # Half a unit at each end, and what float64 leaves of a sum of all columns.
    allowed = 1 + len(weights) * 2.0**32 * 2.0**-52
    exact = shares * len(weights) * np.longdouble(2) ** 32
    assert abs(implied(table) - exact).max() <= allowed


def test_a_table_of_counts_has_the_probabilities_of_their_powers() -> None:
    counts = RNG.zipf(1.3, 50_000).clip(max=10**7)
    p = counts**0.75 / (counts**0.75).sum()
    noise = NoiseTable(counts)
    unit = 1 / (len(counts) * 2.0**32)
    np.testing.assert_allclose(implied(noise.table) * unit, p, rtol=1e-12, atol=2 * unit)
    # Weights are whole numbers that add up to 2**62; the rarest word's is 5e10.
    np.testing.assert_allclose(noise.p, p, rtol=1e-10)

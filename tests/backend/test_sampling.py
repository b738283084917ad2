"""What negatives are: exactly the distribution promised, and a clear error where there is none.

Draws are compared with enumerated probabilities by chi-square tests. Seeds are fixed, so a
verdict never changes from run to run; over the choice of seeds, a correct sampler would fail
any of the N_TESTS tests here with a probability of at most FALSE_ALARM (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy import stats

from w2v.backend import (
    Array,
    Backend,
    NoiseTable,
    RandomStream,
    available_backends,
    get_backend,
    use_backend,
)
from w2v.backend.select import gpu_problem
from w2v.layers import UnigramSampler
from w2v.models import CBOW

FALSE_ALARM = 1e-3
N_TESTS = 192  # 3 backends × (10 cases × 3 sizes × 2 forms of the outcome + 4 for fast draws)
ROWS = 50_000

TEXTLIKE: tuple[float, ...] = (50.0, 20.0, 15.0, 10.0, 5.0, 1.0)
POWERS = (0.0, 0.75, 1.0)


def dominant(power: float) -> tuple[float, ...]:
    """Return counts of which word 0 gets 99 % of the mass after the power."""
    mass = np.array([99.0, 0.4, 0.3, 0.2, 0.1])
    return tuple(mass ** (1 / power))


# (counts, power, target): every word of unequal standing is a target once.
CASES = [(TEXTLIKE, power, target) for power in POWERS for target in (0, 5)]
CASES += [(dominant(power), power, target) for power in (0.75, 1.0) for target in (0, 4)]


@pytest.fixture(params=["reference", "cpu", "gpu"])
def sampling_backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "reference":
        yield Backend()
        return
    if request.param == "gpu" and gpu_problem():
        pytest.skip(gpu_problem())
    with use_backend(request.param) as used:
        yield used


def sample(
    backend: Backend, counts: Any, power: float, targets: Any, k: int, seed: int = 1
) -> np.ndarray:
    noise = NoiseTable(np.asarray(counts), power).to(backend)
    ids = backend.asarray(np.asarray(targets, dtype=np.int32))
    return backend.to_numpy(backend.sample_exact(noise, ids, k, RandomStream(seed)))


def distribution(counts: ArrayLike, power: float) -> np.ndarray:
    weights = np.asarray(counts, dtype=np.float64) ** power
    return weights / weights.sum()


def drawing_order(p: np.ndarray, target: int, k: int) -> dict[tuple[int, ...], float]:
    """Enumerate the probability of every sequence of k draws without replacement."""
    p = p.copy()
    p[target] = 0
    words = [word for word in range(len(p)) if word != target]
    chances = {}
    for sequence in permutations(words, k):
        chance, rest = 1.0, p.sum()
        for word in sequence:
            chance *= p[word] / rest
            rest -= p[word]
        chances[sequence] = chance
    return chances


def assert_drawn_from(
    chances: dict[Any, float], drawn: np.ndarray, outcome: Callable[..., Any] = tuple
) -> None:
    """Chi-square goodness of fit; outcomes expected fewer than five times are pooled."""
    outcomes = {outcome: place for place, outcome in enumerate(chances)}
    rows, counts = np.unique(drawn, axis=0, return_counts=True)
    observed = np.zeros(len(outcomes), np.int64)
    np.add.at(observed, [outcomes[outcome(row)] for row in rows.tolist()], counts)
    expected = np.array(list(chances.values())) * len(drawn)
    rare = expected < 5
    observed = np.append(observed[~rare], observed[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    if expected[-1] < 5:  # too few even together: join them to the rarest of the others
        order = np.argsort(expected[:-1])
        expected[order[0]] += expected[-1]
        observed[order[0]] += observed[-1]
        expected, observed = expected[:-1], observed[:-1]
    if len(expected) == 1:
        return
    statistic = ((observed - expected) ** 2 / expected).sum()
    p_value = stats.chi2.sf(statistic, len(expected) - 1)
    assert p_value > FALSE_ALARM / N_TESTS, (p_value, dict(zip(chances, observed, strict=False)))


# -- exact ------------------------------------------------------------------------------


@pytest.mark.parametrize(("counts", "power", "target"), CASES)
@pytest.mark.parametrize("how_many", ["one", "three", "all others"])
def test_exact_draws_are_those_without_replacement(
    sampling_backend: Backend,
    counts: tuple[float, ...],
    power: float,
    target: int,
    how_many: str,
) -> None:
    k = {"one": 1, "three": 3, "all others": len(counts) - 1}[how_many]
    words = sample(sampling_backend, counts, power, np.full(ROWS, target), k)
    chances = drawing_order(distribution(counts, power), target, k)
    assert_drawn_from(chances, words)

    sets: dict[frozenset[int], float] = {}
    for sequence, chance in chances.items():
        sets[frozenset(sequence)] = sets.get(frozenset(sequence), 0.0) + chance
    assert_drawn_from(sets, np.sort(words, axis=1), frozenset)


@given(
    counts=st.lists(st.integers(1, 10**6), min_size=2, max_size=40),
    power=st.floats(0, 1),
    data=st.data(),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_exact_draws_are_distinct_words_other_than_the_target(
    counts: list[int], power: float, data: st.DataObject
) -> None:
    size = len(counts)
    k = data.draw(st.integers(1, size - 1))
    targets = data.draw(st.lists(st.integers(0, size - 1), max_size=8))
    words = sample(Backend(), counts, power, targets, k)
    assert words.shape == (len(targets), k)
    for target, row in zip(targets, words.tolist(), strict=True):
        assert len({target, *row}) == 1 + k
        assert all(0 <= word < size for word in row)
    for name in available_backends():
        same = sample(get_backend(name), counts, power, targets, k)
        np.testing.assert_array_equal(same, words)


class WatchedBackend(Backend):
    """The reference, noting how many words it found by bisection."""

    bisected = 0

    def _draw_excluding(self, noise: NoiseTable, taken: Array, bits: Array) -> Array:
        self.bisected += len(taken)
        return super()._draw_excluding(noise, taken, bits)


def test_words_that_rejection_cannot_find_are_found_by_bisection(backend: Backend) -> None:
    rows = 1000
    watched = WatchedBackend()
    sample(watched, TEXTLIKE, 0.75, np.full(rows, 5), 1)
    assert watched.bisected == 0

    k = 4  # of five words, where all but one have 1 % between them
    by_reference = sample(watched, dominant(1.0), 1.0, np.full(rows, 4), k)
    assert 0 < watched.bisected < rows * k
    drawn = sample(backend, dominant(1.0), 1.0, np.full(rows, 4), k)
    np.testing.assert_array_equal(drawn, by_reference)


def test_a_large_batch_is_drawn_as_arrays(sampling_backend: Backend) -> None:
    size, k = 10_000, 5
    targets = np.arange(200_000) % size
    words = sample(sampling_backend, 1e6 / np.arange(1, size + 1), 0.75, targets, k)
    everything = np.sort(np.column_stack((targets, words)), axis=1)
    assert (np.diff(everything, axis=1) > 0).all()


# -- fast -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "power"), [*((TEXTLIKE, power) for power in POWERS), (dominant(0.75), 0.75)]
)
def test_fast_draws_are_independent_and_may_be_the_target(
    sampling_backend: Backend, counts: tuple[float, ...], power: float
) -> None:
    noise = NoiseTable(counts, power).to(sampling_backend)
    pairs = sampling_backend.sample_fast(noise, (ROWS, 2), RandomStream(1))
    p = distribution(counts, power)
    chances = {(a, b): p[a] * p[b] for a, b in product(range(len(p)), repeat=2)}
    assert_drawn_from(chances, sampling_backend.to_numpy(pairs))

    sampler = UnigramSampler(None, power, 3, counts=counts, sampling="fast")
    target = sampler.backend.asarray([0] * 1000)
    assert bool((sampler.get_negative_sample(target) == 0).any())


# -- the table --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 7, 1000, 100_000])
@pytest.mark.parametrize("power", [*POWERS, -0.5])
def test_the_alias_table_gives_every_word_its_probability(size: int, power: float) -> None:
    rng = np.random.default_rng(size)
    for counts in (np.ceil(1e7 / np.arange(1, size + 1)), rng.integers(1, 1000, size)):
        noise = NoiseTable(counts, power)
        p = distribution(counts, power)
        kept = noise.table[:, 0] / 2.0**32
        alias = noise.table[:, 1]
        given_away = np.bincount(alias, weights=1 - kept, minlength=size)
        # A column's share is kept to 32 bits, and sums running over the vocabulary round.
        tolerance = 2.0**-32 * (1 + np.bincount(alias, minlength=size)) + 2.0**-40 * size
        assert (np.abs(kept + given_away - p * size) <= tolerance).all()
        np.testing.assert_allclose(noise.p, p, rtol=1e-9, atol=2.0**-61)


# -- the sampler and its errors -----------------------------------------------------------


@pytest.mark.parametrize("sampling", ["exact", "fast"])
def test_negatives_come_one_row_a_target(backend: Backend, sampling: str) -> None:
    corpus = backend.asarray([0, 1, 2, 3, 4, 1, 2, 3, 4, 0])
    sampler = UnigramSampler(corpus, 0.75, 3, sampling=sampling)
    for shape in ((4,), (4, 2), (0,)):
        target = backend.xp.zeros(shape, dtype="int64")
        words = sampler.get_negative_sample(target)
        assert words.shape == (*shape, 3)
        assert words.dtype == "int32"


def draw(corpus: Any, k: int, target: Any = (0,)) -> None:
    sampler = UnigramSampler(np.asarray(corpus), 0.75, k, sampling="exact", backend="cpu")
    sampler.get_negative_sample(np.asarray(target))


def model(corpus: Any) -> None:
    CBOW(4, 2, 1, np.asarray(corpus), negative=2, backend="cpu")


NO_WORD = np.zeros(0, dtype=np.int64)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: draw([0, 1, 2], 3), r"cannot draw 3 distinct .* 3 words: expected 1 to 2"),
        (lambda: draw([0, 1, 2], 0), r"sample_size must be 1 or more, got 0"),
        (lambda: draw(NO_WORD, 1), r"at least one word id, got 0 values"),
        (lambda: draw([0, -7, 1], 1), r"the corpus has id -7"),
        (lambda: draw([0, 3, 1], 1), r"word 2 has count 0"),
        (lambda: draw([0.5, 1.0], 1), r"got 2 values of type float64"),
        (lambda: draw([0, 1, 2], 1, [1, -2]), r"target id -2 is out of range: expected 0 to 2"),
        (lambda: draw([0, 1, 2], 1, [3, 1]), r"target id 3 is out of range: expected 0 to 2"),
        (lambda: model(NO_WORD), r"at least one word id, got 0 values"),
        (lambda: model([]), r"at least one word id, got 0 values"),
        (lambda: model([0, 1, 2, 4]), r"word id 4 is out of range: expected 0 to 3"),
        (lambda: model([0, 1, 2, -1]), r"id -1"),
        (lambda: model([0, 1, 3, 3]), r"word 2 has count 0"),
        (lambda: NoiseTable([3, 0, 0]), r"word 1 has count 0 \(2 of 3 words"),
        (lambda: NoiseTable([1, float("nan")]), r"word 1 has count nan"),
        (lambda: NoiseTable([]), r"shape \(0,\)"),
        (lambda: NoiseTable([1, 2], float("inf")), r"power must be a finite number, got inf"),
        (lambda: NoiseTable([1, 10**6], 100), r"power 100 is too extreme"),
        (lambda: sample(Backend(), [1, 1], 1, [0], 2), r"cannot draw 2 .* expected 1 to 1"),
    ],
)
def test_what_cannot_be_sampled_is_a_value_error_that_names_the_number(
    attempt: Callable[[], None], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        attempt()

"""Changes that are combined, beside the steps that one machine would have made."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from benchmarks.scaling.virtual_workers import Case, simulate
from tests.cluster.test_rounds import text
from w2v.cluster.changes import Changes, Matrices, Rows, merged
from w2v.cluster.common_weights import CommonWeights
from w2v.cluster.curvature import Curvature, curvature_matrix, steepness
from w2v.config import TrainConfig

H, ROWS = 6, 5
WORDS = 60_000
NOTHING = Rows(np.zeros(0, np.int32), np.zeros((0, H), np.float32), np.zeros(0, np.float32))


def matrix() -> np.ndarray:
    """Return the curvature of rows on the other side which are long along two directions."""
    rng = np.random.default_rng(1)
    others = rng.normal(size=(400, H)) * [9, 4, 1, 1, 1, 1]
    rotation, _ = np.linalg.qr(rng.normal(size=(H, H)))
    return curvature_matrix((others @ rotation).astype("f"), np.full(400, 1 / 400), 0.002)


def curvature() -> Curvature:
    return Curvature.of(matrix())


def stepped(start: np.ndarray, optimum: np.ndarray, steps: int, found: Curvature) -> np.ndarray:
    """Step rows towards an optimum, as the curvature says."""
    V, shares = found.directions, found.shares
    along = (start - optimum) @ V
    rest = (start - optimum) - along @ V.T
    left = along * (1 - shares[:-1]) ** steps @ V.T + rest * (1 - shares[-1]) ** steps
    return optimum + left


def combined(start: np.ndarray, ends: list[np.ndarray], steps: list[int]) -> np.ndarray:
    """Return what a row becomes that workers took from a start to ends, each in its steps."""
    found, changes = curvature(), []
    for end, n in zip(ends, steps, strict=True):
        index, uses = np.arange(ROWS, dtype=np.int32), np.full(ROWS, n, np.float32)
        if n:
            rows = Rows(index, (end - start).astype("f"), uses)
            found.unroll(rows.rows, uses)
            changes.append(Changes(rows, NOTHING, 0.0, 0, 0, 0, Matrices(matrix(), matrix())))
    whole = changes[0]
    for each in changes[1:]:
        whole = merged(each, whole)
    W = start.astype("f"), np.zeros((ROWS, H), np.float32)
    CommonWeights(*W).step(whole)
    return W[0]


@pytest.mark.parametrize("steps", [[1, 1, 1], [400, 400, 400, 400], [3, 50, 9, 200], [0, 70, 0]])
def test_workers_bring_rows_to_where_all_steps_on_one_machine_do(steps: list[int]) -> None:
    rng = np.random.default_rng(2)
    start, optimum = rng.normal(size=(ROWS, H)), rng.normal(size=(ROWS, H))
    ends = [stepped(start, optimum, n, curvature()) for n in steps]
    one = stepped(start, optimum, sum(steps), curvature())
    left = abs(combined(start, ends, steps) - one).max()
    assert left < 0.03 * abs(one - start).max()
    if max(steps) > 100:  # where the plain sum goes far past it
        assert abs(start + sum(end - start for end in ends) - one).max() > 20 * left


def test_rows_at_their_workers_optima_take_the_mean_by_steps() -> None:
    rng = np.random.default_rng(3)
    start, optima = rng.normal(size=(ROWS, H)), rng.normal(size=(3, ROWS, H))
    steps = [40_000, 80_000, 40_000]
    ends = [
        stepped(start, optimum, n, curvature()) for optimum, n in zip(optima, steps, strict=True)
    ]
    mean = (optima * np.array([1, 2, 1])[:, None, None] / 4).sum(axis=0)
    assert abs(combined(start, ends, steps) - mean).max() < 0.01


@pytest.mark.parametrize(
    ("sg", "workers", "rule"),
    [
        (1, 4, "curvature"),
        (0, 4, "curvature"),
        (1, 16, "curvature"),
        (0, 8, "curvature, all rows"),
    ],
)
def test_virtual_workers_learn_nearly_what_one_does(
    sg: int, workers: int, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2v.cluster.changes._LEAST_FREQUENT", 50)
    corpus = text(words=WORDS)
    config = TrainConfig(sg=sg, vector_size=20, epochs=2, workers=1, backend="cpu", sample=0)
    one = simulate(corpus, config, Case(1, WORDS))
    many = simulate(corpus, config, Case(workers, 2_000, rule))
    assert many["trained"] == one["trained"] == 2 * WORDS
    learnt = 6 * np.log(2) - one["loss"]
    assert many["loss"] < one["loss"] + 0.02 * learnt
    if workers == 16:
        assert many["loss"] < simulate(corpus, config, Case(workers, 2_000, "mean"))["loss"]


def test_many_virtual_workers_of_cbow_hold() -> None:
    # Without what rows of the other side correct meanwhile the loss passes 80.
    corpus = text(words=5 * WORDS)
    config = TrainConfig(sg=0, vector_size=20, epochs=2, workers=1, backend="cpu", sample=0)
    one = simulate(corpus, config, Case(1, 5 * WORDS))["loss"]
    many = simulate(corpus, config, Case(16, 2_000))["loss"]
    assert many < one + 0.02 * (6 * np.log(2) - one)


def test_changes_are_combined_to_the_same_bytes_by_any_number_of_threads() -> None:
    rng = np.random.default_rng(4)
    start = [rng.normal(size=(9_000, H)).astype("f") for _ in range(2)]
    index = np.flatnonzero(rng.random(9_000) < 0.8).astype(np.int32)
    inputs, outputs = (
        Rows(index, rng.normal(size=(len(index), H)).astype("f"),
             rng.integers(1, 900, len(index)).astype("f")) for _ in range(2)
    )  # fmt: skip
    matrices = Matrices(matrix(), matrix(), np.eye(H, dtype="f"))
    found = []
    for threads in (1, 3):
        weights = start[0].copy(), start[1].copy()
        changes = Changes(inputs, outputs, 0.0, 0, 0, 0, matrices, workers=7)
        CommonWeights(*weights).step(changes, threads=threads)
        found.append(np.stack(weights))
    assert (found[0] == found[1]).all()
    assert not (found[0][0] == start[0]).all()


def test_sigmoids_of_rows_that_have_come_apart_are_flat_and_warn_of_nothing() -> None:
    long = np.full((3, 4), 1e4, np.float32)
    pairs = np.array([[0], [1]]), np.array([1, 2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert steepness(long, long, pairs) == 0
        assert steepness(0 * long, long, pairs) == pytest.approx(1 / 4)

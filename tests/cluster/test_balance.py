"""The balance of input and output vectors, which steps keep and sums of changes do not."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from tests.cluster.test_rounds import text
from w2v.backend import Array
from w2v.cluster.balance import long_directions, rebalance, squares
from w2v.cluster.changes import merged
from w2v.cluster.common_weights import CommonWeights
from w2v.cluster.rounds import RoundTrainer
from w2v.cluster.schedule import Schedule
from w2v.config import TrainConfig
from w2v.word2vec.weights import Weights

H = 12


def imbalance(weights: tuple[Array, Array], directions: Array) -> np.ndarray:
    W_in, W_out = weights
    return squares(W_in, directions) - squares(W_out, directions)


@pytest.mark.parametrize("apart", [1.1, 2.0])
def test_sides_are_brought_into_balance_and_every_product_stays(apart: float) -> None:
    rng = np.random.default_rng(1)
    shape = rng.normal(size=(H, H))
    X, Y = ((rng.normal(size=(n, H)) @ shape).astype("f") for n in (50, 70))
    directions = long_directions((X, Y))
    wanted = imbalance((X, Y), directions)
    products = X @ Y.T
    G = np.eye(H) + (apart - 1) * directions @ directions.T
    X, Y = (X @ G).astype("f"), (Y @ np.linalg.inv(G).T).astype("f")
    rebalance((X, Y), directions, wanted - imbalance((X, Y), directions))
    left = imbalance((X, Y), directions) - wanted
    assert abs(left).max() < 1e-3 * abs(wanted).max()
    assert abs(X @ Y.T - products).max() < 1e-4 * abs(products).max()


@pytest.mark.parametrize("locked", [False, True])
def test_rounds_of_many_workers_leave_the_balance_that_steps_do(locked: bool) -> None:
    corpus = text()
    config = TrainConfig(vector_size=H, workers=1, backend="cpu", sg=1, sample=0, alpha=0.05)
    lockf = (np.arange(400) % 2).astype(np.float32) if locked else None
    schedule = Schedule([corpus.n_tokens] * 4, 1, words=4_000)
    trainer = RoundTrainer(config, corpus, schedule.total, lockf)
    weights = tuple(Weights(config).new_model(corpus.vocab).params)
    begun, grown = weights[0].copy(), 0.0
    while not schedule.done:
        whole = reduce(merged, [trainer.train(weights, span) for span in schedule.deal()])
        assert whole.matrices is not None
        directions = long_directions(weights)
        before = imbalance(weights, directions)
        CommonWeights(*weights).step(whole)
        if locked:
            assert whole.matrices.balance is None
        else:
            change = imbalance(weights, directions) - before
            told = directions.T @ whole.matrices.balance @ directions
            squares = sum((W @ directions).T @ (W @ directions) for W in weights)
            assert abs(change - told).max() < 1e-2 * abs(squares).max()
        grown = max(grown, float(abs(weights[0]).max()))
        schedule.finish()
    assert grown > 10 * abs(begun).max()
    if locked:
        assert (weights[0][::2] == begun[::2]).all()

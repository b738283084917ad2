"""Optimizers against the textbook's, and what is done to gradients before they get there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support import textbook
from tests.support.twins import MODELS, Twins, assert_same, batch
from w2v.backend import Array, Backend, RowGrad, to_cpu
from w2v.training import (
    SGD,
    AdaGrad,
    Adam,
    Momentum,
    Optimizer,
    RMSprop,
    clip_grads,
    remove_duplicate,
)

RULES: dict[str, tuple[type[Optimizer], type[textbook.Optimizer], dict[str, Any]]] = {
    "sgd": (SGD, textbook.SGD, {"lr": 0.5}),
    "momentum": (Momentum, textbook.Momentum, {"lr": 0.2, "momentum": 0.8}),
    "adagrad": (AdaGrad, textbook.AdaGrad, {"lr": 0.1}),
    "rmsprop": (RMSprop, textbook.RMSprop, {"lr": 0.05, "decay_rate": 0.9}),
    "adam": (Adam, textbook.Adam, {"lr": 0.05, "beta1": 0.8, "beta2": 0.95}),
}
MOVE_UNTOUCHED_ROWS = ("momentum", "rmsprop", "adam")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("rule", RULES)
def test_five_lazy_steps_are_the_textbooks_on_touched_rows(
    backend: Backend, model: str, rule: str
) -> None:
    ours_class, textbook_class, options = RULES[rule]
    twins = Twins.build(model)
    ours, theirs = ours_class(**options), textbook.Lazy(textbook_class(**options))
    for step in range(5):
        twins.step(*batch(step))
        ours.update(*remove_duplicate(twins.ours.params, twins.ours.grads))
        shared = textbook.sum_shared(twins.textbook.params, twins.textbook.grads)
        theirs.update(*shared, twins.textbook.touched())
        for mine, plain in zip(twins.ours.params, shared[0], strict=True):
            assert_same(mine, plain)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("rule", RULES)
def test_five_dense_steps_are_the_textbooks_on_all_rows(
    backend: Backend, model: str, rule: str
) -> None:
    ours_class, textbook_class, options = RULES[rule]
    twins = Twins.build(model)
    # SGD and AdaGrad leave rows without a gradient alone: one update serves as both.
    dense: dict[str, Any] = {"dense": True} if rule in MOVE_UNTOUCHED_ROWS else {}
    ours, theirs = ours_class(**options, **dense), textbook_class(**options)
    for step in range(5):
        twins.step(*batch(step))
        ours.update(*remove_duplicate(twins.ours.params, twins.ours.grads))
        shared = textbook.sum_shared(twins.textbook.params, twins.textbook.grads)
        theirs.update(*shared)
        for mine, plain in zip(twins.ours.params, shared[0], strict=True):
            assert_same(mine, plain)


def row_grad(backend: Backend, index: list[int], rows: list[list[float]], size: int = 4) -> RowGrad:
    return RowGrad(backend.asarray(index, "int32"), backend.asarray(rows, "float64"), size)


def dense(gradient: Array | RowGrad) -> list[list[float]]:
    return to_cpu(gradient.to_dense() if isinstance(gradient, RowGrad) else gradient).tolist()


def test_a_row_grad_is_the_matrix_it_stands_for(backend: Backend) -> None:
    gradient = row_grad(backend, [2, 0], [[1.0, 2.0], [3.0, 4.0]])
    matrix = [[3.0, 4.0], [0.0, 0.0], [1.0, 2.0], [0.0, 0.0]]
    assert gradient.shape == (4, 2)
    assert dense(gradient) == matrix
    assert np.asarray(gradient).tolist() == matrix
    assert np.asarray(gradient, dtype=np.float32).dtype == np.float32
    gradient *= 2
    assert dense(gradient)[2] == [2.0, 4.0]


def test_gradients_of_shared_weights_are_summed(backend: Backend) -> None:
    shared, own = backend.xp.zeros((4, 1)), backend.xp.zeros((4, 1))
    a = row_grad(backend, [0, 2], [[1.0], [2.0]])
    b = row_grad(backend, [2, 3], [[10.0], [20.0]])
    full = backend.asarray([[1.0], [1.0], [1.0], [1.0]])

    params, grads = remove_duplicate([shared, own, shared], [a, full, b])
    assert [id(param) for param in params] == [id(shared), id(own)]
    assert isinstance(grads[0], RowGrad)
    assert sorted(to_cpu(grads[0].index).tolist()) == [0, 2, 3]
    assert dense(grads[0]) == [[1.0], [0.0], [12.0], [20.0]]
    assert grads[1] is full

    for pair in ([a, full], [full, a]):
        _, (total,) = remove_duplicate([shared, shared], pair)
        assert dense(total) == [[2.0], [1.0], [3.0], [1.0]]
    _, (total,) = remove_duplicate([shared, shared, shared], [a, b, a])
    assert dense(total) == [[2.0], [0.0], [14.0], [20.0]]
    assert dense(a) == [[1.0], [0.0], [2.0], [0.0]]  # summing leaves the layers' own alone


def test_clipping_scales_all_gradients_to_one_common_norm(backend: Backend) -> None:
    sparse = row_grad(backend, [1], [[3.0, 0.0]])
    full = backend.asarray([[0.0, 4.0]])
    clip_grads([sparse, full], 5.1)
    assert dense(full) == [[0.0, 4.0]]
    clip_grads([sparse, full], 1.0)
    norm = np.hypot(dense(sparse)[1][0], dense(full)[0][1])
    assert norm == pytest.approx(1.0, rel=1e-6)
    assert dense(full)[0][1] / dense(sparse)[1][0] == pytest.approx(4 / 3)

"""Every layer's gradient against central differences, in float64, on every backend present."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from w2v.backend import Array, Backend, to_cpu
from w2v.layers import (
    Embedding,
    EmbeddingDot,
    Layer,
    MatMul,
    NegativeSamplingLoss,
    SigmoidWithLoss,
    SoftmaxWithLoss,
)

V, H, B, K = 7, 3, 4, 5
IDS_1D = [2, 0, 2, 6]
IDS_2D = [[2, 0, 2], [6, 6, 6], [1, 3, 5], [2, 4, 0]]  # repeated within and across rows


def random(backend: Backend, *shape: int, seed: int = 0) -> Array:
    return backend.asarray(np.random.default_rng(seed).normal(size=shape))


def numeric_gradient(loss: Callable[[], Any], x: Array, step: float = 1e-5) -> np.ndarray:
    """Central differences of a loss by every element of x, which is moved in place."""
    gradient = np.empty(x.shape)
    for place in np.ndindex(*x.shape):
        value = float(x[place])
        x[place] = value + step
        above = float(loss())
        x[place] = value - step
        below = float(loss())
        x[place] = value
        gradient[place] = (above - below) / (2 * step)
    return gradient


def assert_gradient(analytic: Any, loss: Callable[[], Any], x: Array) -> None:
    numeric = numeric_gradient(loss, x)
    assert np.abs(numeric).max() > 1e-3  # a gradient of nothing would agree with anything
    np.testing.assert_allclose(to_cpu_dense(analytic), numeric, rtol=1e-6, atol=1e-8)


def to_cpu_dense(gradient: Any) -> np.ndarray:
    return to_cpu(gradient.to_dense() if hasattr(gradient, "to_dense") else gradient)


@pytest.mark.parametrize("ids", [IDS_1D, IDS_2D])
def test_embedding_gradient(backend: Backend, ids: list[Any]) -> None:
    index = backend.asarray(ids)
    layer = Embedding(random(backend, V, H))
    weight = random(backend, *index.shape, H, seed=1)
    np.testing.assert_array_equal(
        to_cpu(layer.forward(index)), to_cpu(layer.params[0])[np.array(ids)]
    )
    layer.backward(weight)
    assert_gradient(layer.grads[0], lambda: (layer.forward(index) * weight).sum(), layer.params[0])


@pytest.mark.parametrize("ids", [IDS_1D, IDS_2D])
def test_embedding_dot_gradients(backend: Backend, ids: list[Any]) -> None:
    index, h = backend.asarray(ids), random(backend, B, H, seed=1)
    layer = EmbeddingDot(random(backend, V, H))
    weight = random(backend, *index.shape, seed=2)

    def loss() -> Array:
        return (layer.forward(h, index) * weight).sum()

    loss()
    dh = layer.backward(weight)
    assert_gradient(layer.grads[0], loss, layer.params[0])
    assert_gradient(dh, loss, h)


@pytest.mark.parametrize("shape", [(B,), (B, K)])
def test_sigmoid_with_loss_gradient_and_value(backend: Backend, shape: tuple[int, ...]) -> None:
    x = random(backend, *shape) * 3
    t = backend.asarray(np.arange(x.size).reshape(shape) % 2)
    layer = SigmoidWithLoss()
    loss = layer.forward(x, t)
    dx = layer.backward(2.0)
    assert_gradient(dx, lambda: 2.0 * layer.forward(x, t), x)

    y, label = 1 / (1 + np.exp(-to_cpu(x))), to_cpu(t)
    by_hand = -(label * np.log(y) + (1 - label) * np.log(1 - y)).sum() / B
    np.testing.assert_allclose(float(loss), by_hand, rtol=1e-12)


def test_sigmoid_with_loss_stays_finite_for_huge_logits(backend: Backend) -> None:
    x = backend.asarray(np.array([[1000.0, -1000.0], [1000.0, -1000.0]]))
    t = backend.asarray(np.array([[1, 0], [0, 1]]))
    layer = SigmoidWithLoss()
    assert float(layer.forward(x, t)) == 1000.0
    np.testing.assert_array_equal(to_cpu(layer.backward()), [[0.0, 0.0], [0.5, -0.5]])


@pytest.mark.parametrize("targets", [IDS_1D, IDS_2D])
@pytest.mark.parametrize("sampling", ["exact", "fast"])
def test_negative_sampling_loss_gradients(
    backend: Backend, targets: list[Any], sampling: str
) -> None:
    corpus = backend.asarray(np.arange(20) % V)
    W, h = random(backend, V, H), random(backend, B, H, seed=1)
    target = backend.asarray(targets)
    layer = NegativeSamplingLoss(W, corpus, sample_size=3, sampling=sampling)

    def loss() -> Array:
        layer.sampler.stream.counter = 0  # so that every call draws the same negatives
        return layer.forward(h, target)

    loss()
    dh = layer.backward()
    assert_gradient(layer.grads[0], loss, W)
    assert_gradient(dh, loss, h)


@pytest.mark.parametrize("lead", [(B,), (B, 2)])
def test_matmul_gradients(backend: Backend, lead: tuple[int, ...]) -> None:
    x, weight = random(backend, *lead, V, seed=1), random(backend, *lead, H, seed=2)
    layer = MatMul(random(backend, V, H))

    def loss() -> Array:
        return (layer.forward(x) * weight).sum()

    loss()
    dx = layer.backward(weight)
    assert_gradient(layer.grads[0], loss, layer.params[0])
    assert_gradient(dx, loss, x)


def test_softmax_with_loss_gradient_by_ids_and_by_one_hot_rows(backend: Backend) -> None:
    x, t = random(backend, B, V) * 3, backend.asarray(IDS_1D)
    layer = SoftmaxWithLoss()
    layer.forward(x, t)
    dx = layer.backward(2.0)
    assert_gradient(dx, lambda: 2.0 * layer.forward(x, t), x)

    one_hot = backend.asarray(np.eye(V)[IDS_1D])
    assert float(layer.forward(x, one_hot)) == float(layer.forward(x, t))
    assert float(layer.forward(backend.xp.zeros((B, V)), t)) == pytest.approx(np.log(V))


@pytest.mark.parametrize(("bad", "named"), [([0, -1], "-1"), ([7, 0], "7"), ([[0, 9]] * 2, "9")])
def test_ids_without_a_row_are_refused_by_number(
    backend: Backend, bad: list[Any], named: str
) -> None:
    W, h, ids = random(backend, V, H), random(backend, 2, H), backend.asarray(bad)
    message = f"word id {named} is out of range: expected 0 to 6"
    with pytest.raises(ValueError, match=message):
        Embedding(W).forward(ids)
    with pytest.raises(ValueError, match=message):
        EmbeddingDot(W).forward(h, ids)
    with pytest.raises(ValueError, match=message):
        NegativeSamplingLoss(W, None, counts=np.ones(V), sampling="fast").forward(h, ids)


def test_layers_without_parameters_have_no_gradients() -> None:
    layers: list[Layer] = [SigmoidWithLoss(), SoftmaxWithLoss()]
    assert all(layer.params == layer.grads == [] for layer in layers)

"""The two losses added up, against each of them alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.layers.test_layers import IDS_1D, IDS_2D, B, H, V, assert_gradient, random, to_cpu_dense
from w2v.backend import Array, Backend, to_cpu
from w2v.backend.tree_and_noise import nodes_of, words_of
from w2v.layers import HierarchicalSoftmaxLoss, NegativeSamplingLoss, TreeAndNegativesLoss

COUNTS = [40, 3, 20, 1, 9, 1, 2]
HOW: dict[str, Any] = {"counts": COUNTS, "sample_size": 3, "seed": 5}


@pytest.mark.parametrize("sampling", ["exact", "fast"])
@pytest.mark.parametrize("targets", [IDS_1D, IDS_2D])
def test_loss_and_gradients_are_the_sums_of_both(
    backend: Backend, targets: list[Any], sampling: str
) -> None:
    W, h = random(backend, 2 * V - 1, H), random(backend, B, H, seed=1)
    target = backend.asarray(targets)
    layer = TreeAndNegativesLoss(W, None, sampling=sampling, **HOW)
    words = NegativeSamplingLoss(words_of(W), None, sampling=sampling, **HOW)
    nodes = HierarchicalSoftmaxLoss(nodes_of(W), counts=COUNTS)
    loss = float(layer.forward(h, target))
    assert loss == pytest.approx(sum(float(one.forward(h, target)) for one in (words, nodes)))
    dh = to_cpu(layer.backward(2))
    np.testing.assert_allclose(dh, to_cpu(words.backward(2)) + to_cpu(nodes.backward(2)))
    grad = to_cpu_dense(layer.grads[0])
    np.testing.assert_allclose(words_of(grad), to_cpu_dense(words.grads[0]))
    np.testing.assert_allclose(nodes_of(grad), to_cpu_dense(nodes.grads[0]))

    def again() -> Array:
        layer.sampler.stream.counter = 0
        return layer.forward(h, target)

    again()
    layer.backward()
    assert_gradient(layer.grads[0], again, W)


def test_words_are_as_likely_as_by_their_own_vectors(backend: Backend) -> None:
    W, h = random(backend, 2 * V - 1, H), random(backend, H, seed=1)
    layer = TreeAndNegativesLoss(W, None, **HOW)
    words = NegativeSamplingLoss(words_of(W), None, **HOW)
    np.testing.assert_array_equal(
        to_cpu(layer.log_probabilities(h)), to_cpu(words.log_probabilities(h))
    )


def test_another_number_of_vectors_is_refused(backend: Backend) -> None:
    with pytest.raises(ValueError, match=r"7 words and the 6 inner nodes .* need 13 .* are 7"):
        TreeAndNegativesLoss(random(backend, V, H), None, **HOW)

"""Hierarchical softmax: its layer, and the fused engine against reference and layers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.backend.test_fused import (
    Corpus,
    assert_same_steps,
    copies,
    random_weights,
    step,
    windows,
)
from tests.layers.test_layers import IDS_1D, IDS_2D, B, H, V, assert_gradient, random
from w2v.backend import (
    Array,
    Backend,
    FusedLoss,
    FusedSettings,
    HuffmanTree,
    Work,
    get_backend,
    to_cpu,
)
from w2v.layers import HierarchicalSoftmaxLoss
from w2v.models import CBOW, SkipGram

REFERENCE, CPU = Backend(), get_backend("cpu")
COUNTS = [40, 3, 20, 1, 9, 1, 2]  # of the V words that the layers' tests use
MODELS = {
    "skip-gram": {"skip_gram": True},
    "cbow": {"skip_gram": False},
    "cbow-shared": {"skip_gram": False, "share_gradient": True},
    "cbow-sum": {"skip_gram": False, "mean": False, "shrink_windows": False},
}
Weights = tuple[np.ndarray, np.ndarray]


# -- the layer --------------------------------------------------------------------


@pytest.mark.parametrize("targets", [IDS_1D, IDS_2D])
def test_gradients(backend: Backend, targets: list[Any]) -> None:
    W, h = random(backend, V - 1, H), random(backend, B, H, seed=1)
    target = backend.asarray(targets)
    layer = HierarchicalSoftmaxLoss(W, counts=COUNTS)

    def loss() -> Array:
        return layer.forward(h, target)

    loss()
    dh = layer.backward()
    assert_gradient(layer.grads[0], loss, W)
    assert_gradient(dh, loss, h)


def test_probabilities_add_up_to_one_and_their_logarithms_are_the_loss(backend: Backend) -> None:
    W, h = random(backend, V - 1, H) * 3, random(backend, B, H, seed=1)
    layer = HierarchicalSoftmaxLoss(W, counts=COUNTS)
    log_p = np.array([to_cpu(layer.log_probabilities(row)) for row in h])
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-12)
    loss = float(layer.forward(h, backend.asarray(IDS_2D)))
    rows = np.arange(B)[:, None]
    assert loss == pytest.approx(-log_p[rows, np.array(IDS_2D)].sum() / B, rel=1e-12)


def test_a_batch_touches_the_nodes_of_its_paths_alone(backend: Backend) -> None:
    layer = HierarchicalSoftmaxLoss(random(backend, V - 1, H), counts=COUNTS)
    h, target = random(backend, 2, H, seed=1), backend.asarray([0, 2])
    layer.forward(h, target)
    layer.backward()
    nodes, _ = REFERENCE.tree_paths(HuffmanTree(COUNTS), np.array([0, 2]))
    touched = layer.grads[0]
    assert set(to_cpu(touched.index).tolist()) == set(nodes[nodes >= 0].tolist())


def test_vectors_for_another_number_of_nodes_are_refused(backend: Backend) -> None:
    with pytest.raises(ValueError, match="7 words has 6 inner nodes, but there are 7 vectors"):
        HierarchicalSoftmaxLoss(random(backend, V, H), counts=COUNTS)


# -- the fused engine -------------------------------------------------------------


def tree_weights(vocab_size: int, dim: int) -> Weights:
    W_in, W_out = random_weights(vocab_size, dim)
    return W_in, W_out[1:].copy()


def tree_settings(corpus: Corpus, **changes: object) -> FusedSettings:
    return corpus.settings(negative=0, exact=False, **changes)


def train(
    backend: Backend,
    corpus: Corpus,
    weights: Weights,
    settings: FusedSettings,
    sentences: slice | None = None,
) -> FusedLoss:
    offsets = corpus.offsets[sentences] if sentences else corpus.offsets
    work = Work(
        *weights,
        corpus.tokens,
        offsets,
        output=HuffmanTree(corpus.counts),
        keep=corpus.keep,
        settings=settings,
        position=300 + int(offsets[0]),
    )
    return backend.train(work).result()


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(
    "shape",
    [(2, 1, 1), (3, 3, 20), (12, 100, 5), (40, 17, 1), (40, 17, 10**20), (300, 100, 5)],
    ids=str,
)
def test_the_kernel_steps_as_the_reference_does(
    shape: tuple[int, int, int], model: dict[str, bool]
) -> None:
    vocab_size, dim, window = shape
    corpus = Corpus(vocab_size, sentences=15)
    # Long sums of vectors step far; smaller steps keep the comparison well conditioned.
    settings = tree_settings(corpus, window=window, alpha=0.05 / min(window, 60), **model)
    start = tree_weights(vocab_size, dim)
    expected, got = copies(start), copies(start)
    loss = train(REFERENCE, corpus, expected, settings)
    assert train(CPU, corpus, got, settings) == (
        pytest.approx(loss.total, rel=1e-5),
        loss.predictions,
        loss.words,
    )
    assert_same_steps(start, expected, got)


@pytest.mark.parametrize("skip_gram", [True, False], ids=["skip-gram", "cbow"])
def test_the_reference_steps_as_the_layers_with_sgd(skip_gram: bool) -> None:
    corpus = Corpus(30)
    settings = tree_settings(corpus, skip_gram=skip_gram, share_gradient=True)
    weights = tree_weights(30, 8)
    model = (SkipGram if skip_gram else CBOW)(
        30, 8, settings.window, None, hs=1, negative=0, counts=corpus.counts, backend=CPU
    )
    for param, W in zip(model.params, weights, strict=True):
        param[:] = W
    loss = train(REFERENCE, corpus, weights, settings)
    total = sum(
        step(model, rate, contexts, target, skip_gram)
        for rate, contexts, target, _ in windows(corpus, settings)
    )
    assert loss.total == pytest.approx(total, rel=1e-5)
    for param, W in zip(model.params, weights, strict=True):
        np.testing.assert_allclose(param, W, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("skip_gram", [True, False], ids=["skip-gram", "cbow"])
@pytest.mark.parametrize("vocab_size", [12, 900])
def test_a_threads_own_copies_of_rows_come_back_whole(
    vocab_size: int, skip_gram: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2v.backend.cpu.copies.UNSETTLED_WORDS", 0)
    corpus = Corpus(vocab_size, sentences=200)
    settings = tree_settings(corpus, skip_gram=skip_gram, alpha=0.01)
    expected, got = (copies(tree_weights(vocab_size, 20)) for _ in range(2))
    loss = train(CPU, corpus, expected, settings)
    shared = train(CPU, corpus, got, replace(settings, workers=4))
    assert shared.total == pytest.approx(loss.total, rel=1e-5)
    for alone, together in zip(expected, got, strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-4, atol=2e-5)


def test_slices_in_turn_are_the_whole_to_the_bit() -> None:
    corpus = Corpus(300)
    whole, sliced = (copies(tree_weights(300, 20)) for _ in range(2))
    settings = tree_settings(corpus)
    loss = train(CPU, corpus, whole, settings)
    parts = [train(CPU, corpus, sliced, settings, slice(i, i + 12)) for i in range(0, 45, 11)]
    assert [W.tobytes() for W in sliced] == [W.tobytes() for W in whole]
    assert sum(part.predictions for part in parts) == loss.predictions


@pytest.mark.parametrize("skip_gram", [True, False], ids=["skip-gram", "cbow"])
@pytest.mark.parametrize("scale", [0, 60], ids=["untrained", "saturated"])
def test_the_loss_is_exact_whatever_the_logits(scale: float, skip_gram: bool) -> None:
    corpus = Corpus(40)
    W_in, W_out = tree_weights(40, 10)
    W_in *= np.float32(scale)
    settings = tree_settings(corpus, skip_gram=skip_gram, alpha=1e-30, min_alpha=1e-30)
    exact = train(REFERENCE, corpus, (W_in.astype(float), W_out.astype(float)), settings)
    loss = train(CPU, corpus, (W_in, W_out), settings)
    assert loss.total == pytest.approx(exact.total, rel=2e-6)


def test_arrays_of_another_vocabulary_are_refused() -> None:
    corpus = Corpus(30)
    for backend in (REFERENCE, CPU):
        with pytest.raises(ValueError, match=r"\(30, 8\), the tree \(30,\)"):
            train(backend, corpus, random_weights(30, 8), tree_settings(corpus))
        with pytest.raises(ValueError, match="negative must be 0 with a tree, got 5"):
            train(backend, corpus, tree_weights(30, 8), corpus.settings())

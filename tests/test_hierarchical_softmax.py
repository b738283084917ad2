"""Hierarchical softmax: the tree, the fused engine against reference and layers, the interface."""

from __future__ import annotations

import numpy as np
import pytest
from test_stream_engine import Corpus, copies, random_weights

from w2v.backend import Backend, HuffmanTree, StreamLoss, StreamSettings, get_backend

REFERENCE, CPU = Backend(), get_backend("cpu")
MODELS = {
    "skip-gram": {"skip_gram": True},
    "cbow": {"skip_gram": False},
    "cbow-shared": {"skip_gram": False, "share_gradient": True},
    "cbow-sum": {"skip_gram": False, "mean": False, "shrink_windows": False},
}
Weights = tuple[np.ndarray, np.ndarray]


def tree_weights(vocab_size: int, dim: int) -> Weights:
    W_in, W_out = random_weights(vocab_size, dim)
    return W_in, W_out[1:].copy()


def train(
    backend: Backend, corpus: Corpus, weights: Weights, settings: StreamSettings
) -> StreamLoss:
    return backend.train_tree_stream(
        *weights,
        corpus.tokens,
        corpus.offsets,
        tree=HuffmanTree(corpus.counts),
        keep=corpus.keep,
        settings=settings,
        position=300,
    )


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(
    "shape", [(2, 1, 1), (3, 3, 20), (12, 100, 5), (40, 17, 1), (300, 100, 5)], ids=str
)
def test_the_kernel_steps_as_the_reference_does(
    shape: tuple[int, int, int], model: dict[str, bool]
) -> None:
    vocab_size, dim, window = shape
    corpus = Corpus(vocab_size)
    settings = corpus.settings(window=window, negative=0, exact=False, alpha=0.05 / window, **model)
    start = tree_weights(vocab_size, dim)
    expected, got = copies(start), copies(start)
    loss = train(REFERENCE, corpus, expected, settings)
    assert train(CPU, corpus, got, settings) == (
        pytest.approx(loss.total, rel=1e-5),
        loss.predictions,
        loss.words,
    )
    for before, reference, kernel in zip(start, expected, got, strict=True):
        moved = abs(reference - before).max()
        assert moved > 1e-3
        np.testing.assert_allclose(kernel, reference, rtol=1e-5, atol=2e-6 * max(1, moved))

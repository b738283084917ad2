"""Input vectors that are held fixed, or whose changes are damped, in the fused engine."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.backend.test_fused import Corpus, assert_same_steps, copies, random_weights
from tests.backend.test_hierarchical_softmax import MODELS, tree_settings, tree_weights
from tests.backend.test_tree_and_noise import BothCorpus, both_weights
from w2v.backend import Backend, FusedLoss, FusedSettings, HuffmanTree, Work, get_backend

REFERENCE, CPU = Backend(), get_backend("cpu")
KINDS = "negatives", "tree", "both"
Weights = tuple[np.ndarray, np.ndarray]


def pairs(*names: str) -> Any:
    """Return a parametrisation by some models with each kind, a kernel to compile a pair."""
    # What factors do is the same in all: skip-gram and both at once are in other pairs.
    rare = {("skip-gram", "both"): pytest.mark.soak}
    return pytest.mark.parametrize(
        ("model", "kind"),
        [
            pytest.param(MODELS[name], kind, id=f"{name}-{kind}", marks=rare.get((name, kind), ()))
            for name in names
            for kind in KINDS
        ],
    )


def factors(vocab_size: int) -> np.ndarray:
    """Return as many zeros, fractions, ones and more than that, frequent words' among them."""
    return np.resize(np.array([0, 0.25, 1, 3], np.float32), vocab_size)


def train(
    backend: Backend,
    corpus: Corpus,
    weights: Weights,
    settings: FusedSettings,
    lockf: Any,
    position: int = 300,
) -> FusedLoss:
    output: Any = HuffmanTree(corpus.counts)
    if settings.negative:
        output = (BothCorpus if settings.hs else Corpus)(len(corpus.counts)).noise
    text = corpus.tokens, corpus.offsets
    work = Work(*weights, *text, output, corpus.keep, settings, position, lockf)
    return backend.train(work).result()


def case(kind: str, vocab_size: int, dim: int, **changes: Any) -> tuple[FusedSettings, Weights]:
    corpus = Corpus(vocab_size)
    if kind == "both":
        return BothCorpus(vocab_size).settings(**changes), both_weights(vocab_size, dim)
    if kind == "tree":
        return tree_settings(corpus, **changes), tree_weights(vocab_size, dim)
    return corpus.settings(**changes), random_weights(vocab_size, dim)


@pairs(*MODELS)
@pytest.mark.parametrize(
    "shape", [(12, 100, 5), (40, 17, 1), (40, 17, 10**20), (300, 33, 45)], ids=str
)
def test_kernel_and_reference_damp_alike(
    shape: tuple[int, int, int], model: dict[str, bool], kind: str
) -> None:
    vocab_size, dim, window = shape
    alpha = 0.05 / min(window, 60)
    settings, start = case(kind, vocab_size, dim, window=window, alpha=alpha, **model)
    if vocab_size == 300 and kind != "tree":
        settings = replace(settings, negative=20, exact=False)
    corpus, lockf = Corpus(vocab_size), factors(vocab_size)
    expected, got, free = copies(start), copies(start), copies(start)
    loss = train(REFERENCE, corpus, expected, settings, lockf)
    assert train(CPU, corpus, got, settings, lockf) == (
        pytest.approx(loss.total, rel=1e-5),
        loss.predictions,
        loss.words,
    )
    assert_same_steps(start, expected, got)
    fixed = lockf == 0
    assert got[0][fixed].tobytes() == start[0][fixed].tobytes()
    train(CPU, corpus, free, settings, None)
    assert abs(free[0] - got[0])[lockf == 0.25].max() > 1e-4


@pairs("skip-gram", "cbow")
def test_factors_of_one_change_nothing(model: dict[str, bool], kind: str) -> None:
    settings, start = case(kind, 40, 20, **model)
    corpus = Corpus(40)
    without, ones = copies(start), copies(start)
    train(CPU, corpus, without, settings, None)
    train(CPU, corpus, ones, settings, np.ones(40, np.float32))
    for W, same in zip(ones, without, strict=True):
        np.testing.assert_allclose(W, same, rtol=1e-5, atol=1e-6)


@pairs("skip-gram", "cbow")
def test_threads_with_copies_of_their_own_leave_fixed_vectors_to_the_bit(
    model: dict[str, bool], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2v.backend.cpu.copies.UNSETTLED_WORDS", 0)
    settings, (W_in, W_out) = case(kind, 900, 20, **model, alpha=0.01, workers=4)
    W_in[::3, ::2] = -0.0
    lockf, start = factors(900), W_in.copy()
    corpora = [Corpus(900, sentences=200) for _ in range(4)]
    threads = [
        threading.Thread(target=train, args=(CPU, corpus, (W_in, W_out), settings, lockf, 10**4))
        for corpus in corpora
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fixed = lockf == 0
    assert W_in[fixed].tobytes() == start[fixed].tobytes()
    assert abs(W_in[~fixed] - start[~fixed]).max() > 1e-3


@pytest.mark.parametrize("lockf", [np.ones(39, np.float32), np.ones(40), [1.0] * 40])
def test_factors_of_another_shape_or_type_are_refused(lockf: Any) -> None:
    settings, start = case("negatives", 40, 4)
    with pytest.raises(ValueError, match="factors of input vectors must be float32 of shape"):
        train(CPU, Corpus(40), start, settings, lockf)

"""The models against an independent textbook implementation, and the first losses to expect."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from tests.support import textbook
from tests.support.twins import MODELS, WINDOW, B, H, Twins, V, assert_same, batch, corpus
from w2v.backend import Backend, to_cpu
from w2v.data import convert_one_hot, create_contexts_target
from w2v.layers import Embedding
from w2v.models import CBOW, ContextModel, SkipGram, SoftmaxCBOW
from w2v.training import Adam, remove_duplicate


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("sampling", ["exact", "fast"])
def test_forward_and_backward_are_the_textbooks(backend: Backend, name: str, sampling: str) -> None:
    twins = Twins.build(name, sampling)
    loss, expected = twins.step(*batch(0))
    assert loss == pytest.approx(expected, rel=1e-11)
    _, gradients = textbook.sum_shared(twins.textbook.params, twins.textbook.grads)
    for ours, dense, touched in zip(
        twins.ours.grads, gradients, twins.textbook.touched(), strict=True
    ):
        assert_same(ours.to_dense(), dense)
        np.testing.assert_array_equal(np.sort(to_cpu(ours.index)), np.flatnonzero(touched))


@pytest.mark.parametrize("name", MODELS)
def test_float32_weights_give_the_textbooks_gradients_to_rounding(
    backend: Backend, name: str
) -> None:
    twins = Twins.build(name)
    twins.ours.set_params(*(W.astype("float32") for W in twins.ours.params))
    loss, expected = twins.step(*batch(0))
    assert loss == pytest.approx(expected, rel=1e-5)
    _, gradients = textbook.sum_shared(twins.textbook.params, twins.textbook.grads)
    for ours, dense in zip(twins.ours.grads, gradients, strict=True):
        assert ours.rows.dtype == "float32"
        np.testing.assert_allclose(to_cpu(ours.to_dense()), dense, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("model", "terms"), [(CBOW, 6), (SkipGram, 60)])
def test_an_untrained_model_pays_ln_2_for_every_question(
    backend: Backend, model: type[ContextModel], terms: int
) -> None:
    contexts, target = create_contexts_target(corpus(), 5)
    built = model(V, 100, 5, backend.asarray(corpus()))
    loss = built.forward(backend.asarray(contexts), backend.asarray(target))
    assert float(loss) == pytest.approx(terms * np.log(2), rel=1e-3)
    assert built.word_vecs is built.params[0]
    assert built.word_vecs.dtype == "float32"


def test_contexts_may_come_as_a_batch_of_windows(backend: Backend) -> None:
    model = CBOW(V, H, WINDOW, corpus(), sampling="exact")
    contexts, target = batch(0)
    flat = model.forward(backend.asarray(contexts), backend.asarray(target))
    model.ns_loss.sampler.stream.counter = 0
    windows = backend.asarray(contexts.reshape(B, 2, WINDOW))
    assert float(model.forward(windows, backend.asarray(target))) == float(flat)


def test_softmax_cbow_on_ids_is_softmax_cbow_on_one_hot_vectors(backend: Backend) -> None:
    contexts, target = batch(0)
    by_id = SoftmaxCBOW(V, H, WINDOW)
    by_vector = SoftmaxCBOW(V, H, WINDOW, one_hot=True)
    ids = (backend.asarray(contexts), backend.asarray(target))
    vectors = (
        backend.asarray(convert_one_hot(contexts, V), dtype="float32"),
        backend.asarray(convert_one_hot(target, V)),
    )
    optimizers = Adam(dense=True), Adam(dense=True)
    for _ in range(3):
        losses = [float(by_id.forward(*ids)), float(by_vector.forward(*vectors))]
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)
        for model, optimizer in zip((by_id, by_vector), optimizers, strict=True):
            model.backward()
            optimizer.update(*remove_duplicate(model.params, model.grads))
    np.testing.assert_allclose(to_cpu(by_id.word_vecs), to_cpu(by_vector.word_vecs), atol=1e-5)


def test_softmax_cbow_starts_at_ln_v(backend: Backend) -> None:
    contexts, target = batch(0)
    loss = SoftmaxCBOW(V, H, WINDOW).forward(backend.asarray(contexts), backend.asarray(target))
    assert float(loss) == pytest.approx(np.log(V), rel=1e-3)


@pytest.mark.parametrize("name", MODELS)
def test_one_seed_gives_one_model_and_another_seed_another(backend: Backend, name: str) -> None:
    model = MODELS[name][0]
    a, b, other = (to_cpu(model(V, H, WINDOW, corpus(), seed=s).word_vecs) for s in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert (a != other).any()


@pytest.mark.parametrize("size", ["vocab_size", "hidden_size", "window_size"])
def test_sizes_below_one_are_refused_by_name(size: str) -> None:
    sizes: dict[str, Any] = {"vocab_size": V, "hidden_size": H, "window_size": WINDOW, size: 0}
    for model in (CBOW, SkipGram, SoftmaxCBOW):
        with pytest.raises(ValueError, match=f"{size} must be 1 or more, got 0"):
            model(**sizes, corpus=corpus())


def test_the_input_layer_is_an_embedding_unless_vectors_are_one_hot() -> None:
    assert isinstance(SoftmaxCBOW(V, H, WINDOW).in_layer, Embedding)
    assert not isinstance(SoftmaxCBOW(V, H, WINDOW, one_hot=True).in_layer, Embedding)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("start", ["normal", "uniform"])
def test_a_step_allocates_what_its_batch_needs_and_not_a_matrix(name: str, start: str) -> None:
    size, ids = 100_000, np.arange(110, dtype=np.int32).reshape(10, 11)
    model = MODELS[name][0](size, 100, 5, None, counts=np.ones(size), start=start, backend="cpu")
    optimizer = Adam()

    def step() -> None:
        model.forward(ids[:, 1:], ids[:, 0])
        model.backward()
        optimizer.update(*remove_duplicate(model.params, model.grads))

    step()  # makes the optimizer's state
    tracemalloc.start()
    step()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < size * 100 * 4 / 10

"""What the course alone has: chapter 3's models, its small layers, and Nesterov's momentum."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.support import cuda_host
from tests.support.stand_in_gpu import gpu as gpu
from w2v.backend import Array, Backend, RowGrad, to_cpu, use_backend
from w2v.course.functions import cross_entropy_error, relu, sigmoid, softmax
from w2v.course.layers import Affine, Dropout, Sigmoid, Softmax
from w2v.course.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from w2v.course.simple_cbow import SimpleCBOW
from w2v.course.simple_skip_gram import SimpleSkipGram
from w2v.course.trainer import Trainer
from w2v.course.util import convert_one_hot, create_contexts_target, preprocess

SIMPLE: dict[str, Any] = {"cbow": SimpleCBOW, "skip_gram": SimpleSkipGram}
TEXT = "You say goodbye and I say hello."


def chapter_3() -> tuple[int, np.ndarray, np.ndarray]:
    """Return the vocabulary's size, and the contexts and targets of the chapter's sentence."""
    corpus, word_to_id, _ = preprocess(TEXT)
    contexts, target = create_contexts_target(corpus, window_size=1)
    size = len(word_to_id)
    return size, convert_one_hot(contexts, size), convert_one_hot(target, size)


def seeded(backend: Backend, seed: int) -> None:
    backend.xp.random.seed(seed)


def losses_of_numpy(model: Any, contexts: Any, target: Any, steps: int, lr: float) -> list[float]:
    """Train copies of a model's weights by SGD, written out, and return the losses."""
    words = [x.argmax(axis=-1) for x in (contexts[:, 0], contexts[:, 1], target)]
    before, after, middle = words
    inputs = [before, after] if isinstance(model, SimpleCBOW) else [middle]
    outputs = [middle] if isinstance(model, SimpleCBOW) else [before, after]
    W_in = to_cpu(model.word_vecs).astype("float64")
    W_out = to_cpu(model.out_layer.params[0]).astype("float64")
    losses = []
    for _ in range(steps):
        h = sum(W_in[ids] for ids in inputs) / len(inputs)
        scores = h @ W_out
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        rows = np.arange(len(h))
        losses.append(float(sum(-np.log(p[rows, ids]).mean() for ids in outputs)))
        d = len(outputs) * p
        for ids in outputs:
            d[rows, ids] -= 1
        d /= len(h)
        dh = d @ W_out.T
        W_out -= lr * h.T @ d
        for ids in inputs:
            np.subtract.at(W_in, ids, lr * dh / len(inputs))
    return losses


@pytest.mark.parametrize("kind", SIMPLE)
@pytest.mark.parametrize("by_hand", [True, False], ids=["loop", "Trainer"])
def test_chapter_3_trains_as_written_out(backend: Backend, kind: str, by_hand: bool) -> None:
    size, contexts, target = chapter_3()
    seeded(backend, 1)
    model = SIMPLE[kind](size, 5)
    expected = losses_of_numpy(model, contexts, target, 300, 0.4)
    optimizer = SGD(lr=0.4)
    if by_hand:
        # An optimizer that knows no shared weights steps once for each layer, as it should.
        losses = []
        for _ in range(300):
            losses.append(float(model.forward(backend.asarray(contexts), backend.asarray(target))))
            model.backward()
            for param, grad in zip(model.params, model.grads, strict=True):
                param -= optimizer.lr * grad
    else:
        trainer = Trainer(model, optimizer)
        trainer.fit(contexts, target, 300, len(target), eval_interval=1, verbose=False)
        losses = trainer.loss_list
    assert losses == pytest.approx(expected, rel=1e-4)
    outputs = {"cbow": 1, "skip_gram": 2}[kind]
    assert losses[0] == pytest.approx(outputs * np.log(size), rel=1e-3)
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize("optimizer", [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam])
@pytest.mark.parametrize("kind", SIMPLE)
def test_chapter_3s_script_learns_with_every_optimizer(
    kind: str, optimizer: Callable[..., Any]
) -> None:
    size, contexts, target = chapter_3()
    np.random.seed(0)  # noqa: NPY002  # the course's own way
    model = SIMPLE[kind](size, 5)
    rule = optimizer(lr=1.0) if optimizer is SGD else optimizer()
    trainer = Trainer(model, rule)
    trainer.fit(contexts, target, 400, 3, verbose=False)
    assert trainer.loss_list[-1] < 0.75 * trainer.loss_list[0]
    assert model.word_vecs is model.params[0]


@pytest.mark.parametrize("kind", SIMPLE)
def test_weights_repeat_with_numpys_seed_and_are_small_and_normal(
    backend: Backend, kind: str
) -> None:
    weights = []
    for seed in (7, 7, 8):
        seeded(backend, seed)
        weights.append([to_cpu(param) for param in SIMPLE[kind](400, 100).params])
    assert all(map(np.array_equal, weights[0], weights[1]))
    assert not np.array_equal(weights[0][0], weights[2][0])
    for W in weights[0]:
        assert W.dtype == np.float32
        # 40,000 normal draws: 6 standard errors, less than one false alarm in 10^8.
        assert W.std() == pytest.approx(0.01, rel=6 / np.sqrt(2 * W.size))
        assert W.mean() == pytest.approx(0, abs=6 * 0.01 / np.sqrt(W.size))


def test_layers_and_weights_go_by_the_courses_names() -> None:
    cbow, skip_gram = SimpleCBOW(7, 5), SimpleSkipGram(7, 5)
    assert cbow.in_layer0.params[0] is cbow.in_layer1.params[0] is cbow.word_vecs
    assert [param.shape for param in cbow.params] == [(7, 5), (7, 5), (5, 7)]
    assert [param.shape for param in skip_gram.params] == [(7, 5), (5, 7)]
    assert cbow.out_layer.params[0] is cbow.params[2]
    assert skip_gram.in_layer.params[0] is skip_gram.word_vecs
    assert len(cbow.grads) == 3
    assert cbow.loss_layer is not None
    assert skip_gram.loss_layer1 is not skip_gram.loss_layer2
    twin = copy.deepcopy(cbow)
    assert twin.in_layer0.params[0] is twin.in_layer1.params[0] is twin.word_vecs
    assert twin.word_vecs is not cbow.word_vecs


@pytest.mark.parametrize("kind", SIMPLE)
@pytest.mark.parametrize("wrong", ["ids", "window", "vocabulary", "target"])
def test_what_are_no_one_hot_vectors_of_two_neighbours_is_refused(kind: str, wrong: str) -> None:
    size, contexts, target = chapter_3()
    model = SIMPLE[kind](size, 5)
    given = {
        "ids": (contexts.argmax(axis=-1), target.argmax(axis=-1)),
        "window": (np.concatenate((contexts, contexts), axis=1), target),
        "vocabulary": (contexts[..., :-1], target[..., :-1]),
        "target": (contexts, target.argmax(axis=-1)),
    }[wrong]
    with pytest.raises(ValueError, match=r"\(B, 2, 7\) and \(B, 7\), got .* convert_one_hot"):
        model.forward(*given)


@pytest.mark.skipif(cuda_host.compiler() is None, reason="there is no C++ compiler")
@pytest.mark.parametrize("kind", SIMPLE)
def test_chapter_3_trains_on_a_device_as_on_the_host(gpu: Any, kind: str) -> None:
    size, contexts, target = chapter_3()
    curves = []
    for backend in (gpu, "cpu"):
        np.random.seed(0)  # noqa: NPY002
        with use_backend(backend):
            trainer = Trainer(SIMPLE[kind](size, 5), Adam())
        trainer.fit(contexts, target, 5, 3, eval_interval=1, verbose=False)
        curves.append(trainer.loss_list)
    assert curves[0] == pytest.approx(curves[1], rel=1e-5)


# -- small layers ---------------------------------------------------------------------------


def slope(
    loss: Callable[[], float], x: np.ndarray, at: tuple[int, ...], step: float = 1e-5
) -> float:
    """Return the derivative of a loss by one element of x, by differences."""
    kept, ends = x[at], []
    for side in (step, -step):
        x[at] = kept + side
        ends.append(loss())
    x[at] = kept
    return (ends[0] - ends[1]) / (2 * step)


@pytest.mark.parametrize("name", ["Affine", "Sigmoid", "Softmax", "Dropout"])
def test_gradients_are_slopes_and_fill_the_arrays_collected_before(name: str) -> None:
    rng = np.random.default_rng(2)
    W, b, x = rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=(5, 4))
    makers: dict[str, Callable[[], Any]] = {
        "Affine": lambda: Affine(W, b),
        "Sigmoid": Sigmoid,
        "Softmax": Softmax,
        "Dropout": lambda: Dropout(0.4),
    }
    layer = makers[name]()
    collected = list(layer.grads)
    dout = rng.normal(size=layer.forward(x).shape)

    def loss() -> float:
        np.random.seed(3)  # noqa: NPY002  # what is dropped
        return float((layer.forward(x) * dout).sum())

    for _ in range(2):  # a second pass fills anew, it does not add up
        loss()
        dx = layer.backward(dout)
    for array, gradient in [(x, dx), *zip(layer.params, collected, strict=True)]:
        for at in np.ndindex(array.shape):
            assert gradient[at] == pytest.approx(slope(loss, array, at), abs=1e-6)


def test_dropout_leaves_out_while_training_and_scales_otherwise(backend: Backend) -> None:
    x = backend.asarray(np.ones((100, 100), "float32"))
    seeded(backend, 1)
    layer = Dropout(0.3)
    kept = to_cpu(layer.forward(x))
    assert set(np.unique(kept)) == {0, 1}
    assert kept.mean() == pytest.approx(0.7, abs=6 * np.sqrt(0.21 / 10_000))
    np.testing.assert_allclose(to_cpu(layer.forward(x, train_flg=False)), 0.7, rtol=1e-6)


def test_functions_neither_overflow_nor_lose_what_is_small(backend: Backend) -> None:
    x = backend.asarray(np.array([-1000, -20, 0, 20, 1000], "float32"))
    expected = [0, np.exp(-20), 0.5, 1, 1]
    np.testing.assert_allclose(to_cpu(sigmoid(x)), expected, rtol=1e-5)
    np.testing.assert_array_equal(to_cpu(relu(x)), [0, 0, 0, 20, 1000])
    np.testing.assert_allclose(to_cpu(softmax(x)), [0, 0, 0, 0, 1], atol=1e-30)
    np.testing.assert_allclose(to_cpu(softmax(x[None] * 0)), np.full((1, 5), 0.2), rtol=1e-6)


def test_cross_entropy_takes_ids_and_one_hot_vectors(backend: Backend) -> None:
    y = backend.asarray([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]])
    expected = pytest.approx(-(np.log(0.25) + np.log(0.8)) / 2, abs=1e-6)
    assert float(cross_entropy_error(y, backend.asarray([2, 1]))) == expected
    assert float(cross_entropy_error(y, backend.asarray([[0, 0, 1], [0, 1, 0]]))) == expected
    assert float(cross_entropy_error(y[0], backend.asarray([0, 1, 0]))) == pytest.approx(
        -np.log(0.25), abs=1e-6
    )


# -- Nesterov -------------------------------------------------------------------------------


def test_nesterov_follows_the_courses_formulas(backend: Backend) -> None:
    rng = np.random.default_rng(5)
    W, v, momentum, lr = rng.normal(size=(3, 2)), np.zeros((3, 2)), 0.8, 0.1
    on, optimizer = backend.asarray(W), Nesterov(lr, momentum)
    for gradient in rng.normal(size=(4, 3, 2)):
        optimizer.update([on], [backend.asarray(gradient)])
        for at in np.ndindex(W.shape):
            v[at] = momentum * v[at] - lr * gradient[at]
            W[at] += momentum * momentum * v[at] - (1 + momentum) * lr * gradient[at]
        np.testing.assert_allclose(to_cpu(on), W, rtol=1e-12)


def test_nesterov_takes_the_gradient_ahead_of_the_weights_that_the_velocity_moves() -> None:
    def gradient(W: np.ndarray) -> np.ndarray:
        return np.sin(W)

    optimizer, W = Nesterov(0.1, 0.9), np.array([2.0])
    weights, v, ahead = W.copy(), np.zeros(1), W.copy()
    for _ in range(20):
        optimizer.update([W], [gradient(W)])
        v = 0.9 * v - 0.1 * gradient(ahead)
        weights += v
        ahead = weights + (0.9 + 0.9**2) * v
        np.testing.assert_allclose(W, ahead, rtol=1e-12)


@pytest.mark.parametrize("dense", [False, True])
def test_nesterov_moves_rows_without_a_gradient_only_where_asked(
    backend: Backend, dense: bool
) -> None:
    W = backend.asarray(np.ones((3, 2)))
    optimizer = Nesterov(0.1, dense=dense)
    before: Array = None
    for touched in (0, 2):
        before = to_cpu(W).copy()
        index = backend.asarray([touched], "int32")
        optimizer.update([W], [RowGrad(index, backend.asarray(np.ones((1, 2))), 3)])
    moved = (to_cpu(W) != before).any(axis=1)
    assert moved.tolist() == [dense, False, True]

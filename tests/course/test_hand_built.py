"""Models that a student puts together from the pieces, as the course's notebook does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.support import cuda_host, textbook
from tests.support.stand_in_gpu import gpu as gpu
from w2v import models
from w2v.backend import Backend, to_cpu, use_backend
from w2v.backend.select import gpu_problem
from w2v.course import optimizer as course_optimizers
from w2v.course.layers import Embedding, SigmoidWithLoss
from w2v.course.trainer import Trainer
from w2v.course.util import create_contexts_target
from w2v.training import SGD, Adam, Momentum

V, H, WINDOW, K, BATCH = 30, 12, 2, 3, 20


class EmbeddingDot:
    """A score from an embedding layer of one's own."""

    def __init__(self, W: Any) -> None:
        self.embed = Embedding(W)
        self.params, self.grads = self.embed.params, self.embed.grads
        self.cache: Any = None

    def forward(self, h: Any, idx: Any) -> Any:
        chosen = self.embed.forward(idx)
        self.cache = h, chosen
        return (chosen * h).sum(axis=1)

    def backward(self, dout: Any) -> Any:
        h, chosen = self.cache
        dout = dout.reshape(-1, 1)
        self.embed.backward(dout * h)
        return dout * chosen


class UnigramSampler:
    """Negatives that are the same for the same targets, whoever draws and wherever."""

    def __init__(self, corpus: Any, power: float, sample_size: int) -> None:
        self.sample_size, self.vocab_size = sample_size, int(corpus.max()) + 1

    def get_negative_sample(self, target: Any) -> Any:
        return np.stack([(target * 7 + 5 + 3 * i) % self.vocab_size for i in range(K)], axis=1)


class NegativeSamplingLoss:
    """A score and a loss layer for the target and for each negative."""

    def __init__(self, W: Any, corpus: Any, power: float = 0.75, sample_size: int = K) -> None:
        self.sample_size = sample_size
        self.sampler = UnigramSampler(corpus, power, sample_size)
        self.loss_layers = [SigmoidWithLoss() for _ in range(sample_size + 1)]
        self.embed_dot_layers = [EmbeddingDot(W) for _ in range(sample_size + 1)]
        self.params: list[Any] = []
        self.grads: list[Any] = []
        for layer in self.embed_dot_layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, h: Any, target: Any) -> Any:
        negative = self.sampler.get_negative_sample(target)
        words = [target, *(negative[:, i] for i in range(self.sample_size))]
        loss: Any = 0
        for i, word in enumerate(words):
            score = self.embed_dot_layers[i].forward(h, word)
            # Labels as an array of the backend's, (B,), all yes for the target and no for others.
            loss += self.loss_layers[i].forward(score, word * 0 + (i == 0))
        return loss

    def backward(self, dout: float = 1) -> Any:
        dh = 0
        for loss, score in zip(self.loss_layers, self.embed_dot_layers, strict=True):
            dh = dh + score.backward(loss.backward(dout))
        return dh


class CBOW:
    """An embedding layer for each context position."""

    def __init__(self, W_in: Any, W_out: Any, window_size: int, corpus: Any) -> None:
        self.in_layers = [Embedding(W_in) for _ in range(2 * window_size)]
        self.ns_loss = NegativeSamplingLoss(W_out, corpus)
        self.params: list[Any] = []
        self.grads: list[Any] = []
        layers: list[Any] = [*self.in_layers, self.ns_loss]
        for layer in layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, contexts: Any, target: Any) -> Any:
        h: Any = 0
        for i, layer in enumerate(self.in_layers):
            h = h + layer.forward(contexts[:, i])
        h *= 1 / len(self.in_layers)
        return self.ns_loss.forward(h, target)

    def backward(self, dout: float = 1) -> None:
        dout = self.ns_loss.backward(dout)
        dout *= 1 / len(self.in_layers)
        for layer in self.in_layers:
            layer.backward(dout)


class SkipGram:
    """A loss for each context position."""

    def __init__(self, W_in: Any, W_out: Any, window_size: int, corpus: Any) -> None:
        self.in_layer = Embedding(W_in)
        self.loss_layers = [NegativeSamplingLoss(W_out, corpus) for _ in range(2 * window_size)]
        self.params: list[Any] = []
        self.grads: list[Any] = []
        layers: list[Any] = [self.in_layer, *self.loss_layers]
        for layer in layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, contexts: Any, target: Any) -> Any:
        h = self.in_layer.forward(target)
        loss: Any = 0
        for i, layer in enumerate(self.loss_layers):
            loss += layer.forward(h, contexts[:, i])
        return loss

    def backward(self, dout: float = 1) -> None:
        dh = 0
        for layer in self.loss_layers:
            dh = dh + layer.backward(dout)
        self.in_layer.backward(dh)


@pytest.fixture(params=["cpu", "gpu", "stand-in"])
def place(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each backend in turn, and the GPU's Python on a stand-in."""
    if request.param == "stand-in":
        if cuda_host.compiler() is None:
            pytest.skip("there is no C++ compiler")
        backend = request.getfixturevalue("gpu")
    else:
        if request.param == "gpu" and gpu_problem():
            pytest.skip(gpu_problem())
        backend = request.param
    with use_backend(backend) as used:
        yield used


class TextbookNesterov(textbook.Optimizer):
    """Momentum from where the velocity will have carried the weights."""

    n_states = 1

    def step(self, param: Any, grad: Any, *state: Any) -> None:
        v = state[0]
        v[...] = 0.9 * v - self.lr * grad
        param += 0.81 * v - 1.9 * self.lr * grad


MODELS: dict[str, tuple[Any, Any]] = {
    "cbow": (CBOW, textbook.CBOW),
    "skip-gram": (SkipGram, textbook.SkipGram),
}
RULES: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "sgd": (lambda: course_optimizers.SGD(0.5), lambda: textbook.SGD(0.5)),
    "momentum": (lambda: course_optimizers.Momentum(0.1), lambda: textbook.Momentum(0.1)),
    "nesterov": (lambda: course_optimizers.Nesterov(0.1), lambda: TextbookNesterov(0.1)),
    "adagrad": (lambda: course_optimizers.AdaGrad(0.1), lambda: textbook.AdaGrad(0.1)),
    "rmsprop": (lambda: course_optimizers.RMSprop(0.01), lambda: textbook.RMSprop(0.01)),
    "adam": (lambda: course_optimizers.Adam(0.01), lambda: textbook.Adam(0.01)),
}


def text() -> np.ndarray:
    """Return ids of which each is mostly followed by the next."""
    rng = np.random.default_rng(1)
    steps = np.where(rng.random(400) < 0.8, 1, rng.integers(0, V, 400))
    return np.concatenate((np.arange(V), np.cumsum(steps) % V))


def weights() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [rng.normal(0, 0.1, (V, H)).astype("f") for _ in range(2)]


def textbook_losses(name: str, rule: str, orders: list[np.ndarray]) -> tuple[list[float], Any]:
    """Return the textbook's loss of every batch, over epochs in some orders, and its model."""
    contexts, target = create_contexts_target(text(), WINDOW)
    sampler = textbook.UnigramSampler(text(), sample_size=K)
    draw = UnigramSampler(text(), 0.75, K).get_negative_sample
    sampler.get_negative_sample = draw  # type: ignore[method-assign]
    model, optimizer = MODELS[name][1](*weights(), WINDOW, sampler), RULES[rule][1]()
    losses = []
    for order in orders:
        for i in range(len(order) // BATCH):
            rows = order[i * BATCH : (i + 1) * BATCH]
            losses.append(float(model.forward(contexts[rows], target[rows])))
            model.backward()
            optimizer.update(*textbook.sum_shared(model.params, model.grads))
    return losses, model


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("how", ["trainer", "loop"])
def test_a_hand_built_model_trains_as_the_textbooks(
    place: Backend, name: str, rule: str, how: str
) -> None:
    contexts, target = create_contexts_target(text(), WINDOW)
    start = [place.asarray(W.copy()) for W in weights()]
    model, optimizer = MODELS[name][0](*start, WINDOW, text()), RULES[rule][0]()
    n, epochs = len(target), 3
    np.random.seed(4)  # noqa: NPY002  # what the trainer shuffles a model without a seed by
    orders = [np.arange(n)]
    for _ in range(epochs):  # the course shuffles what is shuffled already
        orders.append(orders[-1][np.random.permutation(n)])  # noqa: NPY002
    orders = orders[1:]
    if how == "trainer":
        np.random.seed(4)  # noqa: NPY002
        trainer = Trainer(model, optimizer)
        trainer.fit(contexts, target, epochs, BATCH, eval_interval=1, verbose=False)
        losses = trainer.loss_list
    else:
        losses = []
        for order in orders:
            for i in range(n // BATCH):
                rows = order[i * BATCH : (i + 1) * BATCH]
                x, t = place.asarray(contexts[rows]), place.asarray(target[rows])
                losses.append(float(model.forward(x, t)))
                model.backward()
                optimizer.update(model.params, model.grads)
    expected, twin = textbook_losses(name, rule, orders)
    np.testing.assert_allclose(losses, expected, rtol=2e-4)
    for mine, before, theirs in zip(
        (start[0], start[1]), weights(), (twin.params[0], twin.params[-1]), strict=True
    ):
        np.testing.assert_allclose(to_cpu(mine), theirs, atol=2e-4)
        assert np.abs(to_cpu(mine) - before).max() > 1e-3
    assert np.mean(losses[-5:]) < np.mean(losses[:5])


class PlainSGD:
    def update(self, params: Any, grads: Any) -> None:
        for i in range(len(params)):
            params[i] -= 0.5 * grads[i]


class PlainMomentum:
    v: Any = None

    def update(self, params: Any, grads: Any) -> None:
        if self.v is None:
            self.v = [np.zeros_like(param) for param in params]
        for i in range(len(params)):
            self.v[i] = 0.9 * self.v[i] - 0.1 * grads[i]
            params[i] += self.v[i]


class PlainAdam:
    m: Any = None
    iter = 0

    def update(self, params: Any, grads: Any) -> None:
        if self.m is None:
            self.m = [np.zeros_like(param) for param in params]
            self.v = [np.zeros_like(param) for param in params]
        self.iter += 1
        lr = 0.01 * np.sqrt(1.0 - 0.999**self.iter) / (1.0 - 0.9**self.iter)
        for i in range(len(params)):
            self.m[i] += (1 - 0.9) * (grads[i] - self.m[i])
            self.v[i] += (1 - 0.999) * (grads[i] ** 2 - self.v[i])
            params[i] -= lr * self.m[i] / (np.sqrt(self.v[i]) + 1e-7)


@pytest.mark.parametrize(
    ("plain", "ours"),
    [
        (PlainSGD, lambda: SGD(0.5)),
        (PlainMomentum, lambda: Momentum(0.1, dense=True)),
        (PlainAdam, lambda: Adam(0.01, dense=True)),
    ],
)
def test_an_optimizer_in_plain_expressions_steps_our_model_as_ours_does(
    place: Backend, plain: Any, ours: Any
) -> None:
    contexts, target = create_contexts_target(text(), WINDOW)
    x, t = place.asarray(contexts), place.asarray(target)
    built = [models.CBOW(V, H, WINDOW, text(), sampling="exact") for _ in range(2)]
    for model, optimizer in zip(built, (plain(), ours()), strict=True):
        for step in range(6):
            rows = slice(step * BATCH, (step + 1) * BATCH)
            model.forward(x[rows], t[rows])
            model.backward()
            optimizer.update(model.params, model.grads)
    for mine, theirs in zip(*(model.params for model in built), strict=True):
        np.testing.assert_allclose(to_cpu(mine), to_cpu(theirs), atol=2e-6)
    moved = to_cpu(built[0].params[0]) - to_cpu(models.CBOW(V, H, WINDOW, text()).params[0])
    assert np.abs(moved).max() > 1e-3

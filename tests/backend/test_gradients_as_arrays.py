"""A row-sparse gradient in expressions, and lists of gradients collected once."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from w2v.backend import Backend, RowGrad, to_cpu
from w2v.layers import (
    Embedding,
    EmbeddingDot,
    HierarchicalSoftmaxLoss,
    MatMul,
    NegativeSamplingLoss,
    UnigramSampler,
)
from w2v.models import CBOW, SkipGram, SoftmaxCBOW
from w2v.training import (
    SGD,
    AdaGrad,
    Adam,
    Momentum,
    Optimizer,
    RMSprop,
    Trainer,
    clip_grads,
    remove_duplicate,
)

V, H = 6, 3


def gradient(backend: Backend, seed: int = 0) -> RowGrad:
    """Return a gradient of some rows, in an order that is not that of their numbers."""
    rng = np.random.default_rng(seed)
    index = rng.permutation(V)[:3]
    rows = rng.normal(size=(3, H)).astype("f")
    return RowGrad(backend.asarray(index), backend.asarray(rows), V)


SPARSE: dict[str, Callable[..., Any]] = {
    "g * 2": lambda g, d: g * 2,
    "0.5 * g": lambda g, d: 0.5 * g,
    "g / 3": lambda g, d: g / 3,
    "-g": lambda g, d: -g,
    "g ** 2": lambda g, d: g**2,
    "g ** 0.5 of squares": lambda g, d: (g * g) ** 0.5,
    "g + g": lambda g, d: g + g,
    "g - another": lambda g, d: g - d.other,
    "g * another": lambda g, d: g * d.other,
    "abs(g)": lambda g, d: abs(g),
    "np.sqrt(g * g)": lambda g, d: np.sqrt(g * g),
    "np.maximum(g, 0)": lambda g, d: np.maximum(g, 0),
    "a rate of another type": lambda g, d: np.float64(0.1) * g,
}
DENSE: dict[str, Callable[..., Any]] = {
    "g + 1": lambda g, d: g + 1,
    "1 / (g + 1)": lambda g, d: 1 / (g + 1),
    "g * array": lambda g, d: g * d.array,
    "array - g": lambda g, d: d.array - g,
    "g * inf": lambda g, d: g * np.inf,
    "g / 0": lambda g, d: g / 0.0,
    "g ** -1": lambda g, d: g**-1,
    "np.exp": lambda g, d: np.exp(g),
    "g == 0": lambda g, d: g == 0,
    "g[row]": lambda g, d: g[2],
    "g[rows, column]": lambda g, d: g[[0, 3], 1],
    "g.T": lambda g, d: g.T,
    "g @ matrix": lambda g, d: g @ d.array.T,
    "g.sum(axis)": lambda g, d: g.sum(axis=0),
    "g.mean()": lambda g, d: g.mean(),
    "g.ravel()": lambda g, d: g.ravel(),
}
ON_THE_HOST: dict[str, Callable[..., Any]] = {
    "np.sum": lambda g, d: np.sum(g**2),
    "np.linalg.norm": lambda g, d: np.linalg.norm(g),
    "np.clip": lambda g, d: np.clip(g, -0.1, 0.1),
    "np.where": lambda g, d: np.where(g > 0, g, 0),
    "np.zeros_like": lambda g, d: np.zeros_like(g),
    "np.concatenate": lambda g, d: np.concatenate([g, d.array]),
    "np.add.reduce": lambda g, d: np.add.reduce(g),
    "divmod": lambda g, d: divmod(g, 2)[1],
}
IN_PLACE: dict[str, Callable[..., Any]] = {
    "*=": lambda g, d: g.__imul__(2),
    "/=": lambda g, d: g.__itruediv__(2),
    "+= gradient": lambda g, d: g.__iadd__(d.other),
    "+= array": lambda g, d: g.__iadd__(d.array),
    "-= 1": lambda g, d: g.__isub__(1),
    "**=": lambda g, d: g.__ipow__(2),
    "[...] = 0": lambda g, d: g.__setitem__(..., 0),
    "[...] = array": lambda g, d: g.__setitem__(..., d.array),
    "[:] = gradient": lambda g, d: g.__setitem__(slice(None), d.other),
    "[row] = 5": lambda g, d: g.__setitem__(1, 5),
    "[row, column] = 5": lambda g, d: g.__setitem__((1, 0), 5),
    "[mask] = 0": lambda g, d: g.__setitem__(g > 0, 0),
    "fill": lambda g, d: g.fill(3),
    "[row] += 1": lambda g, d: g.__setitem__(1, g[1].__iadd__(1)),
    "[:, column] *= 2": lambda g, d: g.__setitem__((slice(None), 0), g[:, 0].__imul__(2)),
    "[mask] /= 2": lambda g, d: g.__setitem__(g > 0, g[g > 0].__itruediv__(2)),
    "a row that was kept": lambda g, d: g[1].__iadd__(1),
    "an element of a row": lambda g, d: g[1].__setitem__(2, 9),
    "a filled row": lambda g, d: g[1].fill(4),
    "row by row": lambda g, d: [row.__imul__(2) for row in g],
}


class Others:
    """What stands in expressions beside a gradient: the same as arrays, or not."""

    def __init__(self, backend: Backend, dense: bool) -> None:
        self.other = gradient(backend, 1).to_dense() if dense else gradient(backend, 1)
        rng = np.random.default_rng(2)
        self.array = backend.asarray(rng.normal(size=(V, H)).astype("f"))


def assert_same(got: Any, expected: Any) -> None:
    got, expected = to_cpu(got), to_cpu(expected)
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(got, expected, rtol=1e-6)


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("name", [*SPARSE, *DENSE, *ON_THE_HOST])
def test_an_expression_has_the_value_that_the_matrix_gives(backend: Backend, name: str) -> None:
    if name in ON_THE_HOST and backend.name != "cpu":
        pytest.skip("NumPy's own functions are for the host's arrays")
    expression = {**SPARSE, **DENSE, **ON_THE_HOST}[name]
    g = gradient(backend)
    got = expression(g, Others(backend, False))
    assert_same(got, expression(g.to_dense(), Others(backend, True)))
    if name in SPARSE:
        assert isinstance(got, RowGrad)
    assert_same(g, gradient(backend))  # and is itself as it was


@pytest.mark.parametrize("name", IN_PLACE)
def test_what_is_done_in_place_stays(backend: Backend, name: str) -> None:
    g, dense = gradient(backend), gradient(backend).to_dense()
    kept = [g]
    IN_PLACE[name](g, Others(backend, False))
    IN_PLACE[name](dense, Others(backend, True))
    assert_same(kept[0], dense)


def test_arrays_take_a_gradient_in_place_on_its_rows_alone(backend: Backend) -> None:
    W, g = backend.xp.ones((V, H), dtype="float32"), gradient(backend)
    expected = to_cpu(W) - 0.1 * to_cpu(g)
    W -= 0.1 * g
    assert type(W) is type(g.rows)
    assert_same(W, expected.astype("f"))
    W += g
    assert_same(W, expected.astype("f") + to_cpu(g))
    with pytest.raises(TypeError):  # as NumPy has it: fractions do not go into integers
        np.ones((V, H), dtype=np.int64).__iadd__(gradient(backend))


def test_functions_that_write_into_a_gradient_are_seen(backend: Backend) -> None:
    if backend.name != "cpu":
        pytest.skip("NumPy's own functions are for the host's arrays")
    for write in (
        lambda g: np.clip(g, -0.1, 0.1, out=g),
        lambda g: np.multiply(g, 3, out=g),
        lambda g: np.add.at(g, [1, 1], 1.0),
        lambda g: np.copyto(g, 2.0),
        lambda g: np.putmask(g, g > 0, -1.0),
    ):
        g, dense = gradient(backend), gradient(backend).to_dense()
        write(g)
        write(dense)
        assert_same(g, dense)
    for lost in (
        lambda g: g.sort(),
        lambda g: g.T.fill(1),
        lambda g: g[:3][1].fill(1),
        lambda g: np.clip(g, -0.1, 0.1, g),
        lambda g: np.nan_to_num(g, copy=False),
        lambda g: np.asarray(g).fill(1),
        lambda g: np.ravel(g).fill(1),
        lambda g: np.split(g, 2)[0].fill(1),
    ):
        with pytest.raises((AttributeError, ValueError), match=r"to_dense|read-only"):
            lost(gradient(backend))
    copied = copy.copy(gradient(backend))
    clip_grads([copied], 1e-3)
    assert np.array(copied).flags.writeable
    assert (0 in gradient(backend)) and (7 not in gradient(backend))


def test_rows_that_are_no_gradient_are_refused(backend: Backend) -> None:
    rows = backend.xp.ones((2, H))
    for index, size, said in (([0, V], V, "0 to 5"), ([1, 1], V, "twice"), ([0], V, "shapes")):
        with pytest.raises(ValueError, match=said):
            RowGrad(backend.asarray(index), rows, size)


def test_lists_of_gradients_collected_once_stay_true(backend: Backend) -> None:
    corpus = backend.asarray(np.arange(V).repeat(2))
    h = backend.xp.ones((2, H))
    W = backend.asarray(np.random.default_rng(0).normal(size=(V, H)))
    ids = backend.asarray([[1, 2], [2, 4]])
    dot, tree = EmbeddingDot(W), HierarchicalSoftmaxLoss(W[1:], corpus)
    passes: list[tuple[Any, Callable[[], Any], Callable[[], Any]]] = [
        (e := Embedding(W), lambda: e.forward(ids), lambda: e.backward(backend.xp.ones((2, 2, H)))),
        (dot, lambda: dot.forward(h, ids), lambda: dot.backward(backend.xp.ones((2, 2)))),
        (m := MatMul(W), lambda: m.forward(W.T), lambda: m.backward(backend.xp.ones((H, H)))),
        (n := NegativeSamplingLoss(W, corpus), lambda: n.forward(h, ids[0]), n.backward),
        (tree, lambda: tree.forward(h, ids[0]), tree.backward),
    ]
    for layer, forward, backward in passes:
        collected = [*layer.grads]
        before = [to_cpu(grad).copy() for grad in collected]
        for _ in range(2):
            forward()
            backward()
            assert all(a is b for a, b in zip(collected, layer.grads, strict=True))
        assert all((to_cpu(g) != b).any() for g, b in zip(collected, before, strict=True))


OPTIMIZERS: list[Callable[[], Optimizer]] = [SGD, Momentum, AdaGrad, RMSprop, Adam]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_shared_weights_are_stepped_once_by_the_sum(
    backend: Backend, optimizer: Callable[[], Optimizer]
) -> None:
    W = backend.asarray(np.random.default_rng(0).normal(size=(V, V)))
    weight = backend.asarray(np.random.default_rng(1).normal(size=(4, V)))
    ids = backend.asarray([0, 2, 2, 5])

    def step(*matrices: Any) -> None:
        """Step an embedding twice, a product and a product with the transpose."""
        layers: list[Any] = [kind(w) for kind, w in zip(kinds, matrices, strict=True)]
        for layer in layers:
            layer.forward(ids if isinstance(layer, Embedding) else weight)
            layer.backward(weight)
        params = [p for layer in layers for p in layer.params]
        grads = [g for layer in layers for g in layer.grads]
        optimizer().update(params, grads)

    kinds = [Embedding, Embedding, MatMul, MatMul]
    shared = W.copy()
    step(shared, shared, shared[:], shared.T)  # itself, a view, and the transpose
    each = [to_cpu(_dense_gradient(kind, W.copy(), ids, weight)) for kind in kinds[:3]]
    each.append(to_cpu(_dense_gradient(MatMul, W.T.copy(), ids, weight)).T)
    alone = W.copy()
    optimizer().update([alone], [backend.asarray(sum(each))])
    np.testing.assert_allclose(to_cpu(shared), to_cpu(alone), atol=1e-12)


def _dense_gradient(kind: Any, W: Any, ids: Any, weight: Any) -> Any:
    layer = kind(W)
    layer.forward(ids if kind is Embedding else weight)
    layer.backward(weight)
    return layer.grads[0]


def test_gradients_that_do_not_fit_are_refused(backend: Backend) -> None:
    W = backend.xp.ones((V, H))
    with pytest.raises(ValueError, match="2 parameters need as many gradients, got 1"):
        remove_duplicate([W, W], [W])
    with pytest.raises(ValueError, match=r"shape \(6, 3\) has a gradient of shape \(6, 1\)"):
        SGD().update([W], [W[:, :1]])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_second_model_of_another_size_needs_an_optimizer_of_its_own(
    backend: Backend, optimizer: Callable[[], Optimizer]
) -> None:
    ours = optimizer()
    for size in (20, 2000):
        corpus = np.arange(size)
        model, ids = CBOW(size, 4, 1, corpus), backend.asarray(corpus[-10:])
        before = to_cpu(model.word_vecs).copy()
        model.forward(backend.xp.stack([ids, ids], axis=1), ids)
        model.backward()
        if size == 20 or optimizer is SGD:
            ours.update(model.params, model.grads)
        else:
            with pytest.raises(ValueError, match="a second model needs an optimizer of its own"):
                ours.update(model.params, model.grads)
            np.testing.assert_array_equal(to_cpu(model.word_vecs), before)


class ArrayByArray(pickle.Pickler):
    """Writes every array by itself, as joblib does, so that two that are one come apart."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return np.array, (value.tolist(), value.dtype.str)
        return NotImplemented


def by_array(trainer: Trainer) -> Trainer:
    file = io.BytesIO()
    pickler = ArrayByArray(file)
    pickler.dump(trainer)
    loaded: Trainer = pickle.loads(file.getvalue())
    return loaded


@pytest.mark.parametrize("model", [CBOW, SkipGram, SoftmaxCBOW])
def test_a_copied_training_goes_on_as_the_first(backend: Backend, model: Any) -> None:
    corpus = np.arange(40) % 8
    x, t = backend.asarray(np.c_[corpus[:-2], corpus[2:]]), backend.asarray(corpus[1:-1])
    first = Trainer(model(8, 4, 1, corpus), Adam())
    first.fit(x, t, 1, 10, verbose=False)
    others = [copy.deepcopy(first), pickle.loads(pickle.dumps(first)), by_array(first)]
    for trainer in (first, *others):
        trainer.fit(x, t, 2, 10, verbose=False)
    for other in others:
        assert other.model is not first.model
        assert other.model.backend is backend
        # An array that went as a list comes back in another memory order, and adds up otherwise.
        step = 1e-6 if other is others[-1] else 0
        assert other.loss_list == pytest.approx(first.loss_list, rel=step)
        for mine, theirs in zip(other.model.params, first.model.params, strict=True):
            np.testing.assert_allclose(to_cpu(mine), to_cpu(theirs), rtol=0, atol=step)


def test_samplers_draw_their_own_words_and_repeat_what_numpy_was_seeded_with(
    backend: Backend,
) -> None:
    corpus, target = np.arange(1000), backend.asarray(np.arange(50))

    def draws(n: int = 10) -> list[list[int]]:
        samplers = [UnigramSampler(corpus, 0.75, 5) for _ in range(n)]
        return [to_cpu(each.get_negative_sample(target)).ravel().tolist() for each in samplers]

    backend.xp.random.seed(3)
    first = draws()
    assert len({tuple(each) for each in first}) == 10
    # Words of one sampler and of another agree as seldom as chance has it: 1 in 1,000.
    equal = np.mean([np.equal(a, b) for a, b in pairwise(first)])
    assert equal < 0.01
    backend.xp.random.seed(3)
    assert draws() == first
    assert draws() != first


def test_models_keep_their_own_seed() -> None:
    np.random.seed(1)  # noqa: NPY002
    corpus, target = np.arange(100), np.arange(10)
    one, two = (CBOW(100, 4, 1, corpus, seed=5, backend="cpu") for _ in range(2))
    for each in (one, two):
        np.random.random()  # noqa: NPY002
        each.first = each.ns_loss.sampler.get_negative_sample(target)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(one.first, two.first)  # type: ignore[attr-defined]

"""What the course's classes hold after a forward and a backward pass, by the course's names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support import textbook
from tests.support.twins import Twins, V, assert_same, batch, corpus
from w2v.backend import Backend, to_cpu
from w2v.layers import (
    Embedding,
    EmbeddingDot,
    NegativeSamplingLoss,
    SigmoidWithLoss,
    UnigramSampler,
)
from w2v.models import CBOW, SkipGram
from w2v.training import SGD


def assert_embedding(ours: Any, theirs: textbook.Embedding) -> None:
    np.testing.assert_array_equal(to_cpu(ours.idx), theirs.idx)
    assert_same(ours.grads[0], theirs.grads[0])
    assert_same(ours.params[0], theirs.params[0])


def assert_losses(ours: Any, theirs: textbook.NegativeSamplingLoss) -> None:
    """Compare one of the course's losses with the textbook's, layer by layer."""
    k = theirs.sampler.sample_size
    assert ours.sample_size == ours.sampler.sample_size == k
    assert len(ours.loss_layers) == len(ours.embed_dot_layers) == 1 + k
    for score, loss, their_score, their_loss in zip(
        ours.embed_dot_layers, ours.loss_layers, theirs.scores, theirs.losses, strict=True
    ):
        assert_embedding(score.embed, their_score.embedding)
        assert score.params is score.embed.params or score.params[0] is score.embed.params[0]
        assert score.grads[0] is score.embed.grads[0]
        h, rows = score.cache
        assert_same(h, their_score.h)
        assert_same(rows, their_score.rows)
        assert_same(loss.y, their_loss.y)
        np.testing.assert_array_equal(to_cpu(loss.t), np.full(len(their_loss.y), their_loss.t))
        y = their_loss.y if their_loss.t == 1 else 1 - their_loss.y
        assert_same(loss.loss, -np.log(y).mean())
    # One layer for all has the sum, the parts have their own.
    textbooks = theirs.grads if len(ours.grads) > 1 else [np.sum(theirs.grads, axis=0)]
    for mine, plain in zip(ours.grads, textbooks, strict=True):
        assert_same(mine, plain)


@pytest.mark.parametrize("steps", [1, 2])
def test_cbow_holds_what_the_courses_does(backend: Backend, steps: int) -> None:
    twins = Twins.build("cbow")
    model = twins.ours
    assert isinstance(model, CBOW)
    # Kept from before the first pass: a part is the layer's of any pass.
    in_layers, scores = model.in_layers, model.ns_loss.embed_dot_layers
    assert in_layers[0].idx is None
    assert scores[0].cache is None
    for step in range(steps):
        twins.step(*batch(step))
    for ours, theirs in zip(in_layers, twins.textbook.in_layers, strict=True):
        assert_embedding(ours, theirs)
    for score, their_score in zip(scores, twins.textbook.ns_loss.scores, strict=True):
        assert_embedding(score.embed, their_score.embedding)
    assert_losses(model.ns_loss, twins.textbook.ns_loss)
    assert model.word_vecs is model.word_vecs1 is model.params[0]
    assert model.word_vecs2 is model.params[1]


@pytest.mark.parametrize("steps", [1, 2])
def test_skip_gram_holds_what_the_courses_does(backend: Backend, steps: int) -> None:
    twins = Twins.build("skip-gram")
    model = twins.ours
    assert isinstance(model, SkipGram)
    kept = model.loss_layers
    for step in range(steps):
        twins.step(*batch(step))
    assert_embedding(model.in_layer, twins.textbook.in_layer)
    for ours, theirs in zip(kept, twins.textbook.loss_layers, strict=True):
        assert_losses(ours, theirs)
    assert model.word_vecs is model.params[0]


def test_a_loss_of_several_targets_a_row_has_them_together(backend: Backend) -> None:
    twins = Twins.build("skip-gram")
    contexts, target = batch(0)
    twins.step(contexts, target)
    score, loss = twins.ours.ns_loss.embed_dot_layers[0], twins.ours.ns_loss.loss_layers[0]
    np.testing.assert_array_equal(to_cpu(score.embed.idx), contexts)
    assert loss.y.shape == contexts.shape
    assert to_cpu(loss.t).all()
    parts = twins.ours.ns_loss.embed_dot_layers
    total = np.sum([to_cpu(each.grads[0]) for each in parts], axis=0)
    assert_same(twins.ours.grads[1], total)


def test_single_layers_hold_what_the_courses_do(backend: Backend) -> None:
    rng = np.random.default_rng(0)
    W, h, ids = rng.normal(size=(V, 4)), rng.normal(size=(3, 4)), np.array([2, 2, 5])
    ours, theirs = EmbeddingDot(backend.asarray(W)), textbook.EmbeddingDot(W)
    assert ours.cache is ours.embed.idx is None
    scores = ours.forward(backend.asarray(h), backend.asarray(ids))
    assert_same(scores, theirs.forward(h, ids))
    assert_same(ours.backward(backend.asarray(scores)), theirs.backward(to_cpu(scores)))
    assert_embedding(ours.embed, theirs.embedding)
    assert ours.cache is not None
    assert_same(ours.cache[0], theirs.h)
    assert_same(ours.cache[1], theirs.rows)

    loss = SigmoidWithLoss()
    assert loss.y is loss.t is loss.loss is None
    labels = backend.asarray([1, 0, 1])
    returned = loss.forward(scores, labels)
    assert float(loss.loss) == float(returned)
    returned += 1  # as a loss of several layers is summed up, on a GPU in place
    assert float(loss.loss) < float(returned)
    assert loss.t is labels
    assert_same(loss.y, 1 / (1 + np.exp(-to_cpu(scores))))

    sampler, plain_sampler = UnigramSampler(corpus(), 0.75, 5), textbook.UnigramSampler(corpus())
    assert (sampler.vocab_size, sampler.sample_size) == (V, 5)
    assert_same(sampler.word_p, plain_sampler.word_p)


@pytest.mark.parametrize("name", ["word_vecs", "word_vecs1", "word_vecs2"])
def test_assigned_vectors_are_the_models(backend: Backend, name: str) -> None:
    model = CBOW(V, 4, 2, corpus())
    kept, vectors = getattr(model, name), np.arange(V * 4).reshape(V, 4) / 100
    setattr(model, name, vectors)
    np.testing.assert_allclose(to_cpu(kept), vectors, rtol=1e-6)  # the array that all layers have
    trained = to_cpu(kept).copy()
    contexts, target = (backend.asarray(each) for each in batch(0))
    model.forward(contexts, target)
    model.backward()
    if name != "word_vecs2":
        h = trained[to_cpu(contexts)].mean(axis=1)
        np.testing.assert_allclose(to_cpu(model.ns_loss.embed_dot.h), h, rtol=1e-5)
    with pytest.raises(ValueError, match=r"shape \(23, 4\) are needed, got \(23, 5\)"):
        setattr(model, name, np.ones((V, 5)))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda W, h: Embedding(W.astype(int)), "float32 or float64"),
        (lambda W, h: Embedding(W[0]), "float32 or float64"),
        (lambda W, h: Embedding(W).forward(h[:, 0]), r"integers .*float64"),
        (lambda W, h: EmbeddingDot(W).forward(h[:, :3], [1, 2, 3]), "hidden vector of 4 numbers"),
        (lambda W, h: EmbeddingDot(W).forward(h, [1, 2]), "for each of the ids"),
        (lambda W, h: EmbeddingDot(W).forward(h, [0.5, 1.0, 2.0]), r"integers .*float64"),
    ],
)
def test_layers_refuse_what_they_would_read_wrongly(backend: Backend, call: Any, said: str) -> None:
    W, h = backend.xp.ones((V, 4)), backend.xp.ones((3, 4))
    with pytest.raises(ValueError, match=said):
        call(W, h)


def test_a_gradient_of_another_shape_does_not_go_through_a_layer(backend: Backend) -> None:
    W = backend.xp.ones((V, 4))
    embedding, dot = Embedding(W), EmbeddingDot(W)
    embedding.forward([1, 2])
    dot.forward(W[:2], [1, 2])
    for backward, shape in ((embedding.backward, (3, 4)), (dot.backward, (3,))):
        with pytest.raises(ValueError, match="shape"):
            backward(backend.xp.ones(shape))


def test_a_part_keeps_its_gradient_over_a_forward_pass(backend: Backend) -> None:
    model = CBOW(V, 4, 2, corpus())
    (x, t), (other, words) = ([backend.asarray(each) for each in batch(step)] for step in (0, 1))
    model.forward(x, t)
    model.backward()
    parts = [model.in_layers[0].grads[0], model.ns_loss.embed_dot_layers[1].grads[0]]
    before = [np.array(part, copy=True) for part in map(to_cpu, parts)]
    for rows in (slice(None), slice(0, 5)):  # as an evaluation does, on a batch of any size
        model.forward(other[rows], words[rows])
        for part, was in zip(parts, before, strict=True):
            np.testing.assert_array_equal(to_cpu(part), was)


def test_the_courses_own_methods_stand_in_subclasses(backend: Backend) -> None:
    xp = backend.xp

    class Dot(EmbeddingDot):
        def forward(self, h: Any, idx: Any) -> Any:
            rows = self.embed.forward(idx)
            self.cache = (h, rows)
            return xp.sum(rows * h, axis=1)

    class Loss(SigmoidWithLoss):
        def forward(self, x: Any, t: Any) -> Any:
            self.t = t
            self.y = 1 / (1 + xp.exp(-x))
            self.loss = -xp.log(xp.where(t, self.y, 1 - self.y)).mean()
            return self.loss

        def backward(self, dout: Any = 1) -> Any:
            return (self.y - self.t) * dout / len(self.t)

    class Model(CBOW):
        def __init__(self, V: int, H: int) -> None:
            W_in, W_out = (backend.asarray(w) for w in np.ones((2, V, H), "f") / 10)
            self.in_layers = [Embedding(W_in) for _ in range(2)]
            self.ns_loss = NegativeSamplingLoss(W_out, backend.asarray(corpus()))
            layers: list[Any] = [*self.in_layers, self.ns_loss]
            self.params = [p for layer in layers for p in layer.params]
            self.grads = [g for layer in layers for g in layer.grads]
            self.word_vecs, self.word_vecs1 = W_in, W_in

        def forward(self, contexts: Any, target: Any) -> Any:
            h = sum(layer.forward(contexts[:, i]) for i, layer in enumerate(self.in_layers))
            return self.ns_loss.forward(h / 2, target)

        def backward(self, dout: float = 1) -> None:
            for layer in self.in_layers:
                layer.backward(self.ns_loss.backward(dout) / 2)

    W = backend.asarray(np.random.default_rng(0).normal(size=(V, 4)))
    h, ids, t = W[:3] * 2, backend.asarray([4, 4, 1]), backend.asarray([1, 0, 1])
    results = []
    for dot, loss in ((Dot(W), Loss()), (EmbeddingDot(W), SigmoidWithLoss())):
        total = loss.forward(dot.forward(h, ids), t)
        dh = dot.backward(loss.backward())
        results.append([to_cpu(each) for each in (total, dh, dot.grads[0], loss.y, loss.loss)])
    for mine, ours in zip(*results, strict=True):
        np.testing.assert_allclose(mine, ours, rtol=1e-6)

    model = Model(V, 4)
    contexts, target = (backend.asarray(each) for each in batch(0))
    model.forward(contexts, target)
    model.backward()
    before = to_cpu(model.word_vecs).copy()
    SGD(1.0).update(model.params, model.grads)
    assert (to_cpu(model.word_vecs1) != before).any()


def test_batches_that_do_not_fit_are_refused(backend: Backend) -> None:
    contexts, target = (backend.asarray(each) for each in batch(0))
    for model in (
        CBOW(V, 4, 2, corpus()),
        SkipGram(V, 4, 2, corpus()),
        CBOW(V, 4, 2, corpus(), hs=1),
    ):
        with pytest.raises(ValueError, match=r"targets needs a window|as many targets"):
            model.forward(contexts, target[:6])
        with pytest.raises(ValueError, match=r"targets needs a window|as many targets"):
            model.loss_layer.forward(backend.xp.ones((3, 4)), target)


def test_whole_numbers_are_numbers(backend: Backend) -> None:
    x, t = backend.asarray([1, 2, -1]), backend.asarray([1, 0, 1])
    whole, real = SigmoidWithLoss(), SigmoidWithLoss()
    assert float(whole.forward(x, t)) == float(real.forward(x.astype("float64"), t))
    assert_same(whole.backward(), to_cpu(real.backward()))
    W, h = backend.xp.ones((V, 4)) / 3, backend.asarray(np.arange(12).reshape(3, 4))
    dot = EmbeddingDot(W)
    dot.forward(h, [0, 1, 1])
    dot.backward([1, 2, 3])
    expected = np.zeros((V, 4))
    expected[0], expected[1] = to_cpu(h)[0], 2 * to_cpu(h)[1] + 3 * to_cpu(h)[2]
    assert_same(dot.grads[0], expected)
    embedding = Embedding(W)
    embedding.forward([0, 1])
    embedding.backward(1)
    assert_same(embedding.grads[0], (np.arange(V) < 2)[:, None] * np.ones((V, 4)))


def test_soft_labels_and_losses_of_every_row_count_as_they_are(backend: Backend) -> None:
    x = backend.asarray(np.random.default_rng(0).normal(size=(3, 2)))
    t = backend.asarray(np.array([[0.2, 1.0], [0.0, 0.5], [0.9, 0.3]]))
    layer, y = SigmoidWithLoss(), 1 / (1 + np.exp(-to_cpu(x)))
    expected = -(to_cpu(t) * np.log(y) + (1 - to_cpu(t)) * np.log(1 - y)).sum() / 3
    assert float(layer.forward(x, t)) == pytest.approx(expected, rel=1e-12)
    weight = np.array([1.0, 2.0, 3.0])
    assert_same(layer.backward(backend.asarray(weight)), (y - to_cpu(t)) * weight[:, None] / 3)


def test_probabilities_that_are_assigned_are_drawn_by(backend: Backend) -> None:
    sampler = UnigramSampler(corpus(), 0.75, 2)
    p = np.full(V, 1e-9)
    p[3:6] = 1.0
    sampler.word_p = p
    drawn = to_cpu(sampler.get_negative_sample(backend.asarray(np.full(200, 4))))
    assert set(drawn.ravel().tolist()) <= {3, 4, 5}
    with pytest.raises(ValueError, match="as many probabilities"):
        sampler.word_p = p[:5]


def test_a_sampler_of_ones_own_gets_one_target_after_the_other(backend: Backend) -> None:
    class Own:
        sample_size = 2

        def get_negative_sample(self, target: Any) -> Any:
            assert target.ndim == 1
            return np.stack([to_cpu(target), to_cpu(target)], axis=1)

    model = SkipGram(V, 4, 2, corpus())
    model.ns_loss.sampler = Own()
    contexts, target = batch(0)
    model.forward(backend.asarray(contexts), backend.asarray(target))
    idx = to_cpu(model.ns_loss.embed_dot.embed.idx).reshape(len(target), -1, 3)
    np.testing.assert_array_equal(idx, contexts[..., None].repeat(3, axis=2))


def test_the_beginning_of_a_corpus_is_enough(backend: Backend) -> None:
    model = CBOW(V + 5, 4, 2, corpus())  # the last five words come later
    contexts, target = batch(0)
    model.forward(backend.asarray(contexts), backend.asarray(target))
    assert int(model.ns_loss.embed_dot.embed.idx.max()) < V


def test_what_a_layer_works_on_is_what_is_stepped(backend: Backend) -> None:
    x, t = (backend.asarray(each) for each in batch(0))
    model = CBOW(V, 4, 2, corpus())
    model.in_layer.params[0] = other = backend.asarray(np.full((V, 4), 0.5))
    model.ns_loss.params[0] = backend.asarray(np.full((V, 4), 0.5))
    own = Embedding(backend.xp.ones((3, 2)))
    model.params += own.params
    model.grads += own.grads
    own.forward([1])
    own.backward(1)
    model.forward(x, t)
    model.backward()
    assert [len(model.params), len(model.grads)] == [3, 3]
    SGD(1.0).update(model.params, model.grads)
    assert model.word_vecs is other
    assert (to_cpu(other) != 0.5).any()
    assert to_cpu(own.params[0]).tolist() == [[1, 1], [0, 0], [1, 1]]

"""Word2vec as from-scratch textbooks write it, to check and to time the library against.

One layer object for every context position and every negative, gradients as large as the
matrices they belong to, ``numpy.random.choice`` for every row of a batch, loops where
loops are the plain thing.  Shares no code with the library.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray


class Embedding:
    """Rows of a matrix; the gradient is a whole matrix, most of it zero."""

    def __init__(self, W: Array) -> None:
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.idx = np.zeros(0, dtype=np.int64)

    def forward(self, idx: Array) -> Array:
        """Look up one row for every id, (B,) → (B, H)."""
        self.idx = idx
        return self.params[0][idx]

    def backward(self, dout: Array) -> None:
        """Add every row's gradient where it came from."""
        self.grads[0][...] = 0
        np.add.at(self.grads[0], self.idx, dout)


class EmbeddingDot:
    """Dot product of every hidden vector with one row of a matrix."""

    def __init__(self, W: Array) -> None:
        self.embedding = Embedding(W)
        self.params, self.grads = self.embedding.params, self.embedding.grads

    def forward(self, h: Array, idx: Array) -> Array:
        """Score one word for every hidden vector, (B, H) and (B,) → (B,)."""
        self.h = h
        self.rows = self.embedding.forward(idx)
        return np.sum(self.rows * h, axis=1)

    def backward(self, dout: Array) -> Array:
        """Return the gradient by h."""
        self.embedding.backward(dout[:, None] * self.h)
        return dout[:, None] * self.rows


class SigmoidWithLoss:
    """Yes or no, and the mean cross-entropy of the answers."""

    def forward(self, x: Array, t: int) -> float:
        """Return the loss of logits that should all say t, 1 or 0."""
        self.y, self.t = 1 / (1 + np.exp(-x)), t
        return float(-np.log(self.y if t == 1 else 1 - self.y).mean())

    def backward(self) -> Array:
        """Return the gradient by x."""
        return (self.y - self.t) / len(self.y)


class UnigramSampler:
    """Negatives by ``numpy.random.choice``, row by row, without the row's target."""

    def __init__(self, corpus: Array, power: float = 0.75, sample_size: int = 5) -> None:
        weights = np.bincount(corpus).astype(np.float64) ** power
        self.word_p = weights / weights.sum()
        self.sample_size = sample_size

    def get_negative_sample(self, target: Array) -> Array:
        """Draw for every target, (B,) → (B, k)."""
        negative = np.zeros((len(target), self.sample_size), dtype=np.int64)
        for row, word in enumerate(target):
            p = self.word_p.copy()
            p[word] = 0
            p /= p.sum()
            negative[row] = np.random.choice(  # noqa: NPY002  # the legacy call is the textbook's
                len(p), size=self.sample_size, replace=False, p=p
            )
        return negative


class NegativeSamplingLoss:
    """One score and one loss layer for the target, and one of each for every negative."""

    def __init__(self, W: Array, sampler: UnigramSampler) -> None:
        self.sampler = sampler
        layers = range(1 + sampler.sample_size)
        self.scores = [EmbeddingDot(W) for _ in layers]
        self.losses = [SigmoidWithLoss() for _ in layers]
        self.params = [param for layer in self.scores for param in layer.params]
        self.grads = [grad for layer in self.scores for grad in layer.grads]

    def forward(self, h: Array, target: Array, negative: Array | None = None) -> float:
        """Return the loss; negatives, (B, k), are drawn unless they are given."""
        if negative is None:
            negative = self.sampler.get_negative_sample(target)
        loss = self.losses[0].forward(self.scores[0].forward(h, target), 1)
        for i in range(self.sampler.sample_size):
            score = self.scores[1 + i].forward(h, negative[:, i])
            loss += self.losses[1 + i].forward(score, 0)
        return loss

    def backward(self) -> Array:
        """Return the gradient by h."""
        dh: Any = 0.0
        for score, loss in zip(self.scores, self.losses, strict=True):
            dh = dh + score.backward(loss.backward())
        return dh


class CBOW:
    """A word from the mean of its contexts: an embedding layer for each context position.

    Parameters
    ----------
    W_in, W_out : (V, H) float arrays
        Weights to start from, changed in place by the optimizer.
    window_size : int
    sampler : UnigramSampler
    """

    def __init__(
        self, W_in: Array, W_out: Array, window_size: int, sampler: UnigramSampler
    ) -> None:
        self.in_layers = [Embedding(W_in) for _ in range(2 * window_size)]
        self.ns_loss = NegativeSamplingLoss(W_out, sampler)
        self.params: list[Array] = []
        self.grads: list[Array] = []
        for layer in self.in_layers:
            self.params += layer.params
            self.grads += layer.grads
        self.params += self.ns_loss.params
        self.grads += self.ns_loss.grads

    def forward(self, contexts: Array, target: Array, negative: Array | None = None) -> float:
        """Return the loss; negatives, (B, k), are drawn unless they are given."""
        h: Any = 0.0
        for i, layer in enumerate(self.in_layers):
            h = h + layer.forward(contexts[:, i])
        return self.ns_loss.forward(h / len(self.in_layers), target, negative)

    def backward(self) -> None:
        """Compute the gradients."""
        dout = self.ns_loss.backward() / len(self.in_layers)
        for layer in self.in_layers:
            layer.backward(dout)

    def touched(self) -> list[Array]:
        """Return, for W_in and W_out, which rows the last batch looked up."""
        return [_rows_of(self.in_layers), _rows_of(self.ns_loss.scores)]


class SkipGram:
    """The contexts from a word: a loss layer for each context position.

    Built as `CBOW` is.
    """

    def __init__(
        self, W_in: Array, W_out: Array, window_size: int, sampler: UnigramSampler
    ) -> None:
        self.in_layer = Embedding(W_in)
        self.loss_layers = [NegativeSamplingLoss(W_out, sampler) for _ in range(2 * window_size)]
        self.params, self.grads = list(self.in_layer.params), list(self.in_layer.grads)
        for layer in self.loss_layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, contexts: Array, target: Array, negative: Array | None = None) -> float:
        """Return the loss; negatives, (B, C, k), are drawn unless they are given."""
        h = self.in_layer.forward(target)
        loss = 0.0
        for i, layer in enumerate(self.loss_layers):
            given = None if negative is None else negative[:, i]
            loss += layer.forward(h, contexts[:, i], given)
        return loss

    def backward(self) -> None:
        """Compute the gradients."""
        dh: Any = 0.0
        for layer in self.loss_layers:
            dh = dh + layer.backward()
        self.in_layer.backward(dh)

    def touched(self) -> list[Array]:
        """Return, for W_in and W_out, which rows the last batch looked up."""
        scores = [score for layer in self.loss_layers for score in layer.scores]
        return [_rows_of([self.in_layer]), _rows_of(scores)]


def _rows_of(layers: list[Any]) -> Array:
    """Mark the rows that layers which share a matrix looked up in it."""
    mask = np.zeros(len(layers[0].params[0]), dtype=bool)
    for layer in layers:
        mask[getattr(layer, "embedding", layer).idx] = True
    return mask


def sum_shared(params: list[Array], grads: list[Array]) -> tuple[list[Array], list[Array]]:
    """Give weights that several layers share one gradient, the sum of theirs."""
    once: list[Array] = []
    sums: list[Array] = []
    for param, grad in zip(params, grads, strict=True):
        for i, known in enumerate(once):
            if known is param:
                sums[i] += grad
                break
        else:
            once.append(param)
            sums.append(grad)
    return once, sums


class Optimizer:
    """A rule for one parameter, and state of the parameters' shapes, zero at first."""

    n_states = 0

    def __init__(self, lr: float) -> None:
        self.lr = lr
        self.iter = 0
        self.states: list[list[Array]] = []

    def prepare(self, params: list[Array]) -> None:
        """Make the state at the first call."""
        if not self.states:
            self.states = [[np.zeros_like(p) for _ in range(self.n_states)] for p in params]

    def update(self, params: list[Array], grads: list[Array]) -> None:
        """Change all weights in place."""
        self.prepare(params)
        self.iter += 1
        for param, grad, state in zip(params, grads, self.states, strict=True):
            self.step(param, grad, *state)

    def step(self, param: Array, grad: Array, *state: Array) -> None:
        """Change one parameter and its state in place."""
        raise NotImplementedError


class SGD(Optimizer):
    """Against the gradient."""

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)

    def step(self, param: Array, grad: Array, *state: Array) -> None:
        param -= self.lr * grad


class Momentum(Optimizer):
    """With a velocity."""

    n_states = 1

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        super().__init__(lr)
        self.momentum = momentum

    def step(self, param: Array, grad: Array, *state: Array) -> None:
        v = state[0]
        v[...] = self.momentum * v - self.lr * grad
        param += v


class AdaGrad(Optimizer):
    """Steps that shrink with the sum of squares."""

    n_states = 1

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)

    def step(self, param: Array, grad: Array, *state: Array) -> None:
        h = state[0]
        h += grad**2
        param -= self.lr * grad / (np.sqrt(h) + 1e-7)


class RMSprop(Optimizer):
    """Steps that shrink with a running mean of squares."""

    n_states = 1

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99) -> None:
        super().__init__(lr)
        self.decay_rate = decay_rate

    def step(self, param: Array, grad: Array, *state: Array) -> None:
        h = state[0]
        h[...] = self.decay_rate * h + (1 - self.decay_rate) * grad**2
        param -= self.lr * grad / (np.sqrt(h) + 1e-7)


class Adam(Optimizer):
    """Running means of the gradient and of its square, corrected for their start at zero."""

    n_states = 2

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999) -> None:
        super().__init__(lr)
        self.beta1, self.beta2 = beta1, beta2

    def step(self, param: Array, grad: Array, *state: Array) -> None:
        m, v = state
        m += (1 - self.beta1) * (grad - m)
        v += (1 - self.beta2) * (grad**2 - v)
        lr = self.lr * np.sqrt(1 - self.beta2**self.iter) / (1 - self.beta1**self.iter)
        param -= lr * m / (np.sqrt(v) + 1e-7)


class Lazy:
    """Any of the optimizers, with rows that a batch did not look up put back as they were."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer

    def update(self, params: list[Array], grads: list[Array], touched: list[Array]) -> None:
        """Change the touched rows, one (V,) mask a parameter, and their state in place."""
        self.optimizer.prepare(params)
        arrays = [[p, *state] for p, state in zip(params, self.optimizer.states, strict=True)]
        before = [[array.copy() for array in group] for group in arrays]
        self.optimizer.update(params, grads)
        for group, old, mask in zip(arrays, before, touched, strict=True):
            for array, was in zip(group, old, strict=True):
                array[~mask] = was[~mask]

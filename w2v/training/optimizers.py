"""Stochastic gradient descent and its descendants, for dense and row-sparse gradients.

A row-sparse gradient (:class:`w2v.backend.RowGrad`) updates the rows it touches
and their state alone, "lazily".  For SGD and AdaGrad that is exactly the textbook
update, as a zero gradient changes nothing there.  Momentum, RMSprop and Adam also
move rows whose gradient is zero; ``dense=True`` gives them that textbook update, at
the cost of going through all V × H weights in every step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from w2v.backend import Array, RowGrad, backend_for
from w2v.training.gradients import remove_duplicate

_EPS = 1e-7


class Optimizer(ABC):
    """What the optimizers share: state beside every parameter, kept by position.

    Parameters that several layers share are stepped once, by the sum of their gradients.

    Parameters
    ----------
    lr : float
        Learning rate.
    dense : bool, default False
        Apply row-sparse gradients as the dense ones they stand for.

    Attributes
    ----------
    states : list of lists of arrays
        For each parameter ``n_states`` arrays of its shape; empty before the first step.
    iter : int
        Steps taken.
    """

    n_states = 0

    def __init__(self, lr: float, *, dense: bool = False) -> None:
        self.lr = lr
        self.dense = dense
        self.states: list[list[Array]] = []
        self.iter = 0

    def update(self, params: Sequence[Array], grads: Sequence[Array | RowGrad]) -> None:
        """Update parameters in place.

        Parameters
        ----------
        params : sequence of arrays
            The same ones, in the same order, in every call.
        grads : sequence of arrays or RowGrad
            One a parameter.

        Raises
        ------
        ValueError
            Gradients that do not fit the parameters, or parameters that do not fit those
            of the calls before.
        """
        params, grads = remove_duplicate(params, grads)
        states = self._states_of(params)
        self.iter += 1
        self.begin_step()
        for param, grad, state in zip(params, grads, states, strict=True):
            if not isinstance(grad, RowGrad):
                self.step(param, grad, *state)
            elif self.dense:
                self.step(param, grad.to_dense(), *state)
            else:
                self.step_rows(param, grad, *state)

    def begin_step(self) -> None:  # noqa: B027  # most have nothing to do
        """Compute what a step needs once for all parameters, from ``iter`` and ``lr``."""

    def _states_of(self, params: Sequence[Array]) -> list[list[Array]]:
        """Return the state of each parameter, or refuse parameters that it does not belong to."""
        if not self.states and self.n_states:
            self.states = [
                [backend_for(param).xp.zeros_like(param) for _ in range(self.n_states)]
                for param in params
            ]
        fits = len(self.states) == len(params) and all(
            type(array) is type(param) and array.shape == param.shape
            for param, state in zip(params, self.states, strict=True)
            for array in state
        )
        if self.n_states and not fits:
            ours = [state[0].shape for state in self.states]
            raise ValueError(
                f"this {type(self).__name__} keeps state of parameters of shapes {ours}, but is "
                f"given some of shapes {[param.shape for param in params]}, or on another backend: "
                f"a second model needs an optimizer of its own"
            )
        return self.states or [[] for _ in params]

    @abstractmethod
    def step(self, param: Array, grad: Array, *state: Array) -> None:
        """Update a parameter and its state in place by a dense gradient."""

    def step_rows(self, param: Array, grad: RowGrad, *state: Array) -> None:
        """Update the touched rows of a parameter and of its state in place."""
        backend, arrays = backend_for(param), (param, *state)
        index = grad.padded_index
        rows = [backend.take_rows(array, index) for array in arrays]
        self.step(rows[0], grad.padded_rows, *rows[1:])
        for array, changed in zip(arrays, rows, strict=True):
            backend.put_rows(array, grad, changed)


class SGD(Optimizer):
    """``W ← W − lr · g``.

    Parameters
    ----------
    lr : float, default 0.01
    """

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)

    def step(self, param: Array, grad: Array, *state: Array) -> None:  # noqa: D102
        param -= self.lr * grad


class Momentum(Optimizer):
    """``v ← momentum · v − lr · g;  W ← W + v`` (Polyak, 1964).

    Parameters
    ----------
    lr : float, default 0.01
    momentum : float, default 0.9
    dense : bool, default False
        Move rows without a gradient too.
    """

    n_states = 1

    def __init__(self, lr: float = 0.01, momentum: float = 0.9, *, dense: bool = False) -> None:
        super().__init__(lr, dense=dense)
        self.momentum = momentum

    def step(self, param: Array, grad: Array, *state: Array) -> None:  # noqa: D102
        (v,) = state
        v *= self.momentum
        v -= self.lr * grad
        param += v


class AdaGrad(Optimizer):
    """``h ← h + g²;  W ← W − lr · g / √h`` (Duchi, Hazan and Singer, 2011).

    Parameters
    ----------
    lr : float, default 0.01
    """

    n_states = 1

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)

    def step(self, param: Array, grad: Array, *state: Array) -> None:  # noqa: D102
        (h,) = state
        h += grad * grad
        param -= self.lr * grad / (backend_for(h).xp.sqrt(h) + _EPS)


class RMSprop(Optimizer):
    """``h ← d · h + (1 − d) · g²;  W ← W − lr · g / √h`` (Tieleman and Hinton, 2012).

    Parameters
    ----------
    lr : float, default 0.01
    decay_rate : float, default 0.99
        d.
    dense : bool, default False
        Let the mean square of rows without a gradient decay too.
    """

    n_states = 1

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99, *, dense: bool = False) -> None:
        super().__init__(lr, dense=dense)
        self.decay_rate = decay_rate

    def step(self, param: Array, grad: Array, *state: Array) -> None:  # noqa: D102
        (h,) = state
        h *= self.decay_rate
        h += (1 - self.decay_rate) * grad * grad
        param -= self.lr * grad / (backend_for(h).xp.sqrt(h) + _EPS)


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015, algorithm 1 in its efficient order).

    Parameters
    ----------
    lr : float, default 0.001
    beta1, beta2 : float, default 0.9 and 0.999
        Decay of the gradients' first and second moment.
    dense : bool, default False
        The textbook's update, in which rows without a gradient move too.  By
        default only touched rows and their moments change.
    """

    n_states = 2

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, *, dense: bool = False
    ) -> None:
        super().__init__(lr, dense=dense)
        self.beta1 = beta1
        self.beta2 = beta2

    def begin_step(self) -> None:  # noqa: D102
        self.step_size = self.lr * (1 - self.beta2**self.iter) ** 0.5 / (1 - self.beta1**self.iter)

    def step(self, param: Array, grad: Array, *state: Array) -> None:  # noqa: D102
        m, v = state
        m += (1 - self.beta1) * (grad - m)
        v += (1 - self.beta2) * (grad * grad - v)
        param -= self.step_size * m / (backend_for(v).xp.sqrt(v) + _EPS)

    def step_rows(self, param: Array, grad: RowGrad, *state: Array) -> None:  # noqa: D102
        m, v = state
        backend_for(param).adam_rows(
            param,
            m,
            v,
            grad,
            step_size=self.step_size,
            beta1=self.beta1,
            beta2=self.beta2,
            eps=_EPS,
        )


OPTIMIZER_OF: dict[str, type[SGD] | type[Momentum] | type[AdaGrad] | type[RMSprop] | type[Adam]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "adam": Adam,
}
"""By the names that a configuration has for them."""

"""``common/optimizer.py``: the library's optimizers, and Nesterov's."""

from __future__ import annotations

from w2v.backend import Array
from w2v.training import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSprop

__all__ = ["SGD", "AdaGrad", "Adam", "Momentum", "Nesterov", "RMSprop"]


class Nesterov(Optimizer):
    """``v ← m · v − lr · g;  W ← W + m² · v − (1 + m) · lr · g``: Nesterov's momentum.

    W stands ahead of the weights that the velocity moves, so that the gradient is taken where
    momentum leads.  In [1]_ it has the velocity from before its renewal in the second formula
    and stands m · v ahead; in the course's order, which is kept here, it has the new one and
    stands (m + m²) · v ahead, two steps of momentum instead of one.

    Parameters
    ----------
    lr : float, default 0.01
    momentum : float, default 0.9
        m.
    dense : bool, default False
        Move rows without a gradient too.

    References
    ----------
    .. [1] Bengio, Boulanger-Lewandowski and Pascanu, "Advances in Optimizing Recurrent
       Networks", 2012, "Simplified Nesterov Momentum".
    """

    n_states = 1

    def __init__(self, lr: float = 0.01, momentum: float = 0.9, *, dense: bool = False) -> None:
        super().__init__(lr, dense=dense)
        self.momentum = momentum

    def step(self, param: Array, grad: Array, *state: Array) -> None:  # noqa: D102
        (v,) = state
        step = self.lr * grad
        v *= self.momentum
        v -= step
        param += self.momentum**2 * v
        param -= (1 + self.momentum) * step

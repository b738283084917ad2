"""``common/optimizer.py``: the optimizers with the course's arguments, defaults and steps.

Momentum, Nesterov, RMSprop and Adam also move rows whose gradient is zero, as the course's
do, which goes through all V × H weights in every step.  ``dense=False`` has them step the
touched rows alone, as :mod:`w2v.training` does by default: many times as fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from w2v import training
from w2v.backend import Array
from w2v.course.np import __getattr__  # noqa: F401  # np and GPU, which the star gives here too
from w2v.training import SGD, AdaGrad, Optimizer

if TYPE_CHECKING:
    from w2v.course.np import GPU, np


__all__ = ["GPU", "SGD", "AdaGrad", "Adam", "Momentum", "Nesterov", "RMSprop", "np"]


class Momentum(training.Momentum):
    """``v ← momentum · v − lr · g;  W ← W + v``.

    Parameters
    ----------
    lr : float, default 0.01
    momentum : float, default 0.9
    dense : bool, default True
    """

    def __init__(self, lr: float = 0.01, momentum: float = 0.9, *, dense: bool = True) -> None:
        super().__init__(lr, momentum, dense=dense)


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
    dense : bool, default True

    References
    ----------
    .. [1] Bengio, Boulanger-Lewandowski and Pascanu, "Advances in Optimizing Recurrent
       Networks", 2012, "Simplified Nesterov Momentum".
    """

    n_states = 1

    def __init__(self, lr: float = 0.01, momentum: float = 0.9, *, dense: bool = True) -> None:
        super().__init__(lr, dense=dense)
        self.momentum = momentum

    def step(self, param: Array, grad: Array, *state: Array) -> None:  # noqa: D102
        (v,) = state
        step = self.lr * grad
        v *= self.momentum
        v -= step
        param += self.momentum**2 * v
        param -= (1 + self.momentum) * step


class RMSprop(training.RMSprop):
    """``h ← d · h + (1 − d) · g²;  W ← W − lr · g / √h``.

    Parameters
    ----------
    lr : float, default 0.01
    decay_rate : float, default 0.99
        d.
    dense : bool, default True
    """

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99, *, dense: bool = True) -> None:
        super().__init__(lr, decay_rate, dense=dense)


class Adam(training.Adam):
    """Adam (Kingma and Ba, 2015).

    Parameters
    ----------
    lr : float, default 0.001
    beta1, beta2 : float, default 0.9 and 0.999
    dense : bool, default True
    """

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, *, dense: bool = True
    ) -> None:
        super().__init__(lr, beta1, beta2, dense=dense)

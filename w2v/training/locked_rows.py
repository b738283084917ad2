"""An optimizer that changes some rows of a model's input vectors less, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from w2v.backend import Array, RowGrad, backend_for
from w2v.training.optimizers import Optimizer


class LockedRows:
    """An optimizer whose steps of the first parameter are multiplied by a factor a row.

    The step itself is multiplied and not the gradient, as most optimizers divide by the size of
    gradients, and some move rows whose gradient is zero.

    Parameters
    ----------
    optimizer : Optimizer

    Attributes
    ----------
    lockf : (V,) float32 array or None
        0 leaves a row as it is, to the bit; None is 1 for all.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.lockf: Array | None = None

    @property
    def lr(self) -> float:
        """The optimizer's learning rate."""
        return self.optimizer.lr

    def update(self, params: Sequence[Array], grads: Sequence[Any]) -> None:
        """Update parameters in place, as the optimizer does, but for rows with a factor.

        Parameters
        ----------
        params : sequence of arrays
        grads : sequence of arrays or RowGrad
            The first of them a RowGrad.
        """
        if self.lockf is None:
            self.optimizer.update(params, grads)
            return
        W, grad = params[0], grads[0]
        assert isinstance(grad, RowGrad)
        backend, index = backend_for(W), grad.padded_index
        before = backend.take_rows(W, index)
        self.optimizer.update(params, grads)
        after, factor = backend.take_rows(W, index), self.lockf[index][:, None]
        where = backend.xp.where
        changed = where(factor == 0, before, before + factor * (after - before))
        backend.put_rows(W, grad, where(factor == 1, after, changed))

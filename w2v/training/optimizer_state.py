"""What an optimizer has gathered in a training, as plain arrays that can be kept."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from w2v.backend import Array, Backend, backend_for
from w2v.config import TrainConfig
from w2v.training.optimizers import OPTIMIZER_OF, Optimizer

PARAMS = ("W_in", "W_out")


def state_names(optimizer: str) -> list[tuple[str, str]]:
    """Return the names of the arrays of an optimizer's state, and of the weights each is of.

    Parameters
    ----------
    optimizer : str
        As in a configuration.
    """
    n = OPTIMIZER_OF[optimizer].n_states
    return [(f"{param}.{i}", param) for param in PARAMS for i in range(n)]


def state_arrays(optimizer: Optimizer, backend: Backend) -> dict[str, np.ndarray]:
    """Return an optimizer's state as NumPy arrays; its own where it is on the CPU.

    Parameters
    ----------
    optimizer : Optimizer
        Of a model's two matrices.
    backend : Backend
        Where they are.

    Returns
    -------
    dict of str to (rows, H) float32 array
        By the names of :func:`state_names`; empty before the first step.
    """
    return {
        f"{param}.{i}": backend.to_numpy(array)
        for param, state in zip(PARAMS, optimizer.states, strict=False)
        for i, array in enumerate(state)
    }


def optimizer_from(
    name: str, steps: int, arrays: Mapping[str, np.ndarray], params: Sequence[Array]
) -> Optimizer:
    """Return an optimizer that goes on from a state that was kept.

    Parameters
    ----------
    name : str
        As in a configuration.
    steps : int
        That it has taken.
    arrays : mapping of str to array
        As :func:`state_arrays` gave them; copied.  Rows that the weights have beyond theirs,
        as of words that were added, begin at zero.
    params : sequence of arrays
        The weights that it is to step.
    """
    optimizer: Optimizer = OPTIMIZER_OF[name]()
    optimizer.iter = steps
    for param, W in zip(PARAMS, params, strict=True):
        backend, state = backend_for(W), []
        for i in range(optimizer.n_states):
            given = arrays[f"{param}.{i}"]
            state.append(backend.xp.zeros_like(W))
            state[-1][: len(given)] = backend.asarray(given)
        optimizer.states.append(state)
    return optimizer


def tell_that_the_optimizer_begins_anew(config: TrainConfig) -> None:
    """Warn when a training goes on without what its optimizer had gathered, if that gathers any.

    Parameters
    ----------
    config : TrainConfig
    """
    if not OPTIMIZER_OF[config.optimizer].n_states:
        return
    warnings.warn(
        f"the state of {config.optimizer} was not kept with this training, as earlier versions "
        "did not: it begins anew, and the result is not the same, byte for byte, as without the "
        "interruption",
        stacklevel=4,
    )

"""What is done to gradients between the backward pass and the optimizer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from w2v.backend import Array, RowGrad, backend_for


def remove_duplicate(
    params: Sequence[Array], grads: Sequence[Array | RowGrad]
) -> tuple[list[Array], list[Array | RowGrad]]:
    """Give parameters that several layers share one gradient, the sum of theirs.

    Parameters
    ----------
    params : sequence of arrays
        The same where they are the same numbers in memory, as one array, as views of one,
        or as a matrix and its transpose.
    grads : sequence of arrays or RowGrad
        One a parameter.

    Returns
    -------
    params, grads : lists
        Each parameter once, in order of first appearance.

    Raises
    ------
    ValueError
        Another number of gradients than of parameters, or one of another shape.
    """
    if len(params) != len(grads):
        raise ValueError(f"{len(params)} parameters need as many gradients, got {len(grads)}")
    once: list[Array] = []
    shared: list[list[Array | RowGrad]] = []
    places: dict[int, tuple[int, bool]] = {}
    for param, grad in zip(params, grads, strict=True):
        if not (hasattr(param, "shape") and hasattr(grad, "shape")):
            raise TypeError(
                f"parameters and gradients must be arrays, got {type(param).__name__} and "
                f"{type(grad).__name__}"
            )
        if grad.shape != param.shape:
            raise ValueError(
                f"a parameter of shape {param.shape} has a gradient of shape {grad.shape}"
            )
        if id(param) not in places:
            places[id(param)] = _place(param, once)
        place, transposed = places[id(param)]
        if place == len(once):
            once.append(param)
            shared.append([])
        shared[place].append(grad.T if transposed else grad)
    return once, [_sum(param, each) for param, each in zip(once, shared, strict=True)]


def _place(param: Array, once: list[Array]) -> tuple[int, bool]:
    """Return which of some arrays has a parameter's numbers, and whether transposed."""
    for place, known in enumerate(once):
        if not np.may_share_memory(known, param):  # CuPy's, for CuPy's arrays
            continue
        if _start(known) != _start(param) or known.dtype != param.dtype:
            continue
        if (known.shape, known.strides) == (param.shape, param.strides):
            return place, False
        if (known.shape, known.strides) == (param.shape[::-1], param.strides[::-1]):
            return place, True
    return len(once), False


def _start(array: Array) -> int:
    """Return the address of an array's first number."""
    ours = getattr(array, "__array_interface__", None)
    address: int = array.data.ptr if ours is None else ours["data"][0]
    return address


def _sum(param: Array, grads: list[Array | RowGrad]) -> Array | RowGrad:
    if len(grads) == 1:
        return grads[0]
    sparse = [grad for grad in grads if isinstance(grad, RowGrad)]
    dense = [grad for grad in grads if not isinstance(grad, RowGrad)]
    if not sparse:
        return sum(dense[1:], dense[0])
    backend = backend_for(param)
    total: RowGrad = sparse[0]
    if len(sparse) > 1:
        index = backend.xp.concatenate([grad.padded_index for grad in sparse])
        rows = backend.xp.concatenate([grad.padded_rows for grad in sparse])
        with backend.deferred_checks():  # they are gradients' rows: waiting would tell nothing
            total = backend.reduce_rows(index, rows, len(param))
    return sum(dense, total.to_dense()) if dense else total


def clip_grads(grads: Sequence[Array | RowGrad], max_norm: float) -> None:
    """Scale gradients in place so that their common Euclidean norm is at most max_norm.

    Parameters
    ----------
    grads : sequence of arrays or RowGrad
    max_norm : float

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural
    networks", 2013, algorithm 1.
    """
    values = [grad.padded_rows if isinstance(grad, RowGrad) else grad for grad in grads]
    # Kept on the device: deciding on the host whether to scale would wait for it.
    norm = sum((value * value).sum() for value in values) ** 0.5
    scale = (max_norm / (norm + 1e-6)).clip(max=1)
    for value in values:
        value *= scale

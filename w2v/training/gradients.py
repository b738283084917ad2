"""What is done to gradients between the backward pass and the optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    shared: dict[Any, list[Array | RowGrad]] = {}
    once: dict[Any, Array] = {}
    for param, grad in zip(params, grads, strict=True):
        if grad.shape != param.shape:
            raise ValueError(
                f"a parameter of shape {param.shape} has a gradient of shape {grad.shape}"
            )
        place = _place(param)
        transposed = place[:2] + tuple(each[::-1] for each in place[2:])
        if place not in shared and transposed in shared:
            shared[transposed].append(grad.T)
        else:
            once.setdefault(place, param)
            shared.setdefault(place, []).append(grad)
    sums = [_sum(once[place], each) for place, each in shared.items()]
    return list(once.values()), sums


def _place(param: Array) -> tuple[Any, ...]:
    """Return where an array's numbers are: start, type, shape and strides."""
    start = param.data.ptr if hasattr(param.data, "ptr") else param.ctypes.data
    return start, param.dtype.str, param.shape, param.strides


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

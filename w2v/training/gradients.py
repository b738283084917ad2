"""What is done to gradients between the backward pass and the optimizer."""

from __future__ import annotations

from collections.abc import Sequence

from w2v.backend import Array, RowGrad, backend_for


def remove_duplicate(
    params: Sequence[Array], grads: Sequence[Array | RowGrad]
) -> tuple[list[Array], list[Array | RowGrad]]:
    """Give parameters that several layers share one gradient, the sum of theirs.

    Parameters
    ----------
    params : sequence of arrays
    grads : sequence of arrays or RowGrad

    Returns
    -------
    params, grads : lists
        Each parameter once, in order of first appearance.
    """
    merged: dict[int, tuple[Array, Array | RowGrad]] = {}
    for param, grad in zip(params, grads, strict=True):
        known = merged.get(id(param))
        merged[id(param)] = (param, grad if known is None else _add(param, known[1], grad))
    return [param for param, _ in merged.values()], [grad for _, grad in merged.values()]


def _add(param: Array, a: Array | RowGrad, b: Array | RowGrad) -> Array | RowGrad:
    backend = backend_for(param)
    if isinstance(a, RowGrad) and isinstance(b, RowGrad):
        index = backend.xp.concatenate((a.padded_index, b.padded_index))
        rows = backend.xp.concatenate((a.padded_rows, b.padded_rows))
        return backend.reduce_rows(index, rows, a.size)
    dense = [grad.to_dense() if isinstance(grad, RowGrad) else grad for grad in (a, b)]
    return dense[0] + dense[1]


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

"""What training costs in arithmetic and in bytes, to be held against what a machine can do."""

from __future__ import annotations

_FLOAT = 4  # bytes


def training_flops(*, sg: int, kept: float, pairs: float, dim: int, negative: float) -> float:
    """Count the float32 operations that a pass of negative sampling needs at least.

    An input against an output takes three products of ``dim`` multiply-adds: the score, the
    input's gradient, the output's. Skip-gram has an input a context; CBOW has one a window,
    and sums its contexts' rows and adds its gradient to them.

    Parameters
    ----------
    sg : {1, 0}
        Skip-gram or CBOW.
    kept : float
        Words that the thinning keeps: windows.
    pairs : float
        Pairs of a context and a target: the contexts of all windows.
    dim : int
    negative : float
        Outputs beside the first; of a tree's paths, on the average.

    Returns
    -------
    float
    """
    product = 3 * 2 * dim * (negative + 1)
    return product * pairs if sg else product * kept + 2 * dim * pairs


def training_bytes(*, kept: float, dim: int, negative: float) -> float:
    """Count the bytes that a pass moves on a GPU: of rows, read and written.

    The rows of target and negatives, and three of a context's, which comes, is refreshed and
    goes; in between it stays in the multiprocessor.
    """
    return kept * (negative + 1 + 3) * 2 * _FLOAT * dim

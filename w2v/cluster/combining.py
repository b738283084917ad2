"""Workers' changes are added up so that many steps on a row do not go past its optimum.

A worker's n steps take a row the share 1 − exp(−n h) of the way to where its words want it, along
a direction of curvature h.  The changes of K workers from the same row, added up as they are, go
K times as far as that, and past it where n h is large; their mean goes as far as one of them
alone, where all steps together would have gone K times as far.  What all steps would have made
of it, one after the other, follows from both::

    Δ = (1 − exp(−N h)) / (N h) · Σ n h / (1 − exp(−n h)) · Δ_worker,    N = Σ n

Each worker's change is unrolled, to what its steps would have made of the row had each been made
where the first one was; these add up, and the sum is rolled again.  Rows of few steps so take the
plain sum, and rows of many the mean, weighted by the steps; and a row that only one worker stepped
takes all that this worker has made of it.

Rows of the other side are stepped meanwhile and correct the same errors, as far as these are
common to many rows.  Left out, many workers correct them as often as there are workers, and the run
comes apart.  So where the sum of more than a few workers is rolled, N h has a part of the other
side's way along that direction added to it, and a row that one worker alone has stepped takes a
little less of what this worker has made of it.
"""

from __future__ import annotations

import numpy as np

from w2v.backend import Array
from w2v.cluster.balance import squares
from w2v.cluster.changes import Changes, Rows, by_parts, unpacked_rows
from w2v.cluster.curvature import Curvature

FEW, FEW_IN_BALANCE = 4, 16  # workers, whose sums hold by themselves
COMMON, COMMON_IN_BALANCE = 0.005, 0.01  # of the other side's way, for each worker beyond these


def step(
    weights: tuple[Array, Array],
    changes: Changes,
    directions: Array,
    *,
    threads: int = 1,
) -> np.ndarray:
    """Step weights by the changes of all workers of a round, in place.

    Parameters
    ----------
    weights : (V, H) and (outputs, H) float32 arrays
        Those that the round began with.
    changes : Changes
        Of all workers, on the weights' backend.
    directions : (H, m) float32 array
    threads : int, default 1
        That are at work.

    Returns
    -------
    (m, m) float64 array
        By what that has changed XᵀX − YᵀY along the directions; 0 of changes as they were made.
    """
    each = (unpacked_rows(changes.inputs), unpacked_rows(changes.outputs))
    if changes.matrices is None:
        for W, rows in zip(weights, each, strict=True):
            W[rows.index] += rows.rows
        return np.zeros((directions.shape[1],) * 2)
    found = [matrix / changes.workers for matrix in changes.matrices[:2]]
    in_balance = changes.matrices.balance is not None
    few, common = (FEW_IN_BALANCE, COMMON_IN_BALANCE) if in_balance else (FEW, COMMON)
    common *= max(0, changes.workers - few)
    beside = [common * _steps_of_a_row(rows) * matrix
              for rows, matrix in zip(each, found, strict=True)]  # fmt: skip
    curvatures = map(Curvature.of, found, beside[::-1])
    of_inputs, of_outputs = (
        _stepped(W, rows, curvature, directions, threads)
        for W, rows, curvature in zip(weights, each, curvatures, strict=True)
    )
    return of_inputs - of_outputs


def _steps_of_a_row(changed: Rows) -> float:
    """Return how many steps the row of a step has had, on average of all steps."""
    return float(changed.uses @ changed.uses) / max(float(changed.uses.sum()), 1e-30)


def _stepped(
    W: Array, changed: Rows, curvature: Curvature, directions: Array, threads: int
) -> np.ndarray:
    """Step rows by changes that are rolled; return by what WᵀW changes along directions."""

    def stepped(part: slice) -> np.ndarray:
        index, rows = changed.index[part], changed.rows[part].copy()
        curvature.roll(rows, changed.uses[part])
        before = W[index]
        rows += before
        W[index] = rows
        return squares(rows, directions) - squares(before, directions)

    none = np.zeros((directions.shape[1],) * 2)
    return sum(by_parts(len(changed.index), stepped, threads), start=none)

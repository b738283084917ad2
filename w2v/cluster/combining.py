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

After that skip-gram's input and output vectors are brought back into the balance that the
workers' own steps have left them in.
"""

from __future__ import annotations

import numpy as np

from w2v.backend import Array, backend_for
from w2v.cluster.balance import long_directions, rebalance, squares
from w2v.cluster.changes import Changes, Rows, by_parts, unpacked_rows
from w2v.cluster.curvature import Curvature

FEW, FEW_IN_BALANCE = 4, 16  # workers, whose sums hold by themselves
COMMON, COMMON_IN_BALANCE = 0.005, 0.01  # of the other side's way, for each worker beyond these


def apply(weights: tuple[Array, Array], changes: Changes, *, threads: int = 1) -> None:
    """Step weights by the changes of all workers of a round, in place.

    Parameters
    ----------
    weights : (V, H) and (outputs, H) float32 arrays
        Those that the round began with.
    changes : Changes
        Of all workers, on the weights' backend.
    threads : int, default 1
        That are at work.
    """
    each = (unpacked_rows(changes.inputs), unpacked_rows(changes.outputs))
    if changes.matrices is None:
        for W, rows in zip(weights, each, strict=True):
            if changes.absolute:
                W[rows.index] = rows.rows
            else:
                W[rows.index] += rows.rows
        return
    balance = changes.matrices.balance
    directions = None if balance is None else long_directions(weights)
    found = [matrix / changes.workers for matrix in changes.matrices[:2]]
    few, common = (FEW, COMMON) if balance is None else (FEW_IN_BALANCE, COMMON_IN_BALANCE)
    common *= max(0, changes.workers - few)
    beside = [common * _steps_of_a_row(rows) * matrix
              for rows, matrix in zip(each, found, strict=True)]  # fmt: skip
    curvatures = map(Curvature.of, found, beside[::-1])
    change = [_step(W, rows, curvature, directions, threads)
              for W, rows, curvature in zip(weights, each, curvatures, strict=True)]  # fmt: skip
    if directions is not None:
        told = backend_for(balance).to_numpy(directions.T @ balance @ directions)
        rebalance(weights, directions, told - (change[0] - change[1]), threads=threads)


def _steps_of_a_row(changed: Rows) -> float:
    """Return how many steps the row of a step has had, on average of all steps."""
    return float(changed.uses @ changed.uses) / max(float(changed.uses.sum()), 1e-30)


def _step(
    W: Array, changed: Rows, curvature: Curvature, directions: Array | None, threads: int
) -> np.ndarray | float:
    """Step rows by changes that are rolled; return by what WᵀW changes along directions."""

    def step(part: slice) -> np.ndarray | float:
        index, rows = changed.index[part], changed.rows[part].copy()
        curvature.roll(rows, changed.uses[part])
        before = W[index]
        rows += before
        W[index] = rows
        if directions is None:
            return 0.0
        return squares(rows, directions) - squares(before, directions)

    return sum(by_parts(len(changed.index), step, threads))

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
"""

from __future__ import annotations

from w2v.backend import Array
from w2v.cluster.changes import Changes, unpacked_rows
from w2v.cluster.curvature import Curvature


def apply(weights: tuple[Array, Array], changes: Changes) -> None:
    """Step weights by the changes of all workers of a round, in place.

    Parameters
    ----------
    weights : (V, H) and (outputs, H) float32 arrays
        Those that the round began with.
    changes : Changes
        Of all workers, on the weights' backend.
    """
    curvatures = changes.curvatures or (None, None)
    for W, each, matrix in zip(weights, (changes.inputs, changes.outputs), curvatures, strict=True):
        rows = unpacked_rows(each)
        if changes.absolute:
            W[rows.index] = rows.rows
        elif matrix is None:
            W[rows.index] += rows.rows
        else:
            curvature = Curvature.of(matrix / changes.workers)
            W[rows.index] += curvature.rolled(rows.rows, rows.uses)

"""Workers' changes are added up, damped where many steps were made on a row.

From the same weights each worker takes a row towards its optimum.  Rows that few steps touched
take every step, as one machine would have made them all; rows stepped so often that each worker
alone came to the optimum take the mean, or the sum would go as many times past it.
"""

from __future__ import annotations

from w2v.backend import Array, backend_for
from w2v.cluster.changes import Changes, Rows, unpacked_rows

ENOUGH_USES = 100.0  # of a row by all workers; more and the sum goes too far


def apply(weights: tuple[Array, Array], changes: Changes, workers: int | None = None) -> None:
    """Step weights by the changes of all workers of a round, in place.

    Parameters
    ----------
    weights : (V, H) and (outputs, H) float32 arrays
        Those that the round began with.
    changes : Changes
        Of all workers, on the weights' backend.
    workers : int, optional
        K, by default as many as the changes are of.
    """
    K = changes.workers if workers is None else workers
    for W, each in zip(weights, (changes.inputs, changes.outputs), strict=True):
        rows = unpacked_rows(each)
        if changes.absolute:
            W[rows.index] = rows.rows
        else:
            W[rows.index] += rows.rows * damping(rows, K)[:, None]


def damping(rows: Rows, workers: int) -> Array:
    """Return what each row's change is multiplied by, between 1 / K and 1."""
    xp = backend_for(rows.rows).xp
    return xp.clip(ENOUGH_USES / xp.maximum(rows.uses, 1), 1 / workers, 1)

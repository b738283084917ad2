"""What steps leave as it is between input and output vectors, and sums of changes do not.

A step of skip-gram moves x by g y and y by g x.  Whatever is learnt, XᵀX − YᵀY so stays as it is
but for the squares of steps (Du, Hu and Lee, "Algorithmic Regularization in Learning Deep
Homogeneous Models: Layers are Automatically Balanced", NeurIPS 2018).  The loss is of products
alone, which X G and Y G⁻¹ᵀ have in common with X and Y, and so does not lead back to it.  Where
workers' changes are combined by how often rows were stepped, the two sides get unequal shares of
the directions that all rows have in common; input vectors grow there round by round, and
likenesses with them.  G is what makes up for it.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from w2v.backend import Array, backend_for
from w2v.cluster.changes import by_parts

DIRECTIONS = 8  # in which rows are longest
FIRST_ROWS = 2048  # the most frequent words' tell which these are
_TURNS = 4  # of Newton's method
_LARGEST = 0.5  # of the logarithm of G in one of them


def long_directions(weights: tuple[Array, Array]) -> Array:
    """Return directions in which rows of both sides are long, an (H, m) float32 array."""
    backend = backend_for(weights[0])
    squares = sum(rows.T @ rows for rows in (W[:FIRST_ROWS] for W in weights))
    _, vectors = np.linalg.eigh(backend.to_numpy(squares).astype(np.float64))
    return backend.asarray(vectors[:, -DIRECTIONS:].astype(np.float32))


def no_directions(weights: tuple[Array, Array]) -> Array:
    """Return none, where no balance is kept: an (H, 0) float32 array."""
    H = weights[0].shape[1]
    return backend_for(weights[0]).xp.zeros((H, 0), np.float32)


def squares(rows: Array, directions: Array) -> np.ndarray:
    """Return XᵀX along some directions.

    Parameters
    ----------
    rows : (U, H) float32 array
    directions : (H, m) float32 array

    Returns
    -------
    (m, m) float64 array
    """
    along = rows @ directions
    return backend_for(rows).to_numpy(along.T @ along).astype(np.float64)


def rebalance(
    weights: tuple[Array, Array], directions: Array, by: np.ndarray, *, threads: int = 1
) -> None:
    """Lengthen one side and shorten the other so that no product changes, in place.

    Parameters
    ----------
    weights : (V, H) and (outputs, H) float32 arrays
    directions : (H, m) float32 array
    by : (m, m) array
        What XᵀX − YᵀY along them is to change by.
    threads : int, default 1
    """
    inputs, outputs = (squares(W, directions) for W in weights)
    wanted = inputs - outputs + by
    grown = shrunk = np.eye(len(inputs))
    for _ in range(_TURNS):
        ours, theirs = grown.T @ inputs @ grown, shrunk.T @ outputs @ shrunk
        # S P + P S = R, by the eigenvectors of P.
        lengths, axes = np.linalg.eigh(ours + theirs)
        lengths = np.maximum(lengths, 1e-9 * max(lengths[-1], 1e-30))
        missing = axes.T @ (wanted - ours + theirs) @ axes
        logarithm = axes @ (missing / (lengths[:, None] + lengths)) @ axes.T
        values, axes = np.linalg.eigh((logarithm + logarithm.T) / 2)
        factors = np.exp(np.clip(values, -_LARGEST, _LARGEST))
        grown, shrunk = grown @ (axes * factors) @ axes.T, shrunk @ (axes / factors) @ axes.T
    backend = backend_for(weights[0])
    for W, change in zip(weights, (grown, shrunk), strict=True):
        along = backend.asarray((change - np.eye(len(change))).astype(np.float32)) @ directions.T
        by_parts(len(W), partial(_lengthen, W, directions, along), threads)


def _lengthen(W: Array, directions: Array, along: Array, part: slice) -> None:
    rows = W[part]
    rows += (rows @ directions) @ along

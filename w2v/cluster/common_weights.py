"""The weights that all workers have in common, and what all have changed them by."""

from __future__ import annotations

import numpy as np

from w2v.backend import Array, backend_for
from w2v.cluster import combining
from w2v.cluster.balance import long_directions, no_directions, rebalance
from w2v.cluster.changes import Changes, frequent_rows


class CommonWeights:
    """Weights that each worker has a copy of, and steps alike.

    Parameters
    ----------
    W_in, W_out : (V, H) and (outputs, H) float32 arrays
        Are stepped in place.

    Attributes
    ----------
    matrices : pair of arrays
        Of which, between two whole exchanges, frequent rows are newer than others.
    """

    def __init__(self, W_in: Array, W_out: Array) -> None:
        self.matrices = W_in, W_out
        self._were: tuple[Array, Array] | None = None  # frequent rows after the last whole exchange
        self._owed: Array | None = None  # what XᵀX − YᵀY is to change by
        self._directions: Array | None = None  # while the weights stay as they are

    def directions(self) -> Array:
        """Return directions in which rows of both sides are long, an (H, m) float32 array."""
        if self._directions is None:
            self._directions = long_directions(self.matrices)
        return self._directions

    def step(self, changes: Changes, *, threads: int = 1) -> None:
        """Step the weights by what all workers have changed, and keep the sides in balance.

        Skip-gram's input and output vectors come into the balance that the workers' own steps
        have left them in when all rows are put together, as it takes all of them.

        Parameters
        ----------
        changes : Changes
            Of all workers, on the weights' backend.
        threads : int, default 1
            That are at work.
        """
        weights, balance = self.matrices, changes.matrices and changes.matrices.balance
        if changes.whole:
            self._were = None
        elif self._were is None:
            W_in, W_out = (W[: frequent_rows(len(W))].copy() for W in weights)
            self._were = W_in, W_out
        directions = no_directions(weights) if balance is None else self.directions()
        self._directions = None
        made = combining.step(weights, changes, directions, threads=threads)
        if balance is None:
            return
        backend = backend_for(balance)
        owed = balance - directions @ backend.asarray(made.astype(np.float32)) @ directions.T
        if self._owed is not None:
            owed += self._owed
        self._owed = None if changes.whole else owed
        if changes.whole:
            along = backend.to_numpy(directions.T @ owed @ directions)
            rebalance(weights, directions, along, threads=threads)

    def after_whole(self) -> tuple[Array, Array]:
        """Return copies of the weights as they were after the last whole exchange."""
        W_in, W_out = (W.copy() for W in self.matrices)
        for W, rows in zip((W_in, W_out), self._were or (), strict=False):
            W[: len(rows)] = rows
        return W_in, W_out

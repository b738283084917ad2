"""How far a step takes a row on its way to its optimum, along each direction.

What a step asks for changes as the row moves: by the rate times the rows of the other side, each
with its square along that direction.  These have few directions in common, in which they are long;
there a row has come to its optimum after some hundred steps, and along all others after many more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend import Array, backend_for

DIRECTIONS = 16  # that are told from the others
FIRST_ROWS = 2048  # the most frequent words' stand for all
SAMPLED = 256  # rows of each side, whose sigmoids stand for all


def curvature_matrix(
    others: Array, steps: np.ndarray, rate: float, *, averaged: float = 1.0
) -> Array:
    """Return what a step on a row does, as a matrix: it takes x − x* to x − x* less M (x − x*).

    Parameters
    ----------
    others : (rows, H) float32 array
        Rows of the other side.
    steps : (rows,) array of numbers
        How often each of them is there at a step of one row, on average.
    rate : float
        Learning rate, times how steep sigmoids are.
    averaged : float, default 1
        Of how many of them a step sees the mean.

    Returns
    -------
    (H, H) float32 array
    """
    rows = others[:FIRST_ROWS]
    often = backend_for(others).asarray(steps[:FIRST_ROWS].astype(np.float32))
    weighted = rows * backend_for(others).xp.sqrt(often)[:, None]
    matrix = weighted.T @ weighted  # symmetric, which takes half the time
    if averaged > 1:
        mean = often @ rows
        common = mean[:, None] * mean
        matrix = (matrix - common) / averaged + common
    return rate * matrix


def sampled_pairs(
    uses: tuple[np.ndarray, np.ndarray], averaged: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and outputs, drawn by how often they are used, the same in all rounds.

    Parameters
    ----------
    uses : pair of arrays of numbers
        How often each of their rows is used.
    averaged : float, default 1
        How many input rows an input is the mean of.

    Returns
    -------
    (SAMPLED, round(averaged)) and (SAMPLED,) int arrays
    """
    rng, mixed = np.random.default_rng(0), max(1, round(averaged))
    inputs, outputs = (
        # Of a text that is thinned out to nothing no row is used.
        rng.choice(len(often), size, p=often / often.sum() if often.sum() else None)
        for often, size in zip(uses, (SAMPLED * mixed, SAMPLED), strict=True)
    )
    return inputs.reshape(SAMPLED, mixed), outputs


def steepness(W_in: Array, W_out: Array, pairs: tuple[np.ndarray, np.ndarray]) -> float:
    """Return how steep sigmoids of pairs of an input and an output are on average, at most 1 / 4.

    Parameters
    ----------
    W_in, W_out : (V, H) and (outputs, H) float32 arrays
    pairs : pair of arrays
        As of :func:`sampled_pairs`.
    """
    backend = backend_for(W_in)
    inputs, outputs = map(backend.asarray, pairs)
    logits = W_in[inputs].mean(axis=1) @ W_out[outputs].T
    with np.errstate(over="ignore"):  # of rows that have come apart: not steep at all
        return float((1 / (2 + 2 * backend.xp.cosh(logits))).mean())


class Curvature(NamedTuple):
    """What a step on a row does along some directions, and along all others.

    Parameters
    ----------
    directions : (H, m) float32 array
        Columns of length 1, each at a right angle to the others.
    shares : (m + 1,) float32 array
        The share of the way to its optimum that a step takes a row along each of them, and the
        last along all others.
    beside : (m + 1,) float32 array
        How much of the way rows of the other side have come meanwhile by steps that correct the
        same errors; 0 along all others.
    """

    directions: Array
    shares: Array
    beside: Array

    @classmethod
    def of(cls, matrix: Array, beside: Array | None = None) -> Curvature:
        """Find the directions of a matrix as :func:`curvature_matrix` returns it.

        Parameters
        ----------
        matrix : (H, H) float32 array
        beside : (H, H) float32 array, optional
            Such a matrix of the other side, times how many of its steps count.
        """
        backend = backend_for(matrix)
        values, vectors = np.linalg.eigh(backend.to_numpy(matrix).astype(np.float64))
        m = min(DIRECTIONS, len(values))
        values = np.maximum(values, 0)
        short = values[:-m]  # of which rows have more along the larger
        rest = (short**2).sum() / max(short.sum(), 1e-30)
        shares, along = np.append(values[-m:], rest), vectors[:, -m:]
        others = np.zeros(m)
        if beside is not None:
            others = np.maximum((along * (backend.to_numpy(beside) @ along)).sum(axis=0), 0)
        each = along, shares, np.append(others, 0)
        return cls(*(backend.asarray(part.astype(np.float32)) for part in each))

    def unroll(self, rows: Array, uses: Array) -> None:
        """Make changes as long as if all steps had been made where the first one was, in place.

        Parameters
        ----------
        rows : (U, H) float32 array
        uses : (U,) float32 array
            Steps that were made on each.
        """
        self._scale(rows, self._steps_a_way(uses))

    def roll(self, rows: Array, uses: Array) -> None:
        """Make changes what steps make that see where those before them have come to, in place.

        Parameters
        ----------
        rows : (U, H) float32 array
            As :meth:`unroll` leaves them; of several workers their sum.
        uses : (U,) float32 array
            Steps that were made on each by all of them.
        """
        self._scale(rows, 1 / self._steps_a_way(uses))

    def _steps_a_way(self, uses: Array) -> Array:
        """Return n / (1 − exp(−n)) of the ways n that steps add up to, (U, m + 1)."""
        xp = backend_for(uses).xp
        half = xp.maximum(uses[:, None] * self.shares + self.beside, 1e-5) / 2
        # n / (1 − exp(−n)) is n / 2 + (n / 2) / tanh(n / 2), which takes half the time.
        ways = half / xp.tanh(half)
        ways += half
        return ways

    def _scale(self, rows: Array, factors: Array) -> None:
        rest = factors[:, -1:]
        along = rows @ self.directions
        along *= factors[:, :-1] - rest
        rows *= rest
        rows += along @ self.directions.T

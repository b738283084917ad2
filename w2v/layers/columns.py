"""Columns of a batch: what a context position or a negative has of it."""

from __future__ import annotations

from w2v.backend import Array


class Columns:
    """Which columns of a (B, K, …) array a part has.

    Parameters
    ----------
    first : int
    step : int
        From one to the next.
    """

    def __init__(self, first: int, step: int) -> None:
        self.first = first
        self.step = step

    def of(self, array: Array) -> Array:
        """Return the part of a (B, K, …) array, (B, n, …); a view."""
        return array[:, self.first :: self.step]

    def squeezed(self, array: Array) -> Array:
        """Return the part of a (B,) or (B, K) array, without the axis if it has one column."""
        if array.ndim == 1:
            return array
        part = self.of(array)
        return part[:, 0] if part.shape[1] == 1 else part

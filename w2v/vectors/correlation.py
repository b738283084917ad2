"""Pearson's and Spearman's correlation, with p-values, in plain NumPy."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Correlation(NamedTuple):
    """A correlation coefficient and its two-sided p-value.

    Attributes
    ----------
    statistic : float
        -1 to 1; NaN if one side does not vary.
    pvalue : float
        Chance of a coefficient at least as far from 0 if the sides were
        independent; NaN with fewer than three values.
    """

    statistic: float
    pvalue: float

    @property
    def correlation(self) -> float:
        """The coefficient, under SciPy's older name."""
        return self.statistic


def pearson(x: npt.ArrayLike, y: npt.ArrayLike) -> Correlation:
    """Measure how well a line fits.

    Parameters
    ----------
    x, y : (n,) array

    Returns
    -------
    Correlation
    """
    a, b = (np.asarray(side, np.float64) for side in (x, y))
    if not len(a) or a.min() == a.max() or b.min() == b.max():
        return Correlation(math.nan, math.nan)
    a, b = a - a.mean(), b - b.mean()
    statistic = float(np.dot(a / np.linalg.norm(a), b / np.linalg.norm(b)))
    statistic = max(-1.0, min(1.0, statistic))
    return Correlation(statistic, _p_value(statistic, len(a)))


def spearman(x: npt.ArrayLike, y: npt.ArrayLike) -> Correlation:
    """Measure how well the orders agree: Pearson's correlation of the ranks.

    Parameters
    ----------
    x, y : (n,) array

    Returns
    -------
    Correlation
    """
    return pearson(ranks(x), ranks(y))


def ranks(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Rank values from 1 up; equal values share the mean of their ranks.

    Parameters
    ----------
    values : (n,) array

    Returns
    -------
    (n,) float64 array
    """
    _, group, size = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(size)
    return (last - (size - 1) / 2)[group]


def _p_value(r: float, n: int) -> float:
    """Two-sided p-value: r·√((n−2)/(1−r²)) follows Student's t with n − 2 degrees of freedom."""
    if n < 3:
        return math.nan
    return _incomplete_beta((n - 2) / 2, 0.5, 1.0 - r * r)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function I_x(a, b), for a, b > 0.

    By its continued fraction (Abramowitz and Stegun 26.5.8), evaluated with
    Lentz's method.
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1) / (a + b + 2):  # beyond it the fraction converges slowly
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(scale + a * math.log(x) + b * math.log1p(-x)) / a
    result = c = 1.0
    d = 0.0
    for step in range(500):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / ((1.0 + term * d) or 1e-300)
        c = (1.0 + term / c) or 1e-300
        change = c * d
        result *= change
        if step and abs(change - 1.0) < 1e-14:
            break
    return front * (result - 1.0)

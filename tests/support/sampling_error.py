"""How far drawn words stand from the distribution they should have, beside pure chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_NODES = 96


@dataclass(frozen=True)
class Error:
    """A distance between what was drawn and what should be.

    Parameters
    ----------
    measured : float
        Total variation distance, 0 to 1, of the drawn words' shares from the expected ones.
    chance, deviation : float
        Its mean and standard deviation if the sampler is perfect, after as many draws.
    words : int
        Words that were drawn.
    """

    measured: float
    chance: float
    deviation: float
    words: int


def inclusion(p: np.ndarray, k: int) -> np.ndarray:
    """Give each word's probability to be among k drawn one after another, not put back.

    Let word w arrive after an exponential time of rate ``p[w]``: the first k to arrive are
    distributed like the k drawn [1]_.  So word w is among them with probability
    ``∫ p e^(−pt) P(fewer than k others by t) dt``.  How many others have arrived is a sum of
    independent coins; its distribution comes from the generating function's values on the
    unit circle, and the integral from Gauss-Legendre quadrature.

    Parameters
    ----------
    p : (V,) float array
        Probabilities of the first draw; a word of probability 0 is never drawn.
    k : int
        At most as many as have a probability above 0.

    Returns
    -------
    (V,) float array
        Sums to k.

    References
    ----------
    .. [1] Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006.
    """
    rate, place, words = np.unique(p, return_inverse=True, return_counts=True)
    words = np.where(rate > 0, words, 0.0)

    def arrived(t: float) -> float:
        return float(words @ -np.expm1(-rate * t))

    # From there on k or more have come, all but certainly; or all have.
    enough, last = k + 7 * math.sqrt(k) + 10, 50 / rate[rate > 0][0]
    end = k / p.sum()
    while arrived(end) < enough and end < last:
        end *= 1.2
    most = min(words.sum(), math.ceil(arrived(end) + 7 * math.sqrt(arrived(end)) + 10))
    points = int(most) + 1 + int(most) % 2  # odd, so that −1 is not among them
    z = np.exp(2j * np.pi * np.arange(points // 2 + 1) / points)
    # Turns values on half of the circle, the other being their conjugates, into P(0 … k − 1).
    fewer = np.sum(z[:, None] ** -np.arange(k), axis=1) / points
    fewer[1:] *= 2
    x, weight = np.polynomial.legendre.leggauss(_NODES)
    x = (x + 1) / 2
    result = np.zeros(rate.size)
    for t, dt in zip(end * x**2, end * x * weight, strict=True):
        away = np.exp(-rate * t)
        coin = away[:, None] + (1 - away[:, None]) * z
        others = np.exp(words @ np.log(coin)) / coin
        result += dt * rate * away * (others @ fewer).real
    return np.asarray(result[place])


def error(counts: np.ndarray, probability: np.ndarray, trials: int) -> Error:
    """Measure the distance of counts from what they should be.

    Parameters
    ----------
    counts : (V,) int array
        How often each word came.
    probability : (V,) float array
        Of a word to come in one trial: a row of k drawn without replacement, in which it
        comes once or not, or a single draw with replacement.
    trials : int

    Returns
    -------
    Error
    """
    words = trials * probability.sum()
    distance = np.abs(counts - trials * probability).sum() / (2 * words)
    chance, times = np.unique(probability, return_counts=True)
    mean = _mean_deviation(chance, trials)
    variance = np.maximum(trials * chance * (1 - chance) - mean**2, 0)
    return Error(
        measured=float(distance),
        chance=float(times @ mean / (2 * words)),
        # As if words came independently, which with many of them they nearly do.
        deviation=float(np.sqrt(times @ variance) / (2 * words)),
        words=round(words),
    )


def _mean_deviation(chance: np.ndarray, trials: int) -> np.ndarray:
    """Give E|X − np| of binomial X, by De Moivre's closed form."""
    out = np.zeros(chance.size)
    for i, q in enumerate(chance.tolist()):
        if 0 < q < 1:
            j = math.floor(trials * q) + 1
            choose = math.lgamma(trials + 1) - math.lgamma(j + 1) - math.lgamma(trials - j + 1)
            log = choose + j * math.log(q) + (trials - j + 1) * math.log1p(-q)
            out[i] = 2 * j * math.exp(log)
    return out


def count(draw: Callable[[int], np.ndarray], vocabulary: int, rows: int, batch: int) -> np.ndarray:
    """Count the words of that many rows.

    Parameters
    ----------
    draw : callable
        Draws that many rows of words, (rows, k).
    vocabulary, rows : int
    batch : int
        Rows to draw at a time.

    Returns
    -------
    (V,) int64 array
    """
    counts = np.zeros(vocabulary, dtype=np.int64)
    for low in range(0, rows, batch):
        words = draw(min(batch, rows - low))
        counts += np.bincount(words.reshape(-1), minlength=vocabulary)
    return counts

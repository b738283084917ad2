"""What a round of a cluster costs by arithmetic: rows that change, bytes, seconds."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from w2v.backend import keep_probabilities
from w2v.config import TrainConfig

_GROUPS = 50  # of words, where counts grow e times
LINKS = {"10 Gbit/s": 1.25e9, "100 Gbit/s": 12.5e9, "NVLink": 300e9}  # bytes a second


class Round(NamedTuple):
    """A round of so many workers.

    Parameters
    ----------
    bytes : float
        That a worker sends, of the rows that it has changed.
    bytes_of_all : float
        That every worker is sent, of rows that any has changed.
    train_seconds, exchange_seconds : float
    """

    bytes: float
    bytes_of_all: float
    train_seconds: float
    exchange_seconds: float

    @property
    def share(self) -> float:
        """The share of the time that is exchange, where that does not overlap training."""
        return self.exchange_seconds / (self.train_seconds + self.exchange_seconds)


class Cluster(NamedTuple):
    """Workers and what joins them.

    Parameters
    ----------
    workers : int
    speed : float
        Words a second that a worker trains.
    link : float
        Bytes a second that it sends and receives.
    half : bool
        Whether rows are sent in half precision.
    split : bool
        Whether each worker combines its part of the rows, so that all send and receive at once;
        otherwise the whole goes up one tree and down another.
    """

    workers: int
    speed: float
    link: float
    half: bool = False
    split: bool = False


def changed_rows(counts: np.ndarray, config: TrainConfig) -> Callable[[float], tuple[float, float]]:
    """Return what tells how many input and output rows so many words of a text change.

    A row stays as it is where none of its visits comes, which are about independent: of an input
    row its word's occurrences that are kept, of an output row windows that have it among theirs.
    """
    # Words of about the same count, within a fiftieth, are taken together.
    groups = np.rint(_GROUPS * np.log(np.maximum(counts, 1))).astype(np.int64)
    rows = np.bincount(groups)
    chances = keep_probabilities(counts, config.sample)
    sums = [np.bincount(groups, x)[rows > 0] for x in (counts, counts * chances)]
    rows = rows[rows > 0]
    some, kept = (each / rows for each in sums)
    noise = some**config.ns_exponent
    drawn = config.negative * float(kept @ rows) / float(noise @ rows) * noise
    total = float(some @ rows)

    def changed(words: float) -> tuple[float, float]:
        part = words / total
        inputs, outputs = (float(-np.expm1(-x * part) @ rows) for x in (kept, kept + drawn))
        return inputs, outputs

    return changed


def row_bytes(dim: int, *, half: bool = False) -> int:
    """Return what a row takes: its numbers, its place and its uses, and in halves its scale."""
    return 2 * dim + 12 if half else 4 * dim + 8


def cost(
    changed: Callable[[float], tuple[float, float]], dim: int, words: int, cluster: Cluster
) -> Round:
    """Return the costs of a round.

    Changes go up a tree, at every level of which two groups' become one's, and what all have
    changed down another, in which those who have it send it on.

    Parameters
    ----------
    changed : callable
        See :func:`changed_rows`.
    dim : int
    words : int
        Of each worker.
    cluster : Cluster
    """
    size, levels = row_bytes(dim, half=cluster.half), math.ceil(math.log2(cluster.workers))
    of_groups = [size * sum(changed(words * 2**level)) for level in range(levels)]
    of_all = size * sum(changed(words * cluster.workers))
    own = size * sum(changed(words)) if levels else 0.0
    others = 1 - 1 / cluster.workers
    crossing = others * (own + of_all) if cluster.split else sum(of_groups) + levels * of_all
    return Round(own, of_all, words / cluster.speed, crossing / cluster.link)


def shortest(
    changed: Callable[[float], tuple[float, float]], dim: int, cluster: Cluster, share: float = 0.1
) -> int:
    """Return the words of a worker in the shortest round that exchanges for such a share of it."""
    low, high = math.log(1e3), math.log(1e12)
    for _ in range(20):
        middle = (low + high) / 2
        too_much = cost(changed, dim, round(math.exp(middle)), cluster).share > share
        low, high = (middle, high) if too_much else (low, middle)
    return round(math.exp(high))

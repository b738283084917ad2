"""What a round of a cluster costs by arithmetic: rows that change, bytes, seconds."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from w2v.backend import NoiseTable, keep_probabilities
from w2v.cluster.uses import Uses
from w2v.config import TrainConfig

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
    """

    workers: int
    speed: float
    link: float
    half: bool = False


def changed_rows(counts: np.ndarray, config: TrainConfig) -> Callable[[float], tuple[float, float]]:
    """Return what tells how many input and output rows so many words of a text change.

    A row stays as it is where none of its visits comes, which are about independent: of an input
    row its word's occurrences that are kept, of an output row windows that have it among theirs.
    """
    keep = keep_probabilities(counts, config.sample)
    uses = Uses(
        NoiseTable(counts, config.ns_exponent), keep, skip_gram=False, negative=config.negative,
        contexts=1.0,
    )  # fmt: skip
    inputs, outputs = uses.expected(counts)
    total = float(counts.sum())

    def changed(words: float) -> tuple[float, float]:
        part = words / total
        found = (-np.expm1(-visits * part) for visits in (inputs, outputs))
        a, b = (float(each.sum()) for each in found)
        return a, b

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
    sent = (sum(of_groups) + levels * of_all) / cluster.link
    return Round(of_groups[0] if levels else 0.0, of_all, words / cluster.speed, sent)


def shortest(
    changed: Callable[[float], tuple[float, float]], dim: int, cluster: Cluster, share: float = 0.1
) -> int:
    """Return the words of a worker in the shortest round that exchanges for such a share of it."""
    words = 1_000
    while words < 1 << 40 and cost(changed, dim, words, cluster).share > share:
        words = int(words * 1.25)
    return words

"""One of the threads that train slices of a text with the fused engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from w2v.backend.pending import PendingLoss
from w2v.backend.work import Work


class TrainingThread:
    """What trains one slice after the other, in a ``with`` block; not for two threads at once.

    Parameters
    ----------
    train : callable
        :meth:`w2v.backend.Backend.train`.
    """

    def __init__(self, train: Callable[[Work], PendingLoss]) -> None:
        self._train = train

    def train(self, work: Work) -> PendingLoss:
        """Train on sentences, as :meth:`w2v.backend.Backend.train` does.

        The weights are those of the slice before; they may lack some of what was done until
        :meth:`end`.
        """
        return self._train(work)

    def end(self) -> None:
        """Bring all that was done to the weights."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

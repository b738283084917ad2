"""A thread of the fused engine on the CPU, whose copies of rows last from slice to slice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from w2v.backend.cpu.copies import own_copies
from w2v.backend.cpu.fused import Prepared
from w2v.backend.pending import PendingLoss
from w2v.backend.training_thread import TrainingThread
from w2v.backend.work import Work

_NO_SENTENCES = np.zeros(0, np.int32), np.zeros(1, np.int64)


class CopyingThread(TrainingThread):
    """Exchanges its copies by their uses alone, and all of them at its end.

    Parameters
    ----------
    train : callable
        :meth:`w2v.backend.Backend.train`.
    check : callable
        What it checks a work with.
    """

    def __init__(self, train: Callable[[Work], PendingLoss], check: Callable[[Work], None]) -> None:
        super().__init__(train)
        self._check = check
        self._last: Prepared | None = None

    def train(self, work: Work) -> PendingLoss:  # noqa: D102
        if work.settings.workers == 1:
            return super().train(work)
        self._check(work)
        before = self._last.copies if self._last else None
        copies = own_copies(work.settings, work.position, work.W_in, work.W_out, before)
        if before is not None and copies.rows is not before.rows:
            self.end()
        prepared = Prepared(work, copies)
        if not prepared.in_place:
            return super().train(work)
        copies.state[2] = 0
        prepared.train(work.tokens, work.offsets, work.position)
        copies.state[1] = 0
        self._last = prepared if copies.hot else None
        return PendingLoss(prepared.result)

    def end(self) -> None:  # noqa: D102
        if self._last is not None:
            self._last.copies.state[2] = 1
            self._last.train(*_NO_SENTENCES, 0)
        self._last = None

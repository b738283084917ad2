"""Threads that each have a core of their own, simulated on one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from w2v.backend.cpu.copies import OwnCopies, own_copies
from w2v.backend.cpu.fused import Prepared
from w2v.training.fused import FusedTrainer

_WORDS = 50  # a turn: some two dozen windows, in which no row is used many times


def train_in_turn(trainer: FusedTrainer, workers: int, words: int = _WORDS) -> None:
    """Train to the end of a run, with so many workers that take turns of a few windows.

    They take the slices and keep the copies of rows that as many threads would, and the
    kernels exchange them by the same rule; only the order is that of cores equally fast.

    Parameters
    ----------
    trainer : FusedTrainer
        With negative sampling, of so many workers.
    workers : int
    words : int, default 50
        Of a turn.
    """
    slices = trainer._slices.begin(trainer.trained, trainer.epochs)
    # Apart by a share of a slice, as threads soon are, or all would end theirs together.
    first = next(slices)
    length = int(trainer.offsets[first.last] - trainer.offsets[first.first])
    running = [_work(trainer, slices, words, first if i == 0 else None) for i in range(workers)]
    for i, worker in enumerate(running):
        for _ in range(i * length // (workers * words)):
            next(worker, None)
    while running:
        running = [worker for worker in running if next(worker, True) is None]


def _work(trainer: FusedTrainer, slices: Iterator[Any], words: int, piece: Any) -> Iterator[None]:
    """Train on slices, and stop after every few words."""
    settings, offsets = trainer.settings, np.asarray(trainer.offsets)
    W_in, W_out = trainer.model.params
    while piece is not None or (piece := next(slices, None)) is not None:
        own: OwnCopies = own_copies(settings, piece.position, W_in, W_out)
        prepared = Prepared(trainer._work_of(piece), own)
        begin, at = int(offsets[piece.first]), piece.first
        tokens = np.asarray(trainer.tokens[begin : int(offsets[piece.last])])
        while at < piece.last:
            end = int(np.searchsorted(offsets, offsets[at] + words, side="right"))
            end = min(max(end - 1, at + 1), piece.last)
            own.state[2] = end == piece.last  # all copies are exchanged at the slice's end
            part = offsets[at : end + 1] - begin
            prepared.train(
                tokens[part[0] : part[-1]], part - part[0], piece.position + int(part[0])
            )
            own.state[1] = 0  # and were copied at its beginning
            at = end
            yield
        piece = None

"""What a round has changed: rows of the weights, summed over workers as a tree."""

from __future__ import annotations

import operator
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np

from w2v.backend import Array, backend_for

T = TypeVar("T")

_AT_ONCE = 1 << 11  # rows, which stay in the cache with what is made of them
_FREQUENT, _LEAST_FREQUENT = 16, 1 << 11  # of so many rows one, and so many at least, is frequent


def by_parts(rows: int, function: Callable[[slice], T], threads: int = 1) -> list[T]:
    """Call a function for each part of so many rows; return what it does, in order.

    Parameters
    ----------
    rows : int
    function : callable
        Takes a slice of them.
    threads : int, default 1
        How many parts are worked on at once.
    """
    parts = [slice(at, min(rows, at + _AT_ONCE)) for at in range(0, rows, _AT_ONCE)]
    if threads == 1:
        return list(map(function, parts))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, parts))


def frequent_rows(rows: int) -> int:
    """Return how many of so many rows, which are there by falling frequency, are frequent."""
    return min(rows, max(_LEAST_FREQUENT, rows // _FREQUENT))


class Rows(NamedTuple):
    """Some rows of a matrix.

    Parameters
    ----------
    index : (U,) int32 array
        Which rows, rising.
    rows : (U, H) float32 array
        What they have changed by, unrolled by the curvature and summed over workers.
    uses : (U,) float32 array
        How many steps were made on each, over all workers: a step is what one pair of a context
        and an output asks for, or in CBOW one window and an output.
    """

    index: Array
    rows: Array
    uses: Array


class PackedRows(NamedTuple):
    """Rows in half precision, each scaled so that its largest number is 1.

    Parameters
    ----------
    index : (U,) int32 array
    halves : (U, H) float16 array
    scale : (U,) float32 array
        What each row is to be multiplied by.
    uses : (U,) float32 array
    """

    index: Array
    halves: Array
    scale: Array
    uses: Array


class Matrices(NamedTuple):
    """What is sent along of the directions that rows have in common, summed over workers.

    Parameters
    ----------
    inputs, outputs : (H, H) float32 arrays
        Curvatures of the two sides, by which their changes have been unrolled.
    balance : (H, H) float32 array or None
        By how much steps have changed XᵀX − YᵀY; None where that is not to be kept.
    """

    inputs: Array
    outputs: Array
    balance: Array | None = None

    def map(self, function: Callable[..., Array], *others: Matrices) -> Matrices:
        """Return what a function makes of each, and of the others' at its place."""
        return Matrices(*(
            None if each[0] is None else function(*each)
            for each in zip(self, *others, strict=True)
        ))  # fmt: skip


class Changes(NamedTuple):
    """What some workers have changed in a round.

    Parameters
    ----------
    inputs, outputs : Rows or PackedRows
        Of the two matrices.
    loss : float
        In nats, summed over the predictions.
    predictions : int
        Pairs of skip-gram, or windows of CBOW.
    kept : int
        Words that subsampling kept.
    words : int
        Words trained on.
    matrices : Matrices, optional
        None where changes are as they were made, and not unrolled.
    whole : bool, default True
        Whether of all rows, not only of frequent ones.
    workers : int, default 1
        How many workers' changes these are.
    """

    inputs: Rows | PackedRows
    outputs: Rows | PackedRows
    loss: float
    predictions: int
    kept: int
    words: int
    matrices: Matrices | None = None
    whole: bool = True
    workers: int = 1

    @property
    def bytes(self) -> int:
        """What they take on the wire."""
        parts = (*self.inputs, *self.outputs, *(self.matrices or ()))
        return sum(part.nbytes for part in parts if part is not None)


def merged(a: Changes, b: Changes) -> Changes:
    """Return the sum of two workers' or groups' changes, in any order and grouping.

    Raises
    ------
    ValueError
        One of them is unrolled, or of all rows, and the other is not.
    """
    if a.whole != b.whole:
        raise ValueError("changes of frequent rows cannot be added to changes of all")
    return Changes(
        _sum(unpacked_rows(a.inputs), unpacked_rows(b.inputs)),
        _sum(unpacked_rows(a.outputs), unpacked_rows(b.outputs)),
        a.loss + b.loss,
        a.predictions + b.predictions,
        a.kept + b.kept,
        a.words + b.words,
        _summed(a, b),
        a.whole,
        a.workers + b.workers,
    )


def _summed(a: Changes, b: Changes) -> Matrices | None:
    if a.matrices is None or b.matrices is None:
        if a.matrices is not b.matrices:
            raise ValueError(
                "changes that are unrolled cannot be added to others as they were made"
            )
        return None
    return a.matrices.map(operator.add, b.matrices)


def _sum(a: Rows, b: Rows) -> Rows:
    return Rows(*backend_for(a.rows).sum_rows(a, b))


def packed(changes: Changes) -> Changes:
    """Return changes with rows in half precision, for the wire; half the bytes."""
    inputs, outputs = (_pack(unpacked_rows(rows)) for rows in (changes.inputs, changes.outputs))
    return changes._replace(inputs=inputs, outputs=outputs)


def _pack(rows: Rows) -> PackedRows:
    xp = backend_for(rows.rows).xp
    scale = abs(rows.rows).max(axis=1, initial=0)
    scale[scale == 0] = 1
    return PackedRows(rows.index, (rows.rows / scale[:, None]).astype(xp.float16), scale, rows.uses)


def unpacked_rows(rows: Rows | PackedRows) -> Rows:
    """Return rows in float32 again; those that are, as they are."""
    if isinstance(rows, Rows):
        return rows
    return Rows(rows.index, rows.halves.astype(np.float32) * rows.scale[:, None], rows.uses)


def is_packed(changes: Changes) -> bool:
    """Tell whether rows are in half precision."""
    return isinstance(changes.inputs, PackedRows)


def length_of(changes: Changes) -> float:
    """Return the length of the change of all input vectors together."""
    rows = unpacked_rows(changes.inputs).rows
    return float(backend_for(rows).xp.vdot(rows, rows)) ** 0.5

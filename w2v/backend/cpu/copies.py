"""How far threads' own copies of frequent words' rows may run ahead of each other.

A thread's steps on its copy and others' on theirs are added up when they meet.  Each copy
alone nears the row's optimum; if together they could reach it more than once, the sum goes
past it, and from some point on farther at every exchange.  So what is bounded is how far all
threads' steps can take a row between two exchanges: steps times the curvature of the loss
there, whatever the learning rate, the window, the lengths of the rows and the number of
threads, and whether these have cores of their own or wait for one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.copies_kernels import DELAY
from w2v.backend.cpu.rows import own_lines, padded_width
from w2v.backend.settings import FusedSettings

HOT_WORDS = 512  # on text, two fifths of the negatives and three of the other rows
UNSETTLED_WORDS = 500_000  # of a run; with copies from the first on, these cost it 3 % of loss
# Of the way to a row's optimum, what all threads' steps may take it before they meet: beyond 2
# the sum goes farther past it each time.  And how much of the steepest curvature there is.
MOST_WAY, STEEPNESS = 1.8, 0.45
MOST_USES, FEWEST_USES = 64.3, 2.0  # of a row by its thread; fewer are not worth a copy
_SAMPLED_ROWS = 128  # whose curvature stands for all hot rows'
_DUE = 62  # exchanges that a window can announce


class OwnCopies(NamedTuple):
    """What the kernels take to keep a thread's copies of rows.

    Parameters
    ----------
    hot : int
        Words that have copies; 0 for none.
    patience : float
        Uses of rows from one that exchanges its row to the next.
    rows : (4 * hot, width) float32 array
        Room for the copies, and for what the rows were when they were copied.
    due : (DELAY, 64) int32 array
        Exchanges that are announced.
    state : (3,) float64 array
        Uses until the next exchange; whether the call begins with fresh copies; whether it
        ends with the exchange of all.
    """

    hot: int
    patience: float
    rows: np.ndarray
    due: np.ndarray
    state: np.ndarray


def own_copies(
    settings: FusedSettings, position: int, W_in: np.ndarray, W_out: np.ndarray
) -> OwnCopies:
    """Choose which rows a thread copies, and which use of a row exchanges it.

    At the beginning of a run rows are short and few uses carry them far, so all threads
    then step the shared rows.

    Parameters
    ----------
    settings : FusedSettings
    position : int
        Words of the run before.
    W_in, W_out : (V, D) and (outputs, D) float32 arrays
    """
    hot, patience = 0, FEWEST_USES
    if settings.workers > 1 and position >= UNSETTLED_WORDS:
        uses = uses_apart(settings.workers, curvature(settings, position, W_in, W_out))
        if uses >= FEWEST_USES:  # which NaN is not
            hot = min(HOT_WORDS, W_in.shape[0], W_out.shape[0])
            patience = min(uses, MOST_USES)
    state = own_lines(3, np.float64)
    state[1:] = 1
    return OwnCopies(
        hot,
        patience,
        own_lines((4 * hot, padded_width(W_in.shape[1])), np.float32),
        own_lines((DELAY, _DUE + 2), np.int32),
        state,
    )


def uses_apart(workers: int, share: float) -> float:
    """Return how many uses of a row by each thread may come between two exchanges.

    A thread that uses its copy n times goes 1 − exp(−n · share) of the way, so two threads
    together never go twice the way, and many go the sum of their shares.

    Parameters
    ----------
    workers : int
        At least 2.
    share : float
        See :func:`curvature`.

    Returns
    -------
    float
    """
    if not share:
        return MOST_USES
    return -math.log1p(-MOST_WAY / workers) / (STEEPNESS * share)


def curvature(settings: FusedSettings, position: int, W_in: np.ndarray, W_out: np.ndarray) -> float:
    """Bound the share of the way to its optimum that a row goes in one use.

    A step on a row is the rate times the sum, over the rows on the other side, of each times
    how wrong its sigmoid is, which changes by a quarter of their product at most.  The rows
    of frequent words have one direction in common, in which this is largest by far.

    Parameters
    ----------
    settings, position, W_in, W_out
        As for :func:`own_copies`.
    """
    contexts, m = settings.contexts, settings.block
    inputs: float = contexts if settings.skip_gram else 1 if settings.mean else contexts**2
    outputs: float = settings.outputs
    if m > 1:  # a block steps a row once, by what all its windows want
        inputs *= m * settings.negative / settings.shared_negatives
        outputs *= m * contexts / (contexts + m)
    # Rows that are short still will not stay so while a thread trains on a slice.
    steepest = max(inputs * max(_stretch(W_in), 1.0), outputs * max(_stretch(W_out), 1.0))
    return settings.rate(position) * steepest / 4


@np.errstate(all="ignore")  # weights that have come apart are told of by the loss
def _stretch(W: np.ndarray) -> float:
    """Return the mean square of the first rows in the direction in which it is largest."""
    rows = W[:_SAMPLED_ROWS].astype(np.float64)  # whose squares float32 may not hold
    direction, found = rows.mean(0), 0.0
    for _ in range(4):
        length = float(np.linalg.norm(direction))
        if not length:
            break
        direction = rows.T @ (rows @ (direction / length)) / len(rows)
        found = float(np.linalg.norm(direction))
    return found

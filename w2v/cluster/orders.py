"""What the driver tells workers, and what they answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.cluster.changes import Changes
from w2v.cluster.parts import Part, PartSize, Piece
from w2v.cluster.rounds import Span
from w2v.config import TrainConfig
from w2v.data.reading.read_settings import ReadSettings


class TextOrder(NamedTuple):
    """What a worker is told of a text.

    Parameters
    ----------
    parts : tuple of Part
    settings : ReadSettings
    sizes : tuple of PartSize or None
        Once they are known.
    """

    parts: tuple[Part, ...]
    settings: ReadSettings
    sizes: tuple[PartSize, ...] | None = None


class Deal(NamedTuple):
    """What a worker trains until others come or go.

    Parameters
    ----------
    config : TrainConfig
    total : int
        Words of the run.
    shard : str
        The name that the pieces have together.
    pieces : tuple of Piece
    sizes : tuple of PartSize
        What the parts held when they were first read.
    """

    config: TrainConfig
    total: int
    shard: str
    pieces: tuple[Piece, ...]
    sizes: tuple[PartSize, ...]


class Start(NamedTuple):
    """Weights that a round begins with, where a worker has not those of the round before.

    Parameters
    ----------
    W_in, W_out : arrays
    lockf : (V,) array or None
    """

    W_in: np.ndarray
    W_out: np.ndarray
    lockf: np.ndarray | None


class RoundOrder(NamedTuple):
    """What a worker is to train.

    Parameters
    ----------
    version : int
        Of the weights after all rounds before, which counts these.
    shard : str
        The name that the pieces have together.
    pieces : tuple of Piece
    span : Span
    alone : bool
        Whether no other worker trains.
    half : bool
        Whether changes travel in half precision.
    whole : bool, default True
        Whether all rows are put together after it, not only frequent ones.
    late : bool, default False
        Whether it begins without what the others have changed in the round before.
    before : tuple of int, default ()
        Of how many updates each of the rounds is that the worker is to take up first.
    """

    version: int
    shard: str
    pieces: tuple[Piece, ...]
    span: Span
    alone: bool
    half: bool
    whole: bool = True
    late: bool = False
    before: tuple[int, ...] = ()


class Answer(NamedTuple):
    """What came of it, of one worker or of several.

    Parameters
    ----------
    changes : Changes
        NumPy's, or CuPy's where workers can send these.
    told : Told or None
        None of several.
    """

    changes: Changes
    told: Told | None


class Told(NamedTuple):
    """How one worker's round went.

    Parameters
    ----------
    worker : str
    version : int
        The round's, as it was ordered.
    words, predictions : int
    loss : float
        Summed over the predictions.
    seconds, busy : float
        Of training, and of all that it has done.
    norm : float
        How long its change is.
    sums : tuple of (int, float)
        Rounds that it has taken up, and how long the change of all workers together was in each.
    bytes : int
        That its change takes on the wire.
    """

    worker: str
    version: int
    words: int
    predictions: int
    loss: float
    seconds: float
    busy: float
    norm: float
    sums: tuple[tuple[int, float], ...]
    bytes: int

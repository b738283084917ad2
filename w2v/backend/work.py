"""A piece of the fused engine's work."""

from __future__ import annotations

from typing import NamedTuple

from w2v.backend.array import Array
from w2v.backend.output import Output
from w2v.backend.settings import FusedSettings


class Work(NamedTuple):
    """Sentences to train on, the weights that they train, and how.

    Parameters
    ----------
    W_in : (V, H) float32 array
        Input vectors, trained in place.
    W_out : (rows, H) float32 array
        Output vectors, trained in place: a row a word, or one an inner node of a tree.
    tokens : (N,) int32 array
        Word ids, sentence after sentence.
    offsets : (S + 1,) int64 array
        The sentences to train on: sentence i is ``tokens[offsets[i]:offsets[i + 1]]``.
    output : Output
        On the weights' backend; of V words.
    keep : (V,) uint32 array
        See :func:`w2v.backend.keep_thresholds`.
    settings : FusedSettings
    position : int
        Words of the run that come before ``tokens[offsets[0]]``.
    lockf : (V,) float32 array, optional
        What changes of each input vector are multiplied by: 0 holds it fixed.  None, for
        ones, costs nothing.
    """

    W_in: Array
    W_out: Array
    tokens: Array
    offsets: Array
    output: Output
    keep: Array
    settings: FusedSettings
    position: int
    lockf: Array | None = None

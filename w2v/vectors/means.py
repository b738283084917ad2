"""The mean of some words' vectors, which several kinds of questions begin with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from w2v.vectors.row_index import Key, listed
from w2v.vectors.similarity import FloatArray, unit
from w2v.vectors.table import Vector, VectorTable


def mean_vector(
    table: VectorTable,
    keys: Sequence[Key | Vector],
    weights: Sequence[float] | npt.NDArray[np.floating] | None = None,
    pre_normalize: bool = True,
    post_normalize: bool = False,
    ignore_missing: bool = True,
) -> FloatArray:
    """Average vectors; see :meth:`w2v.KeyedVectors.get_mean_vector`."""
    # A sum has no order, but weights have.
    unordered = weights is None and isinstance(keys, set | frozenset)
    keys = [*keys] if unordered else listed(keys, "words and vectors")
    if not keys:
        raise ValueError("a mean needs at least one word or vector, got none")
    factors = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)
    if factors.shape != (len(keys),):
        raise ValueError(f"{len(keys)} keys but weights of shape {factors.shape}")
    mean: FloatArray = np.zeros(table.vector_size, np.float32)
    total = 0.0
    for key, factor in zip(keys, factors, strict=True):
        if isinstance(key, np.ndarray):
            vector = table.check_vector(key)
        elif ignore_missing and table._find(key) is None:
            continue
        else:
            vector = table.get_vector(key, norm=pre_normalize)
        mean += factor * vector
        total += abs(factor)
    if total == 0.0:
        return mean
    result = mean / np.float64(total)
    return unit(result) if post_normalize else result.astype(np.float32)

"""Handing vectors to gensim and taking them from there."""

from __future__ import annotations

from typing import Any

import numpy as np

from w2v.optional import optional
from w2v.vectors.formats.vector_data import VectorData


def from_gensim(model: Any) -> VectorData:
    """Take over vectors; see :meth:`w2v.KeyedVectors.from_gensim`."""
    table = getattr(model, "wv", model)
    if not hasattr(table, "index_to_key") or not hasattr(table, "vectors"):
        raise TypeError(f"got a {type(model).__name__}, expected gensim's KeyedVectors or a model")
    counts = getattr(table, "expandos", {}).get("count")
    return VectorData(
        list(table.index_to_key),
        table.vectors,
        None if counts is None else np.asarray(counts, np.int64),
    )


def to_gensim(data: VectorData) -> Any:
    """Make gensim's object; see :meth:`w2v.KeyedVectors.to_gensim`."""
    table = optional("gensim.models", None).KeyedVectors(data.vectors.shape[1])
    table.index_to_key = list(data.words)
    table.key_to_index = {word: row for row, word in enumerate(data.words)}
    table.vectors = data.vectors
    table.next_index = len(data.words)
    if data.counts is not None:
        table.expandos["count"] = data.counts
    return table

"""Vectors as tables of Arrow, pandas and polars, without a copy of the vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from w2v.items import are_integers
from w2v.optional import optional
from w2v.vectors.formats.vector_data import VectorData
from w2v.vectors.formats.words import encode_word

WORD, VECTOR, COUNT = "word", "vector", "count"


def to_arrow(data: VectorData) -> Any:
    """Make an Arrow table; see :meth:`w2v.KeyedVectors.to_arrow`."""
    import pyarrow as pa

    try:
        words = pa.array(data.words, pa.int64() if are_integers(data.words) else pa.string())
    except UnicodeEncodeError:
        for word in data.words:
            encode_word(word)  # its message names the word
        raise
    matrix = np.ascontiguousarray(data.vectors)
    numbers = pa.Array.from_buffers(pa.float32(), matrix.size, [None, pa.py_buffer(matrix)])
    columns = {WORD: words}
    if data.counts is not None:
        columns[COUNT] = pa.array(data.counts)
    columns[VECTOR] = pa.FixedSizeListArray.from_arrays(numbers, matrix.shape[1])
    return pa.table(columns)


def to_polars(data: VectorData) -> Any:
    """Make a polars DataFrame; see :meth:`w2v.KeyedVectors.to_polars`."""
    return optional("polars", "polars").from_arrow(to_arrow(data))


def to_pandas(data: VectorData) -> Any:
    """Make a pandas DataFrame; see :meth:`w2v.KeyedVectors.to_pandas`."""
    pandas = optional("pandas", "pandas")
    vectors = data.vectors.view()
    vectors.flags.writeable = False
    frame = pandas.DataFrame(vectors, pandas.Index(list(data.words), name=WORD), copy=False)
    if data.counts is not None:
        frame.insert(0, COUNT, data.counts)
    return frame

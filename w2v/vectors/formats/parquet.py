"""Parquet: columns word, perhaps count, and vector, a list of float32 of one length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from w2v.vectors.errors import VectorFormatError
from w2v.vectors.exports.tables import COUNT, VECTOR, WORD, to_arrow
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.vector_data import ReadOptions, VectorData


def read(path: Path, options: ReadOptions) -> VectorData:
    """Read the columns of a file, whoever wrote it.

    Raises
    ------
    VectorFormatError
        A file that is damaged, or lacks a column, or vectors of several lengths.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if not {WORD, VECTOR} <= set(names):
                raise VectorFormatError(
                    f"holds columns {names[:9]}, expected {WORD!r}, {VECTOR!r} and perhaps "
                    f"{COUNT!r}"
                )
            wanted = [name for name in (WORD, COUNT, VECTOR) if name in names]
            batches: list[Any] = []
            left = options.limit
            for batch in file.iter_batches(columns=wanted):
                batches.append(batch if left is None else batch.slice(0, left))
                left = None if left is None else left - len(batch)
                if left is not None and left <= 0:
                    break
        return _from_arrow(
            pa.Table.from_batches(batches, file.schema_arrow.empty_table().select(wanted).schema)
        )
    except (pa.ArrowException, OSError, MemoryError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise VectorFormatError(f"the file is damaged or no Parquet ({error!s:.200})") from None


def write(path: Path, data: VectorData, beside: Path | None = None) -> None:
    """Write words, counts and vectors; a row group at a time."""
    import pyarrow.parquet as pq

    # Floats hardly compress, and dictionaries of them are larger than they are.
    pq.write_table(to_arrow(data), path, compression="zstd", use_dictionary=[COUNT])


def _from_arrow(table: Any) -> VectorData:
    import pyarrow as pa

    words, vectors = (table[name].combine_chunks() for name in (WORD, VECTOR))
    if isinstance(vectors, pa.ChunkedArray):
        vectors = pa.concat_arrays(vectors.chunks)
    kind = vectors.type
    if not (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    ):
        raise VectorFormatError(f"{VECTOR!r} is {kind}, expected lists of floats")
    if any(column.null_count for column in (words, vectors)) or vectors.flatten().null_count:
        raise VectorFormatError("a word, or a number of a vector, is missing")
    numbers = vectors.flatten()
    if not pa.types.is_floating(numbers.type):
        raise VectorFormatError(f"{VECTOR!r} has {numbers.type}, expected floats")
    size = len(numbers) // len(words) if len(words) else getattr(kind, "list_size", 1)
    lengths = vectors.value_lengths().unique().to_pylist()
    if lengths not in ([], [size]):
        raise VectorFormatError(f"vectors are of several lengths: {lengths[:9]}")
    if not (
        pa.types.is_integer(words.type)
        or pa.types.is_string(words.type)
        or pa.types.is_large_string(words.type)
    ):
        raise VectorFormatError(f"{WORD!r} is {words.type}, expected strings or integers")
    counts = None
    if COUNT in table.column_names:
        column = table[COUNT]
        if column.null_count or not pa.types.is_integer(column.type):
            raise VectorFormatError(f"{COUNT!r} is {column.type}, expected an integer each")
        counts = column.cast(pa.int64()).to_numpy()
    matrix = numbers.to_numpy(zero_copy_only=False).astype(np.float32, copy=False)
    return VectorData(
        words.to_pylist(),
        matrix.reshape(-1, size) if size else np.empty((0, 1), np.float32),
        counts,
    )


def _begins(head: bytes, size: int) -> bool:
    """Tell a file by its first bytes."""
    return head.startswith(b"PAR1")


FORMAT = Format("parquet", (".parquet",), read, write, begins=_begins)

"""A column of text from Parquet and JSON Lines files, as lines of bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from w2v.data.errors import CorpusError
from w2v.data.sources import Source

_ROWS = 1 << 14
_JSON_BYTES = 4 << 20


def parquet_chunks(source: Source, column: str) -> Iterator[bytes]:
    """Read a string column, a row a line.

    Parameters
    ----------
    source : Source
    column : str

    Yields
    ------
    bytes
        UTF-8; missing values are left out.

    Raises
    ------
    CorpusError
        If the file is no Parquet file or has no such column of strings.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(source.path)
    except pa.ArrowInvalid as error:
        raise CorpusError(f"{source.name} is no Parquet file: {_line(error)}") from error
    with file:
        names = file.schema_arrow.names
        if column not in names:
            raise CorpusError(f"{source.name} has no column {column!r}; it has {', '.join(names)}")
        kind = file.schema_arrow.field(column).type
        _require_text(kind, source.name, column)
        for batch in file.iter_batches(batch_size=_ROWS, columns=[column]):
            yield _joined(batch.column(0))


def json_lines_chunks(stream: Any, name: str, column: str) -> Iterator[bytes]:
    """Read a string member of JSON objects, one object a line.

    Parameters
    ----------
    stream : ByteStream
    name : str
        The source, for messages.
    column : str

    Yields
    ------
    bytes
        UTF-8; objects without the member are left out.

    Raises
    ------
    CorpusError
        If a line is no JSON object, or no object has such a string.
    """
    import pyarrow as pa
    import pyarrow.json as pj

    rest, found, seen = b"", False, set[str]()
    while chunk := stream.read(_JSON_BYTES) or rest:
        lines, rest = _whole_lines(rest + chunk if chunk is not rest else chunk + b"\n")
        if not lines.strip():
            continue
        seen.update(_members(lines, name))
        try:
            table = pj.read_json(
                pa.BufferReader(lines),
                read_options=pj.ReadOptions(block_size=len(lines) + 1),
                parse_options=pj.ParseOptions(
                    explicit_schema=pa.schema([(column, pa.string())]),
                    unexpected_field_behavior="ignore",
                ),
            )
        except pa.ArrowInvalid as error:
            raise CorpusError(
                f"{name}: expected one JSON object a line with a string {column!r}: {_line(error)}"
            ) from error
        values = table[column].combine_chunks()
        found = found or values.null_count < len(values)
        yield _joined(values)
    if seen and not found:
        raise CorpusError(f"{name} has no column {column!r}; it has {', '.join(sorted(seen))}")


def _members(lines: bytes, name: str) -> list[str]:
    first = lines.lstrip().split(b"\n", 1)[0]
    try:
        value = json.loads(first)
    except ValueError as error:
        raise CorpusError(f"{name}: expected one JSON object a line: {error}") from error
    if not isinstance(value, dict):
        raise CorpusError(f"{name}: expected one JSON object a line, got {first[:40]!r}")
    return list(value)


def _whole_lines(data: bytes) -> tuple[bytes, bytes]:
    end = data.rfind(b"\n") + 1
    return data[:end], data[end:]


def _joined(values: Any) -> bytes:
    """Join an Arrow array of strings, each ended by a line end."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = pc.drop_null(values).cast(pa.large_binary())
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)
    joined: bytes = pc.binary_join(whole, pa.scalar(b"\n", pa.large_binary()))[0].as_py()
    return joined + b"\n"


def _require_text(kind: Any, name: str, column: str) -> None:
    import pyarrow.types as pt

    value = kind.value_type if pt.is_dictionary(kind) else kind
    if not (pt.is_string(value) or pt.is_large_string(value)):
        raise CorpusError(f"column {column!r} of {name} holds {kind}, expected strings")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())

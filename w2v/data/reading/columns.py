"""A column of text from Parquet, JSON Lines and CSV files, as lines of bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from w2v.data.errors import CorpusError
from w2v.data.reading.text_source import TextSource
from w2v.messages import quoted, shortened

_ROWS = 1 << 14
_JSON_BYTES = 4 << 20
_LONGEST_LINE = 1 << 28
_NAMES_SHOWN = 20


def parquet_chunks(source: TextSource, column: str) -> Iterator[bytes]:
    """Read a string column, a row a line.

    Parameters
    ----------
    source : TextSource
    column : str

    Yields
    ------
    bytes
        UTF-8; missing values are left out.

    Raises
    ------
    CorpusError
        A file that is no Parquet file or has no such column of strings.
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
            raise CorpusError(_without(source.name, column, names))
        kind = file.schema_arrow.field(column).type
        _require_text(kind, source.name, column)
        for batch in file.iter_batches(batch_size=_ROWS, columns=[column]):
            yield _joined(batch.column(0))


def json_lines_chunks(reader: Any, name: str, column: str) -> Iterator[bytes]:
    """Read a string member of JSON objects, one object a line.

    Parameters
    ----------
    reader : Utf8Reader
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
        A line that is no JSON object, or no object with such a string.
    """
    import pyarrow as pa
    import pyarrow.json as pj

    found, seen = False, set[str]()
    for lines in _runs_of_lines(reader, name):
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
                f"{name}: expected one JSON object a line with a string {quoted(column)}: "
                f"{_line(error)}"
            ) from error
        values = table[column].combine_chunks()
        found = found or values.null_count < len(values)
        yield _joined(values)
    if seen and not found:
        raise CorpusError(_without(name, column, sorted(seen)))


def csv_chunks(reader: Any, name: str, column: str, delimiter: str) -> Iterator[bytes]:
    """Read a column of a CSV file whose first line has the columns' names, a row a line.

    Parameters
    ----------
    reader : Utf8Reader
    name : str
        The source, for messages.
    column : str
    delimiter : str
        Between columns.

    Yields
    ------
    bytes
        UTF-8; line ends within quotes are line ends.

    Raises
    ------
    CorpusError
        A file without such a column, or with rows of another number of columns.
    """
    import pyarrow as pa
    import pyarrow.csv as pc

    try:
        rows = pc.open_csv(
            _Readable(reader),
            pc.ReadOptions(block_size=_JSON_BYTES, use_threads=False),
            pc.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pc.ConvertOptions(column_types={column: pa.string()}, include_columns=[column]),
        )
        for batch in rows:
            yield _joined(batch.column(0))
    except KeyError as error:
        raise CorpusError(f"{name} has no column {quoted(column)}: {_line(error)}") from None
    except pa.ArrowInvalid as error:
        raise CorpusError(
            f"{name}: expected the columns' names in the first line and as many values in each "
            f"other: {_line(error)}"
        ) from error


class _Readable:
    """A reader as Arrow wants to see it: a file that is open."""

    closed = False

    def __init__(self, reader: Any) -> None:
        self.read = reader.read

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        pass


def _runs_of_lines(reader: Any, name: str) -> Iterator[bytes]:
    """Read whole lines, some megabytes at a time."""
    parts: list[bytes] = []
    begun = False
    while chunk := reader.read(_JSON_BYTES):
        if not begun and (start := chunk.lstrip()[:1]):
            begun = True
            if start == b"[":
                raise CorpusError(
                    f"{name} holds a JSON array, expected one JSON object a line; write its "
                    f"elements one a line, as `jq -c '.[]' FILE` does"
                )
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join((*parts, chunk[:end]))
            parts = []
        parts.append(chunk[end:])
        # Counted in chunks, as adding up their lengths each time is work that adds up too.
        if len(parts) * _JSON_BYTES > _LONGEST_LINE:
            raise CorpusError(
                f"{name} has a line of more than {_LONGEST_LINE >> 20} MiB; expected one JSON "
                "object a line"
            )
    if any(parts):
        yield b"".join((*parts, b"\n"))


def _members(lines: bytes, name: str) -> list[str]:
    first = lines.lstrip().split(b"\n", 1)[0]
    try:
        value = json.loads(first)
    except (ValueError, RecursionError) as error:
        raise CorpusError(
            f"{name}: expected one JSON object a line, got {quoted(first, 40)}: {error}"
        ) from error
    if not isinstance(value, dict):
        raise CorpusError(f"{name}: expected one JSON object a line, got {quoted(first, 40)}")
    return list(value)


def _joined(values: Any) -> bytes:
    """Join an Arrow array of strings, each ended by a line end."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = pc.drop_null(values).cast(pa.large_binary())
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)
    joined: bytes = pc.binary_join(whole, pa.scalar(b"\n", pa.large_binary()))[0].as_py()
    return joined + b"\n"


def _without(name: str, column: str, names: list[str]) -> str:
    """Return the message that a column is not there, and which are."""
    there = ", ".join(shortened(each, 40) for each in names[:_NAMES_SHOWN])
    more = ", …" if len(names) > _NAMES_SHOWN else ""
    return f"{name} has no column {quoted(column)}; it has {there}{more}"


def _require_text(kind: Any, name: str, column: str) -> None:
    import pyarrow.types as pt

    value = kind.value_type if pt.is_dictionary(kind) else kind
    if not (pt.is_string(value) or pt.is_large_string(value)):
        raise CorpusError(
            f"column {quoted(column)} of {name} holds {shortened(str(kind))}, expected strings"
        )


def _line(error: Exception) -> str:
    return shortened(" ".join(str(error)[:2000].split()))

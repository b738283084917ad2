"""A column of Parquet, JSON Lines and CSV files, as Arrow arrays."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Iterator
from typing import Any

from w2v.data.errors import CorpusError
from w2v.data.reading.column_values import holds_lists, one_line
from w2v.data.reading.source_file import TextSource
from w2v.messages import quoted, shortened

_ROWS = 1 << 14
_JSON_BYTES = 4 << 20
_LONGEST_LINE = 1 << 28
_NAMES_SHOWN = 20


def parquet_arrays(source: TextSource, column: str) -> Iterator[Any]:
    """Read a column of strings or of lists.

    Parameters
    ----------
    source : TextSource
    column : str

    Yields
    ------
    Arrow array

    Raises
    ------
    CorpusError
        A file that is no Parquet file or has no such column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(source.seekable())
    except pa.ArrowInvalid as error:
        raise CorpusError(f"{source.name} is no Parquet file: {one_line(error)}") from error
    with file:
        require_column(source.name, column, file.schema_arrow.names)
        # Looked at before anything is read.
        holds_lists(file.schema_arrow.field(column).type, column_name(source.name, column))
        for batch in file.iter_batches(batch_size=_ROWS, columns=[column]):
            # By its name: of "a.b" Parquet also reads what a column "a" has of that name.
            yield batch.column(batch.schema.names.index(column))


def json_lines_arrays(reader: Any, name: str, column: str) -> Iterator[Any]:
    """Read a member of JSON objects, one object a line: strings, or lists of one kind.

    Parameters
    ----------
    reader : Utf8Reader
    name : str
        The source, for messages.
    column : str

    Yields
    ------
    Arrow array
        Missing where objects lack the member.

    Raises
    ------
    CorpusError
        A line that is no JSON object, or has something else there.
    """
    import pyarrow as pa
    import pyarrow.json as pj

    kind, found, seen = None, False, set[str]()
    for lines in _runs_of_lines(reader, name):
        if not lines.strip():
            continue
        seen.update(_members(lines, name))
        kind = kind or _kind_of_member(lines, name, column)
        expected = "string" if kind in (None, pa.string()) else f"{kind}"
        try:
            table = pj.read_json(
                pa.BufferReader(lines),
                read_options=pj.ReadOptions(block_size=len(lines) + 1),
                parse_options=pj.ParseOptions(
                    explicit_schema=pa.schema([(column, kind or pa.string())]),
                    unexpected_field_behavior="ignore",
                ),
            )
        except pa.ArrowInvalid as error:
            raise CorpusError(
                f"{name}: expected one JSON object a line with a {expected} {quoted(column)}: "
                f"{one_line(error)}"
            ) from error
        values = table[column].combine_chunks()
        found = found or values.null_count < len(values)
        yield values
    if seen and not found:
        raise CorpusError(without_column(name, column, sorted(seen)))


def csv_arrays(reader: Any, name: str, column: str, delimiter: str) -> Iterator[Any]:
    """Read a column of a CSV file whose first line has the columns' names.

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
    Arrow array
        Of strings.

    Raises
    ------
    CorpusError
        A file without such a column, with several, or with rows of another number of columns.
    """
    import pyarrow as pa
    import pyarrow.csv as pc

    begin = reader.read(_JSON_BYTES)
    if header := _header(begin, name, delimiter):  # or else Arrow tells what the file lacks
        require_column(name, column, header)
    readable = _Readable(reader, begin)
    try:
        rows = pc.open_csv(
            readable,
            pc.ReadOptions(block_size=_JSON_BYTES, use_threads=False),
            pc.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pc.ConvertOptions(column_types={column: pa.string()}, include_columns=[column]),
        )
        for batch in rows:
            yield batch.column(0)
    except pa.ArrowInvalid as error:
        raise CorpusError(
            f"{name}: expected the columns' names in the first line and as many values in each "
            f"other: {one_line(error)}"
        ) from error
    if readable.quotes % 2:
        warnings.warn(
            f"{name} has an odd number of quotation marks: if a value's is not closed, all rows "
            "after it are part of that value",
            stacklevel=2,
        )


def _header(begin: bytes, name: str, delimiter: str) -> list[str]:
    """Return the columns' names, of a CSV file that begins so."""
    text = begin.decode("utf-8", "replace").lstrip("\r\n")
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise CorpusError(f"{name}: its first line has no columns' names: {error}") from None


class _Readable:
    """A reader as Arrow wants to see it, a file that is open, with what has been read already.

    It counts quotation marks.
    """

    closed = False

    def __init__(self, reader: Any, begin: bytes) -> None:
        self._reader, self._begin, self.quotes = reader, begin, 0

    def read(self, size: int) -> bytes:
        data: bytes
        if self._begin:
            data, self._begin = self._begin[:size], self._begin[size:]
        else:
            data = self._reader.read(size)
        self.quotes += data.count(b'"')
        return data

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


def _kind_of_member(lines: bytes, name: str, column: str) -> Any:
    """Return the Arrow type of the first line that has something there; None if none has.

    Arrow would take texts that look like dates for dates.
    """
    import pyarrow as pa

    for line in lines.split(b"\n"):
        try:
            value = json.loads(line).get(column) if line.strip() else None
        except (ValueError, AttributeError, RecursionError):
            return None  # told when all are parsed
        if isinstance(value, str):
            return pa.string()
        for token in value if isinstance(value, list) else ():
            if isinstance(token, str):
                return pa.list_(pa.string())
            if isinstance(token, int) and not isinstance(token, bool):
                return pa.list_(pa.int64())
            if token is not None:
                raise CorpusError(
                    f"{column_name(name, column)} holds {quoted(value)}, expected strings, or "
                    "lists of strings or of integers: a sentence a row"
                )
        if value is not None and not isinstance(value, list):
            return None
    return None


def column_name(name: str, column: Any) -> str:
    """Return what a column of a source is called in messages."""
    return f"column {quoted(column)} of {name}"


def require_column(name: str, column: Any, names: list[Any]) -> None:
    """Raise a CorpusError unless exactly one of a source's columns has a name."""
    if column not in names:
        raise CorpusError(without_column(name, column, names))
    if names.count(column) > 1:
        raise CorpusError(f"{name} has {names.count(column)} columns {quoted(column)}")


def without_column(name: str, column: str, names: list[Any]) -> str:
    """Return the message that a column is not there, and which are."""
    there = ", ".join(shortened(str(each), 40) for each in names[:_NAMES_SHOWN])
    more = ", …" if len(names) > _NAMES_SHOWN else ""
    return f"{name} has no column {quoted(column)}; it has {there}{more}"

"""Tables in memory, of pandas, polars, Arrow or NumPy: one column of them, as Arrow arrays."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from w2v.data.errors import CorpusError
from w2v.data.reading.column_values import one_line
from w2v.data.reading.columns import require_column
from w2v.data.reading.source_file import TextSource
from w2v.data.reading.text_source import is_arrow, is_open_file, names_of
from w2v.messages import quoted

_VALUES = 1 << 20  # of a matrix, taken at a time


@dataclass(frozen=True)
class TableSource(TextSource):
    """A column of a table in memory.

    Parameters
    ----------
    path : None
    kind : {"table"}
    table : DataFrame, Series, Arrow table, array or stream, or 2-D array
        Of strings, or of lists of strings or of integers.
    column : str or other label, optional
        Needed where there are several.
    """

    table: Any = None
    column: Any = None

    @property
    def name(self) -> str:
        """What it is, for messages."""
        return f"the {type(self.table).__name__}"

    @property
    def column_name(self) -> str:
        """What its column is called, for messages."""
        label = self.column if self.column is not None else getattr(self.table, "name", None)
        return f"column {quoted(label)} of {self.name}" if label is not None else self.name

    def arrays(self) -> Iterator[Any]:
        """Yield the column's Arrow arrays.

        Raises
        ------
        CorpusError
            No column of that name, several, values that Arrow has no type for, or an array that
            is damaged.
        """
        import pyarrow as pa

        try:
            for array in self._arrays():
                self._validate(array)
                yield array
        except (pa.ArrowException, UnicodeEncodeError) as error:
            raise CorpusError(
                f"{self.column_name} holds values of several types, or of one that Arrow lacks; "
                f"expected strings, or lists of strings or of integers: {one_line(error)}"
            ) from error

    def _validate(self, array: Any) -> None:
        """Look at every offset and index of an array, before anything goes by them."""
        import pyarrow as pa

        try:
            array.validate(full=True)
        except (pa.ArrowInvalid, pa.ArrowIndexError) as error:
            raise CorpusError(
                f"{self.column_name} holds a token that is none of text in UTF-8, or offsets that "
                f"are damaged: {one_line(error)}"
            ) from error

    def state(self) -> Hashable | None:
        """Return what the column holds, for comparison; None of what can be read only once."""
        import pyarrow as pa

        if isinstance(self.table, Iterator):
            return None
        digest = hashlib.sha256()
        for array in self.arrays():
            batch = pa.record_batch([array], ["column"])
            with pa.ipc.new_stream(pa.PythonFile(_Digested(digest), "w"), batch.schema) as stream:
                stream.write_batch(batch)
        return digest.digest()

    def _arrays(self) -> Iterator[Any]:
        import pyarrow as pa

        table = self.table
        if isinstance(table, np.ndarray):
            yield from _rows_of(table)
            return
        pandas = sys.modules.get("pandas")
        if pandas is not None and isinstance(table, pandas.DataFrame):
            table = table[self._among(list(table.columns))]
        if pandas is not None and isinstance(table, pandas.Series):
            self._has_one_column()
            found = pa.array(table, from_pandas=True)
            yield from found.chunks if isinstance(found, pa.ChunkedArray) else [found]
            return
        if hasattr(table, "get_column"):  # of polars: other columns may have no type of Arrow's
            table = table.get_column(self._among(table.columns))
        if isinstance(table, pa.ChunkedArray):
            self._has_one_column()
            yield from table.chunks
        elif hasattr(table, "__arrow_c_stream__"):
            yield from self._streamed(table)
        else:
            yield from self._of_array(pa.array(table))

    def _streamed(self, table: Any) -> Iterator[Any]:
        import pyarrow as pa

        try:
            batches = pa.RecordBatchReader.from_stream(table)
        except pa.ArrowInvalid:  # of a single column
            self._has_one_column()
            yield from pa.chunked_array(table).chunks
            return
        place = batches.schema.names.index(self._among(batches.schema.names))
        for batch in batches:
            yield batch.column(place)

    def _of_array(self, array: Any) -> Iterator[Any]:
        import pyarrow as pa

        if pa.types.is_struct(array.type):
            yield array.field(self._among([field.name for field in array.type]))
        else:
            self._has_one_column()
            yield array

    def _among(self, names: list[Any]) -> Any:
        """Return which of the columns is meant."""
        column = self.column
        if column is None and len(names) == 1:
            return names[0]
        if column is None:
            raise CorpusError(
                f"{self.name} has columns {quoted(names)}; say which holds the sentences (column=…)"
            )
        require_column(self.name, column, names)
        return column

    def _has_one_column(self) -> None:
        is_frame = hasattr(self.table, "columns")
        if self.column not in (None, getattr(self.table, "name", None)) and not is_frame:
            raise CorpusError(
                f"{self.name} is one column, not a table with a column {quoted(self.column)}: "
                "leave column out"
            )


class _Digested:
    """A file that keeps a digest of what is written to it."""

    closed = False

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return len(data)

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def table_of(source: Any, column: Any = None) -> TableSource | None:
    """Return a table in memory as a source; None for what is none.

    Parameters
    ----------
    source : what :func:`w2v.data.read_corpus` takes
    column : str or other label, optional
    """
    if isinstance(source, np.ndarray):
        is_table = source.ndim == 2 and source.dtype.kind in "iuU"
    else:
        pandas = sys.modules.get("pandas")
        is_table = is_arrow(source) or (
            pandas is not None and isinstance(source, pandas.DataFrame | pandas.Series)
        )
    return TableSource(None, "table", source, column) if is_table else None


def has_columns(source: Any) -> bool:
    """Tell whether a source may have columns: files and tables may, sentences have none."""
    return is_open_file(source) or table_of(source) is not None or names_of(source) is not None


def _rows_of(matrix: np.ndarray) -> Iterator[Any]:
    """Yield the rows of a matrix as lists, without those of its values that are masked."""
    import pyarrow as pa

    rows, length = matrix.shape
    step = max(1, _VALUES // max(1, length))
    masks = np.ma.getmaskarray(matrix) if isinstance(matrix, np.ma.MaskedArray) else None
    for first in range(0, rows, step):
        some = np.asarray(matrix[first : first + step])
        flat = some.astype(some.dtype.newbyteorder("="), copy=False).ravel()
        mask = None if masks is None else masks[first : first + step].ravel()
        # Arrow would end a string of NumPy's at a NUL within.
        values: Any = flat.tolist() if flat.dtype.kind == "U" and _holds_nul(flat) else flat
        bounds = np.arange(len(some) + 1, dtype=np.int64) * length
        yield pa.LargeListArray.from_arrays(bounds, pa.array(values, mask=mask))


def _holds_nul(texts: np.ndarray) -> bool:
    """Tell whether a string has a NUL before its end."""
    codes = texts.view(np.uint32).reshape(len(texts), texts.itemsize // 4)
    return bool(((codes[:, :-1] == 0) & (codes[:, 1:] != 0)).any())

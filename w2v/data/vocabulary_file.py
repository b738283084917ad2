"""Words and counts in an Arrow file, none of which is believed before it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.data.reading.word_counts import laid_out
from w2v.items import are_integers

WORD, COUNT = "word", "count"


def write_words(path: str | Path, words: Sequence[Any], counts: NDArray[np.int64]) -> None:
    """Write words and counts.

    Parameters
    ----------
    path : str or Path
    words : sequence of str, or of int
    counts : (V,) int64
    """
    import pyarrow as pa

    size = len(words)
    # Of buffers: given lists or NumPy's arrays, Arrow imports pandas where it is installed.
    if are_integers(words):
        column = _integers(np.fromiter(words, np.int64, size))
    else:
        arena, starts = laid_out(words)
        column = pa.LargeStringArray.from_buffers(size, pa.py_buffer(starts), pa.py_buffer(arena))
    table = pa.Table.from_arrays([column, _integers(counts)], [WORD, COUNT])
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table)


def _integers(values: NDArray[np.int64]) -> Any:
    import pyarrow as pa

    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Int64Array.from_buffers(pa.int64(), len(values), [None, buffer])


def read_words(path: str | Path) -> tuple[list[Any], NDArray[np.int64]]:
    """Read what :func:`write_words` wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    words : list of str, or of int
    counts : (V,) int64

    Raises
    ------
    CorpusError
        A file that is missing, or is no whole Arrow file of words and counts.
    OSError
        A file that cannot be read.
    """
    import pyarrow as pa

    try:
        # In memory, so that no part of it can claim more bytes than there are.
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise CorpusError(f"{path} is missing") from None
    try:
        with pa.ipc.open_file(pa.BufferReader(content)) as reader:
            table = reader.read_all()
        return _columns(table)
    except CorpusError as error:
        raise CorpusError(f"{path} is no saved vocabulary: {error}") from None
    # Arrow's own error for a file that ends early is an OSError.
    except (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:
        line = " ".join(str(error).split())[:200]
        raise CorpusError(f"{path} is no saved vocabulary, or a damaged one: {line}") from error


def _numbers(array: Any) -> NDArray[np.int64]:
    return np.frombuffer(array.buffers()[1], np.int64)[array.offset :][: len(array)]


def _columns(table: Any) -> tuple[list[Any], NDArray[np.int64]]:
    import pyarrow as pa

    if sorted(table.column_names) != sorted((WORD, COUNT)):
        raise CorpusError(
            f"it has the columns {table.column_names!r:.100}, expected word and count"
        )
    words, counts = table[WORD], table[COUNT]
    kinds = pa.large_string(), pa.string(), pa.int64()
    if words.type not in kinds or counts.type != pa.int64():
        raise CorpusError(
            f"its columns are of types {words.type} and {counts.type}, expected strings or int64, "
            f"and int64"
        )
    # Without it, offsets are followed to wherever they lead.
    table.validate(full=True)
    if words.null_count or counts.null_count:
        raise CorpusError("a word or a count is missing")
    numbers = [_numbers(each) for each in counts.chunks if len(each)]
    return words.to_pylist(), np.concatenate([np.empty(0, np.int64), *numbers])

"""Words and counts in an Arrow file, none of which is believed before it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.items import Item, are_integers

WORD, COUNT = "word", "count"


def write_words(path: str | Path, words: Sequence[Item], counts: NDArray[np.int64]) -> None:
    """Write words and counts.

    Parameters
    ----------
    path : str or Path
    words : sequence of str, or of int
    counts : (V,) int64
    """
    import pyarrow as pa

    kind = pa.int64() if are_integers(words) else pa.large_string()
    table = pa.table({WORD: pa.array(words, kind), COUNT: pa.array(counts, pa.int64())})
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table)


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
    return words.to_pylist(), counts.to_numpy()

"""What a column of a table holds, as text to be split or as sentences that are lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.data.reading.word_counts import WordCounts
from w2v.messages import shortened

if TYPE_CHECKING:
    from w2v.data.reading.word_table import WordTable

_PIECE_BYTES = 4 << 20
_INTEGERS_AS_FLOATS = (
    ". Are these integers that pandas made floats, as one is missing? Before grouping drop what is "
    'missing and take astype("int64"), or take astype("Int64") or Arrow\'s integers'
)


class ListBlock:
    """Sentences as an Arrow array of lists, whose tokens are kept whole.

    Parameters
    ----------
    lists : Arrow array
        Lists of strings or of integers; missing ones are no sentences.
    name : str
        Where they stand, for messages.

    Attributes
    ----------
    integers : bool
    """

    def __init__(self, lists: Any, name: str) -> None:
        self._lists, self._name = lists, name
        self.integers = _is_integer(lists.type.value_type)

    def __len__(self) -> int:
        """Count the sentences."""
        return len(self._lists) - int(self._lists.null_count)

    def sentences(self) -> Iterator[list[Any]]:
        """Yield the sentences as Python has them.

        Yields
        ------
        list of str, or of int
        """
        for each in self._lists.to_pylist():
            if each is not None:
                yield [token for token in each if token is not None]

    def number(self, table: WordTable, block: int) -> NDArray[np.int32]:
        """Give a table's numbers to the tokens.

        Parameters
        ----------
        table : WordTable
        block : int
            The block's place in the text.

        Returns
        -------
        int32 array
            Ids; -1 ends a sentence.

        Raises
        ------
        CorpusError
            A token that is no text, or an integer that does not fit.
        """
        import pyarrow.compute as pc

        tokens = _without_views(pc.list_flatten(self._lists))
        lengths = pc.list_value_length(self._lists).drop_null().to_numpy(zero_copy_only=False)
        if len(tokens) == tokens.null_count:
            return np.full(len(lengths), -1, np.int32)
        numbers, distinct, there = _distinct(tokens)
        if there is not None:
            rows = np.repeat(np.arange(len(lengths)), lengths)[there]
            lengths = np.bincount(rows, minlength=len(lengths))
        counts = np.bincount(numbers, minlength=len(distinct)).astype(np.int64, copy=False)
        # In order of appearance, as the dictionary is.
        first = (block << 32) + np.arange(len(distinct), dtype=np.int64)
        words = WordCounts.from_texts(self._spelled(distinct), counts, first)
        ids = table.merge(words.arena, words.starts, words.counts, words.first)
        return np.insert(ids[numbers], np.cumsum(lengths), np.int32(-1))

    def _spelled(self, distinct: Any) -> Any:
        """Return distinct tokens as strings; integers as their digits."""
        import pyarrow as pa

        try:
            if self.integers:
                return distinct.cast(pa.int64()).cast(pa.large_string())
            distinct = distinct.cast(pa.large_string())
            distinct.validate(full=True)
        except pa.ArrowInvalid as error:
            what = "integers of up to 64 bits" if self.integers else "text in UTF-8"
            raise CorpusError(
                f"{self._name} holds a token that is none of {what}: {one_line(error)}"
            ) from error
        return distinct


def _distinct(tokens: Any) -> tuple[NDArray[np.int64], Any, NDArray[np.bool_] | None]:
    """Give numbers to the tokens that are there, in order of appearance.

    Returns
    -------
    numbers : int array
        Of the tokens that are not missing.
    distinct : Arrow array
        The tokens by these numbers; the same one may stand there twice.
    there : bool array or None
        Which tokens are not missing; None if all are there.
    """
    import pyarrow as pa

    if pa.types.is_dictionary(tokens.type) and tokens.dictionary.null_count:
        tokens = tokens.dictionary_decode()
    there = tokens.is_valid().to_numpy(zero_copy_only=False) if tokens.null_count else None
    if there is not None:
        tokens = tokens.drop_null()
    if pa.types.is_dictionary(tokens.type):
        codes = tokens.indices.dictionary_encode()
        distinct = tokens.dictionary.take(codes.dictionary)
    else:
        codes = tokens.dictionary_encode()
        distinct = codes.dictionary
    return codes.indices.to_numpy(zero_copy_only=False), distinct, there


def pieces_of(column: Any, name: str) -> Iterator[bytes | ListBlock]:
    """Cut a column into pieces of some megabytes.

    Parameters
    ----------
    column : Arrow array
        Missing values are left out.
    name : str
        Where it stands, for messages: ``"column 'text' of book.parquet"``.

    Yields
    ------
    bytes or ListBlock
        Strings as UTF-8, each ended by a line end; lists as sentences.

    Raises
    ------
    CorpusError
        Values that are neither strings nor lists of strings or of integers.
    """
    import pyarrow as pa

    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    as_lists = holds_lists(column.type, name)
    step = max(1, len(column) * _PIECE_BYTES // max(1, column.nbytes))
    for first in range(0, len(column), step):
        piece = column[first : first + step]
        yield ListBlock(piece, name) if as_lists else _joined(piece)


def holds_lists(kind: Any, name: str) -> bool:
    """Tell whether values of an Arrow type are lists of tokens; False for text.

    Parameters
    ----------
    kind : Arrow type
    name : str
        What has it, for messages.

    Raises
    ------
    CorpusError
        They are neither.
    """
    import pyarrow.types as pt

    if _is_text(kind) or pt.is_null(kind):
        return False
    if _is_list(kind):
        value = kind.value_type
        if _is_text(value) or _is_integer(value) or pt.is_null(value):
            return True
    floats = _is_list(kind) and pt.is_floating(_plain(kind.value_type))
    raise CorpusError(
        f"{name} holds {shortened(str(kind))}, expected strings, or lists of strings or of "
        "integers: a sentence a row" + (_INTEGERS_AS_FLOATS if floats else "")
    )


def one_line(error: Exception) -> str:
    """Return what Arrow says, in one line."""
    return shortened(" ".join(str(error)[:2000].split()))


def _joined(values: Any) -> bytes:
    """Join the strings of an Arrow array, each ended by a line end."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = _without_views(values).drop_null().cast(pa.large_binary())
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)
    joined: bytes = pc.binary_join(whole, pa.scalar(b"\n", pa.large_binary()))[0].as_py()
    return joined + b"\n"


def _plain(kind: Any) -> Any:
    """Return the type of a dictionary's values, any other as it is."""
    import pyarrow.types as pt

    return kind.value_type if pt.is_dictionary(kind) else kind


def _is_text(kind: Any) -> bool:
    import pyarrow.types as pt

    kind = _plain(kind)
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or _is_view(kind))


def _is_integer(kind: Any) -> bool:
    import pyarrow.types as pt

    return bool(pt.is_integer(_plain(kind)))


def _is_list(kind: Any) -> bool:
    import pyarrow.types as pt

    kinds = ("list", "large_list", "fixed_size_list", "list_view", "large_list_view")
    # Earlier versions of Arrow lack the last two.
    return any(getattr(pt, f"is_{name}", lambda _: False)(kind) for name in kinds)


def _is_view(kind: Any) -> bool:
    import pyarrow.types as pt

    return bool(getattr(pt, "is_string_view", lambda _: False)(kind))


def _without_views(values: Any) -> Any:
    """Return strings with offsets, in place of views, which few functions take."""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type) and _is_view(values.type.value_type):
        dictionary = values.dictionary.cast(pa.large_string())
        return pa.DictionaryArray.from_arrays(values.indices, dictionary)
    return values.cast(pa.large_string()) if _is_view(values.type) else values

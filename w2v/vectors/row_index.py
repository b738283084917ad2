"""What a table can be asked for: words, or integers where its items are integers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from w2v.items import FixedRows, Item, are_integers, is_integer
from w2v.messages import quoted
from w2v.vectors.errors import AmbiguousKeyError, UnknownWordError

Key: TypeAlias = Item | np.integer
"""An item; among words also the number of a row."""


def index_of(items: Sequence[Item]) -> FixedRows:
    """Map items to their rows.

    Raises
    ------
    ValueError
        An item that stands twice.
    """
    rows = FixedRows(zip(items, range(len(items)), strict=True))
    if len(rows) != len(items):
        row = next(i for i, item in enumerate(items) if rows[item] != i)
        raise ValueError(
            f"the word {quoted(items[row])} stands twice, in rows {row} and {rows[items[row]]}: "
            "each word can have one vector"
        )
    return rows


def find_row(key: object, rows: Mapping[Item, int], items: Sequence[Item]) -> int | None:
    """Find the row that a key means; None for a word or an item that is not there.

    A word is also found in another Unicode normal form of the same text.  Among words
    an integer is a row, among integers an item.

    Parameters
    ----------
    key : str or int
    rows : dict of str or int to int
    items : sequence of str or int
        What the rows stand for.

    Raises
    ------
    AmbiguousKeyError
        An integer whose digits are a word.
    UnknownWordError
        A key that is neither string nor integer.
    """
    if isinstance(key, str):
        row = rows.get(key)
        if row is None and not key.isascii():
            row = next((rows[form] for form in normal_forms(key) if form in rows), None)
        return row
    if not is_integer(key):
        raise UnknownWordError(key, items)
    number = int(key)  # type: ignore[call-overload]
    if are_integers(items):
        return rows.get(number)
    if rows.get(str(number), number) != number:
        raise AmbiguousKeyError(number, rows[str(number)], items)
    return number if 0 <= number < len(items) else None


def normal_forms(text: str) -> Iterator[str]:
    """Yield the same text composed and decomposed, where that is another string."""
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, text)
        if other != text:
            yield other


def listed(keys: Any, what: str = "words") -> list[Any]:
    """Return several keys as a list; of a dict, such as ``key_to_index``, its own.

    Raises
    ------
    TypeError
        One string or run of bytes, which would be taken for its letters, or a set, which has
        no order.
    """
    if isinstance(keys, str | bytes | bytearray | memoryview | set | frozenset):
        raise TypeError(
            f"{what} are given as a list, got the {type(keys).__name__} {str(keys)[:60]!r}"
        )
    if not isinstance(keys, Iterable):
        raise TypeError(f"{what} are given as a list, got a {type(keys).__name__}")
    return list(keys)

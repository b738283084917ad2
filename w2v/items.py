"""What vocabularies hold: words, or integers such as the ids of products or nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn, TypeAlias

import numpy as np

from w2v.messages import quoted

Item: TypeAlias = str | int
"""A word, or the integer that stands for an item."""

_HOW = (
    "words and their rows cannot be changed here, as their vectors would not follow: change a "
    "copy, list(words) or dict(rows), and make a new table of it, or add words with add_vectors()"
)


def _refuse(self: object, *args: object, **kwargs: object) -> NoReturn:
    raise TypeError(_HOW)


class FixedWords(list[Any]):
    """The words of a table, whose order is that of its rows: a list that cannot be changed."""

    __slots__ = ()
    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (list(self),)


class FixedRows(dict[Any, int]):
    """The row of each word of a table: a dictionary that cannot be changed."""

    __slots__ = ()
    update = setdefault = pop = popitem = clear = _refuse
    __setitem__ = __delitem__ = __ior__ = _refuse

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (dict(self),)


_INT64 = np.iinfo(np.int64)


def is_integer(key: object) -> bool:
    """Tell whether ``key`` is an integer, Python's or NumPy's; truth values are none."""
    return isinstance(key, int | np.integer) and not isinstance(key, bool | np.bool_)


def are_integers(items: Sequence[Item]) -> bool:
    """Tell whether items, which are all of one kind, are integers; no items are words."""
    return bool(items) and not isinstance(items[0], str)


def checked_items(items: Iterable[Any]) -> list[Item]:
    """Return items as a list of strings, or of integers.

    Raises
    ------
    TypeError
        An item that is neither, or items of both kinds.
    ValueError
        An integer that does not fit 64 bits.
    """
    found = list(items)
    kinds = set(map(type, found))
    if all(issubclass(kind, str) for kind in kinds):
        return found
    for row, item in enumerate(found):
        if not is_integer(item) and not isinstance(item, str):
            raise TypeError(
                f"word {row} is a {type(item).__name__}, not a string or an integer: {quoted(item)}"
            )
    strings = [item for item in found if isinstance(item, str)]
    if strings:
        number = next(item for item in found if not isinstance(item, str))
        raise TypeError(
            f"words are all strings or all integers, got {quoted(strings[0])} and "
            f"{quoted(number)}: make them of one kind, with str() or int()"
        )
    for row, item in enumerate(found):
        if not _INT64.min <= item <= _INT64.max:
            raise ValueError(
                f"word {row} is {quoted(item)}: integers of up to 64 bits are supported"
            )
    return list(map(int, found))

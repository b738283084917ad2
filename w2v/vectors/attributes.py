"""What is known of words beside their vectors: one array a name, one value a word."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from w2v.items import is_integer
from w2v.messages import quoted

COUNT = "count"
Values: TypeAlias = npt.NDArray[Any]


class HasCounts(Protocol):
    """A table of words, some of which may have counts."""

    counts: Any

    def __len__(self) -> int: ...


class WordAttributes(MutableMapping[str, Values]):
    """Attributes of a table's words by name, each an array that can be written to.

    ``"count"`` is the table's :attr:`counts`.  Words that came after an attribute was made have
    0 of it, or None.

    Parameters
    ----------
    table : HasCounts
    others : dict of str to array
        The table's attributes other than counts, which this writes to.
    """

    def __init__(self, table: HasCounts, others: dict[str, Values]) -> None:
        self._table, self._others = table, others

    def __getitem__(self, name: str) -> Values:
        if name == COUNT:
            counts: Values | None = self._table.counts
            if counts is None:
                raise KeyError(
                    "these vectors have no counts: word2vec's formats do not store them; give "
                    "fvocab when loading, or set counts"
                )
            return counts
        if name not in self._others:
            raise KeyError(
                f"no attribute {quoted(name)}, there are {sorted(self)}: set_vecattr() makes one"
            )
        values, n_words = self._others[name], len(self._table)
        if len(values) < n_words:
            grown = _nothing(n_words, values.dtype)
            grown[: len(values)] = values
            self._others[name] = values = grown
        return values

    def __setitem__(self, name: str, values: npt.ArrayLike) -> None:
        if name == COUNT:
            self._table.counts = values
            return
        array = np.asarray(values)
        if array.dtype.kind in "US":
            array = array.astype(object)
        if array.shape != (len(self._table),):
            raise ValueError(
                f"{quoted(name)} has shape {array.shape}, expected ({len(self._table)},): one value"
                " a word"
            )
        self._others[name] = array

    def __delitem__(self, name: str) -> None:
        if name == COUNT:
            self._table.counts = None
        else:
            del self._others[name]

    def __iter__(self) -> Iterator[str]:
        if self._table.counts is not None:
            yield COUNT
        yield from self._others

    def __len__(self) -> int:
        return len(self._others) + (self._table.counts is not None)

    def __repr__(self) -> str:
        return repr(dict(self))

    def make(self, name: str, kind: npt.DTypeLike) -> None:
        """Make an attribute of a type, unless it is there and takes values of this type.

        Raises
        ------
        TypeError
            An attribute that is there and of another type.
        """
        wanted = np.dtype(object if kind is str or np.dtype(kind).kind in "USO" else kind)
        if name not in self:
            self[name] = _nothing(len(self._table), np.dtype(np.int64) if name == COUNT else wanted)
        elif not np.can_cast(wanted, self[name].dtype, "safe"):
            raise TypeError(
                f"the attribute {quoted(name)} is {self[name].dtype} and takes no {wanted}: choose "
                "another name, or del expandos[name] first"
            )

    def put(self, name: str, row: int, value: Any) -> None:
        """Give one word a value; see :meth:`w2v.KeyedVectors.set_vecattr`."""
        if name != COUNT:
            self.make(name, type(value) if np.isscalar(value) else object)
            self[name][row] = value
            return
        if not is_integer(value) or not 0 <= value < 2**63:
            raise ValueError(f"a count is an integer from 0 on, got {quoted(value)}")
        counts = self._table.counts
        changed = np.zeros(len(self._table), np.int64) if counts is None else counts.copy()
        changed[row] = value
        self._table.counts = changed


def _nothing(n_words: int, dtype: np.dtype[Any]) -> Values:
    return np.full(n_words, None, object) if dtype.hasobject else np.zeros(n_words, dtype)

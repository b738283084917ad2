"""Files of questions for evaluations, and the words of a table that they ask about.

Gensim's rules to the letter, so that figures can be compared: which lines count, how case is
folded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from w2v.files import named
from w2v.items import Item
from w2v.vectors.row_index import normal_forms
from w2v.vectors.table import VectorTable


def rows_of_words(
    table: VectorTable, restrict_vocab: int | None, case_insensitive: bool
) -> dict[str, int]:
    """Map words to rows; of those that differ only in case the first one counts."""
    words = table.index_to_key[:restrict_vocab]
    rows: dict[str, int] = {}
    for row, word in enumerate(words):
        rows.setdefault(spelled(word, case_insensitive), row)
    return rows


def spelled(word: Item, case_insensitive: bool) -> str:
    """Spell a word, or an item that is an integer, as the files of questions are read."""
    return str(word).upper() if case_insensitive else str(word)


def row_asked_for(rows: dict[str, int], word: str) -> int | None:
    """Find the row of a word, in whichever Unicode normal form the table has it."""
    row = rows.get(word)
    if row is None and not word.isascii():
        return next((rows[form] for form in normal_forms(word) if form in rows), None)
    return row


def lines_of(path: str | os.PathLike[str], encoding: str) -> Iterator[str]:
    """Read lines of text, without the mark that some editors put first."""
    with named(path).open(encoding=encoding) as file:
        try:
            for number, line in enumerate(file):
                yield line if number else line.removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{path} is no text in {encoding} ({error.reason}): convert it first"
            ) from None

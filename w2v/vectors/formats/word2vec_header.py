"""The first line of word2vec's formats: how many words, of what size."""

from __future__ import annotations

import re
from typing import NamedTuple

from w2v.items import are_integers
from w2v.vectors.errors import CutOffError, VectorFormatError
from w2v.vectors.formats.vector_data import VectorData
from w2v.vectors.formats.words import as_integers

_PATTERN = re.compile(rb"\s*([-+]?\d{1,99})[ \t]+(-?\d{1,99})\s*")


class Header(NamedTuple):
    """Number of words and of dimensions, and whether the words are the digits of integers.

    That is a plus sign before the number of words, which readers pass over that know nothing
    of it.
    """

    n_words: int
    vector_size: int
    integers: bool = False

    @classmethod
    def of(cls, data: VectorData) -> Header:
        """Describe vectors."""
        n_words, vector_size = data.vectors.shape
        return cls(n_words, vector_size, are_integers(data.words))

    def encode(self) -> bytes:
        """Write the line."""
        return f"{'+' if self.integers else ''}{self.n_words} {self.vector_size}\n".encode()

    def with_items(self, data: VectorData) -> VectorData:
        """Turn words to integers if that is what they stand for."""
        return data._replace(words=as_integers(data.words)) if self.integers else data

    def check_room(self, least_per_row: int, most_bytes: int, limit: int | None) -> None:
        """Check that a file of ``most_bytes`` can hold so many rows.

        Where only the first rows are wanted, the others may lack: whether these are there is
        seen when they are read.

        Raises
        ------
        CutOffError
            More rows than there is room for.
        """
        all_wanted = limit is None or limit >= self.n_words
        needed = (self.n_words if all_wanted else 1) * least_per_row
        if needed > most_bytes:
            raise CutOffError(
                f"the header says {self.n_words:,} words of {self.vector_size:,} dimensions, "
                f"which take at least {needed:,} bytes, but there is room for {most_bytes:,}: "
                "the file was cut off or its header is damaged"
            )


def is_header(line: bytes) -> bool:
    """Tell whether a line consists of two integers."""
    return _PATTERN.fullmatch(line) is not None


def parse_header(line: bytes) -> Header:
    """Read the line.

    Parameters
    ----------
    line : bytes
        With its line end.

    Returns
    -------
    Header

    Raises
    ------
    VectorFormatError
        A line that is not two integers, the first at least 0, the second at least 1.
    """
    match = _PATTERN.fullmatch(line)
    if match is None:
        got = repr(line[:40]) if line else "an empty file"
        raise VectorFormatError(
            f"got {got} where a first line with two integers, '<words> <dimensions>', is "
            "expected: the file is cut off, damaged, or not in word2vec's format"
        )
    header = Header(int(match[1]), int(match[2]), match[1].startswith(b"+"))
    if header.n_words < 0 or header.vector_size < 1:
        raise VectorFormatError(
            f"the header says {header.n_words} words of {header.vector_size} dimensions; "
            "expected at least 0 and at least 1: the file is damaged"
        )
    return header

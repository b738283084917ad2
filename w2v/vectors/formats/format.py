"""What a file format of vectors is: its contract, stated once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from w2v.vectors.formats.vector_data import ReadOptions, VectorData

Reader: TypeAlias = Callable[[Path, ReadOptions], VectorData]
Writer: TypeAlias = Callable[[Path, VectorData, Path | None], None]


class Format(NamedTuple):
    """A file format: how it is called, told, read and written, and what it keeps.

    Attributes
    ----------
    name : str
        What ``format=`` calls it.
    suffixes : tuple of str
        What names of its files end with, in lower case.
    read : callable
        ``read(path, options)`` returns a :class:`VectorData`.  Whatever a file claims is
        compared with its size before memory is taken; what does not fit is a
        :class:`VectorFormatError` that need not name the file.  Whether numbers are finite,
        and each word stands once, is checked for all formats by :func:`files.load`; a reader
        of rows without end looks for words that stand twice by itself.
    write : callable
        ``write(path, data, beside)`` writes the file, and the one beside it where there is
        one, under names from which they are going to be put in place.  Words that would be read
        as others are a :class:`VectorFormatError`.
    begins : callable, optional
        ``begins(head, size)`` tells by the first 16 bytes of a file, and its size, whether it
        is of this format.  Word2vec's formats, which have no mark, are told by their first row.
    can_be_compressed : bool
        Whether ``.gz`` and the like may follow the suffix.
    keeps_counts : bool
        Whether words come back with their counts.
    keeps_every_word : bool
        Whether words may hold spaces and line ends.
    tells_integers : bool
        Whether items that are integers come back as integers.
    mapped : bool
        Whether vectors are read when they are used, and not before.
    beside : callable, optional
        Names the second file of a format of two: ``beside(path)``.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Reader
    write: Writer
    begins: Callable[[bytes, int], bool] | None = None
    can_be_compressed: bool = False
    keeps_counts: bool = True
    keeps_every_word: bool = True
    tells_integers: bool = True
    mapped: bool = False
    beside: Callable[[Path], Path] | None = None

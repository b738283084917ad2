"""Opening vectors files, plain or gzipped, with a bound on what they can hold."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from .errors import VectorFormatError

MAX_LINE = 1 << 24
"""No word and no row of text is longer than this (16 MiB); a damaged file may claim so."""

# Deflate turns one byte into at most 1,032.
_MOST_INFLATED = 1032


class Source(NamedTuple):
    """An open file; it holds at most `most_bytes` after unpacking, all real if `exact`."""

    file: IO[bytes]
    most_bytes: int
    exact: bool


def is_gzipped(path: Path) -> bool:
    """Tell by the suffix whether a file is gzipped."""
    return path.suffix.lower() == ".gz"


@contextmanager
def open_for_reading(path: Path) -> Iterator[Source]:
    """Open a plain or gzipped file.

    Parameters
    ----------
    path : Path

    Yields
    ------
    Source
    """
    size = path.stat().st_size
    if is_gzipped(path):
        with gzip.open(path, "rb") as unpacked:
            yield Source(unpacked, size * _MOST_INFLATED, exact=False)  # type: ignore[arg-type]
    elif path.is_file():
        with path.open("rb", buffering=1 << 20) as file:
            yield Source(file, size, exact=True)
    else:
        with path.open("rb") as pipe:
            yield Source(pipe, 1 << 62, exact=False)


@contextmanager
def open_for_writing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write to, gzipped if its suffix says so.

    Parameters
    ----------
    path : Path
    """
    if is_gzipped(path):
        # No time and no name inside: equal vectors make equal files.
        with (
            path.open("wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
        ):
            yield packed  # type: ignore[misc]
    else:
        with path.open("wb", buffering=1 << 20) as file:
            yield file


def read_line(file: IO[bytes], what: str) -> bytes:
    """Read one line with its line end, b"" at the end of the file.

    Parameters
    ----------
    file : binary file
    what : str
        What the line is, for the message.

    Raises
    ------
    VectorFormatError
        If the line has no end, or none within 16 MiB.
    """
    line = file.readline(MAX_LINE)
    if line and not line.endswith(b"\n"):
        if len(line) == MAX_LINE:
            raise VectorFormatError(f"{what} has no line end within 16 MiB: this is no text")
        raise VectorFormatError(
            f"{what} has no line end: the file was cut off. If it is complete, add a line end"
        )
    return line

"""Lines of files that may be damaged, none of them longer than a bound."""

from __future__ import annotations

from typing import IO

from w2v.vectors.errors import VectorFormatError

MAX_LINE = 1 << 24
"""No word and no row of text is longer than this (16 MiB); a damaged file may claim so."""

SNIFFED = 1 << 16
"""From so many bytes a text is told from other files."""

CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r"))
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_line(file: IO[bytes], what: str) -> bytes:
    """Read one line with its line end, which the last may lack; b"" at the end of the file.

    Parameters
    ----------
    file : binary file
    what : str
        What the line is, for the message.

    Raises
    ------
    VectorFormatError
        A line without an end within 16 MiB.
    """
    line = file.readline(MAX_LINE)
    if len(line) == MAX_LINE and not line.endswith(b"\n"):
        raise VectorFormatError(f"{what} has no line end within 16 MiB: this is no text")
    return line


def read_first_line(file: IO[bytes], longest: int = MAX_LINE) -> bytes:
    r"""Read a file's first line, without the mark that some editors put before it.

    Parameters
    ----------
    file : binary file
    longest : int, default 16 MiB
        Read so many bytes of it.

    Raises
    ------
    VectorFormatError
        A line without an end within 16 MiB, or lines that end with ``\r`` alone.
    """
    line = file.readline(longest)
    if not line.endswith(b"\n"):
        if len(line) == MAX_LINE:
            raise VectorFormatError("the first line has no line end within 16 MiB: this is no text")
        if b"\r" in line.rstrip():
            raise VectorFormatError("the lines end with \\r alone: end them with \\n")
    return line.removeprefix(BYTE_ORDER_MARK)


def begins_a_text(start: bytes) -> bool:
    """Tell whether a file's first bytes are letters all: numbers of four bytes hardly ever are."""
    if not start or start.translate(None, CONTROLS) != start:
        return False
    try:
        start.decode()
    except UnicodeDecodeError as error:
        return error.start > len(start) - 4 and "unexpected end" in error.reason
    return True

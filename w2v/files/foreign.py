"""Files of other kinds, told by how they begin."""

from __future__ import annotations

from collections.abc import Collection

_BEGINNINGS = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"\xfd7zXZ": "an xz archive: unpack it first",
    b"\x04\x22\x4d\x18": "compressed by LZ4: unpack it first",
    b"\x7fELF": "a program",
    b"%PDF": "a PDF: take its text out first",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"PAR1": "a Parquet file: give it the suffix .parquet and name a column",
    b"ARROW1": "an Arrow file",
    b"\x93NUMPY": "a NumPy array",
    b"SQLite format 3": "a database",
}


def foreign_kind(head: bytes, known: Collection[bytes] = ()) -> str | None:
    """Say what a file is that begins so, and what to do; None for what may be read.

    Parameters
    ----------
    head : bytes
        Its first 16, or more.
    known : collection of bytes
        Beginnings of what the caller reads.
    """
    others = ((begin, what) for begin, what in _BEGINNINGS.items() if begin not in known)
    return next((what for begin, what in others if head.startswith(begin)), None)

"""Opening files of vectors, plain or compressed, with a bound on what they can hold."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from w2v.files.foreign import foreign_kind
from w2v.vectors.errors import VectorFormatError

_MAGIC = {
    b"\x1f\x8b": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ\0": ".xz",
    b"\x28\xb5\x2f\xfd": ".zst",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OWN = (b"PK\x03\x04", b"PAR1", b"\x93NUMPY", b"\xfd7zXZ")  # .npz, .parquet, .npy, .xz
COMPRESSIONS = tuple(_MAGIC.values())
# What one byte can become: 1,032 by deflate; by bzip2, the best at zeros, 1.4 million.
_MOST_INFLATED = {".gz": 1032, ".bz2": 1 << 21, ".xz": 1 << 21, ".zst": 1 << 21}
_MOST_FROM_A_PIPE = 1 << 50
_SOME = 1 << 22


class UnpackedFile:
    """An open file, unpacked as it is read.

    Parameters
    ----------
    file : buffered binary file
    most_bytes : int
        It holds at most so many, after unpacking.
    exact : bool
        Whether these are all real.

    Attributes
    ----------
    file, most_bytes, exact
        As given.
    """

    def __init__(self, file: Any, most_bytes: int, *, exact: bool) -> None:
        self.file: io.BufferedReader = file
        self.most_bytes = most_bytes
        self.exact = exact
        self._failure: Exception | None = None

    def read_some(self, size: int = _SOME) -> bytes:
        """Read up to so many bytes, b"" at the end; what stands before damage is given first."""
        if self._failure is not None:
            raise self._failure
        pieces: list[bytes] = []
        while size > 0:
            try:
                piece = self.file.read1(size)
            except Exception as error:
                if not pieces:
                    raise
                self._failure = error
                break
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def compression_of(path: Path) -> str | None:
    """Tell by a file's first bytes how it is compressed: ``".gz"`` and so on, or None.

    Raises
    ------
    VectorFormatError
        A file of a kind that cannot be read.
    """
    if not path.is_file():  # of a pipe nothing can be read twice
        return path.suffix.lower() if path.suffix.lower() in COMPRESSIONS else None
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(_UTF16):
        raise VectorFormatError("the file is UTF-16 text: convert it to UTF-8")
    if what := foreign_kind(head, _OWN):
        raise VectorFormatError(f"the file is {what}; expected vectors")
    return next((suffix for magic, suffix in _MAGIC.items() if head.startswith(magic)), None)


@contextmanager
def open_for_reading(path: Path) -> Iterator[UnpackedFile]:
    """Open a plain or compressed file; its content tells, whatever its name is.

    Parameters
    ----------
    path : Path

    Yields
    ------
    UnpackedFile

    Raises
    ------
    VectorFormatError
        A file of a kind that cannot be read, or a damaged one.
    """
    compression = compression_of(path)
    size = path.stat().st_size if path.is_file() else _MOST_FROM_A_PIPE
    most = size * _MOST_INFLATED.get(compression or "", 1)
    try:
        if compression is None:
            with path.open("rb", buffering=1 << 20) as plain:
                yield UnpackedFile(plain, most, exact=path.is_file())
        else:
            with _UNPACK[compression](path) as file:
                yield UnpackedFile(file, most, exact=False)
    except lzma.LZMAError as error:
        raise VectorFormatError(f"the archive is damaged ({error})") from None


class _Zstandard(io.RawIOBase):
    """A file compressed by Zstandard."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self._stream = pa.CompressedInputStream(pa.OSFile(str(path), "rb"), "zstd")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._stream.read(len(buffer))
        except OSError as error:
            raise VectorFormatError(f"the archive is damaged or cut off ({error})") from None
        buffer[: len(piece)] = piece
        return len(piece)


_UNPACK: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": lambda path: io.BufferedReader(_Zstandard(path), 1 << 16),
}


@contextmanager
def open_for_writing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write to, compressed as its suffix says.

    Parameters
    ----------
    path : Path
    """
    suffix = path.suffix.lower()
    file: Any
    if suffix == ".gz":
        # No time and no name inside: equal vectors make equal files.
        with (
            path.open("wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as file,
        ):
            yield file
    elif suffix == ".bz2":
        with bz2.open(path, "wb") as file:
            yield file
    elif suffix == ".xz":
        with lzma.open(path, "wb", preset=3) as file:
            yield file
    elif suffix == ".zst":
        import zstandard  # pyarrow writes none of the checksums that it looks at

        packing = zstandard.ZstdCompressor(write_checksum=True)
        with path.open("wb") as raw, packing.stream_writer(raw, closefd=False) as file:
            yield file
    else:
        with path.open("wb", buffering=1 << 20) as file:
            yield file

"""NumPy's .npz: the arrays vectors, words, offsets and perhaps counts; no pickle."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.items import are_integers
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.numpy_arrays import check_array, read_array
from w2v.vectors.formats.vector_data import ReadOptions, VectorData
from w2v.vectors.formats.words import pack_words, unpack_words

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    ValueError,
    LookupError,
    OverflowError,
    RuntimeError,
    EOFError,
)


def read(path: Path, options: ReadOptions) -> VectorData:
    """Read the arrays of an archive.

    ``vectors`` are floats; ``words`` are strings, or integers, or UTF-8 bytes (uint8) cut by
    ``offsets`` (int64).

    Raises
    ------
    VectorFormatError
        An archive, or an array in it, that is damaged, compressed or missing.
    """
    with _opened(path) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
        missing = {"vectors", "words"} - names
        if missing:
            raise VectorFormatError(
                f"holds arrays {sorted(names)}, but {sorted(missing)} are missing: word vectors "
                "need 'vectors' and 'words'"
            )
        size = path.stat().st_size
        vectors = _member(archive, size, "vectors", "f", 2)
        words_array = _member(archive, size, "words", "uUi", 1)
        offsets = _member(archive, size, "offsets", "i", 1) if "offsets" in names else None
        counts = _member(archive, size, "counts", "iu", 1) if "counts" in names else None
    words: list[Any]
    if words_array.dtype.kind in "Ui":
        words = words_array.tolist()
    elif words_array.dtype == np.uint8 and offsets is not None:
        cuts = offsets.astype(np.int64, copy=False)
        words = unpack_words(words_array, cuts, options.unicode_errors)
    else:
        raise VectorFormatError(
            f"'words' are {words_array.dtype}, expected strings, integers, or uint8 with 'offsets'"
        )
    if len(words) != len(vectors) or (counts is not None and len(counts) != len(words)):
        raise VectorFormatError(
            f"{len(words):,} words, {len(vectors):,} vectors and "
            f"{'no' if counts is None else len(counts)} counts: expected as many of each"
        )
    data = VectorData(words, vectors, counts).first(options.limit)
    return VectorData(
        data.words,
        data.vectors.astype(np.float32, copy=False),
        None if data.counts is None else data.counts.astype(np.int64, copy=False),
    )


def write(path: Path, data: VectorData, beside: Path | None = None) -> None:
    """Write an uncompressed archive."""
    arrays: dict[str, Any] = {"vectors": data.vectors}
    if are_integers(data.words):
        arrays["words"] = np.array(data.words, np.int64)
    else:
        arrays["words"], arrays["offsets"] = pack_words(data.words)
    if data.counts is not None:
        arrays["counts"] = data.counts
    with path.open("wb") as file:
        np.savez(file, **arrays)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; whatever its directory makes zipfile stumble over is damage."""
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                yield archive
        except VectorFormatError:
            raise
        except _DAMAGE as error:
            raise VectorFormatError(
                f"the archive is damaged, cut off or of another format ({error!s:.200}): "
                "get it anew"
            ) from None


def _member(
    archive: zipfile.ZipFile, size: int, name: str, kinds: str, ndim: int
) -> npt.NDArray[Any]:
    """Read one array, after checking that the archive really holds that much."""
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise VectorFormatError(
            f"'{name}' is compressed; only uncompressed arrays are read, as their size can be "
            "checked first: write with numpy.savez"
        )
    if info.file_size > size:
        raise VectorFormatError(
            f"'{name}' claims {info.file_size:,} bytes in a file of {size:,}: the file is damaged"
        )
    with archive.open(info) as file:
        shape, dtype = check_array(file, info.file_size, f"'{name}'")
        if dtype.kind not in kinds or len(shape) != ndim:
            raise VectorFormatError(
                f"'{name}' is {dtype} of shape {shape}; expected {ndim} "
                f"dimension(s) and a type of kind {' or '.join(kinds)}"
            )
        file.seek(0)
        values = read_array(file)
        # Reading to the end makes the archive compare its checksum.
        file.read(1)
    return values


def _begins(head: bytes, size: int) -> bool:
    """Tell an archive by its first bytes."""
    return head.startswith(b"PK\x03\x04")


FORMAT = Format("npz", (".npz",), read, write, begins=_begins)

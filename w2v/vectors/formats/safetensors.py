"""safetensors: words as bytes and offsets, vectors as one mapped tensor.

Read and written here rather than by the safetensors package, which would copy the matrix;
files are the same either way.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.files.tensors import NAMES_OF_TYPES, TENSOR_TYPES, write_tensors
from w2v.items import are_integers
from w2v.messages import quoted
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.vector_data import ReadOptions, VectorData
from w2v.vectors.formats.words import as_integers, pack_words, unpack_words

_MAX_HEADER = 100_000_000
_INTEGERS = "integers"


class _Tensor(NamedTuple):
    dtype: str
    shape: tuple[int, ...]
    start: int


def read(path: Path, options: ReadOptions) -> VectorData:
    """Map tensors ``words`` (uint8), ``offsets`` (int64), ``vectors`` and perhaps ``counts``.

    Raises
    ------
    VectorFormatError
        A header that does not fit the file, or tensors that are missing.
    """
    tensors, integers = _read_header(path)
    missing = {"words", "offsets", "vectors"} - tensors.keys()
    if missing:
        raise VectorFormatError(
            f"holds tensors {sorted(tensors)}, but {sorted(missing)} are missing: word vectors "
            "need 'words' (uint8), 'offsets' (int64) and 'vectors' (float32)"
        )
    vectors = _map(path, tensors["vectors"], "vectors", ("<f4", "<f8", "<f2"), 2)
    offsets = _map(path, tensors["offsets"], "offsets", ("<i8",), 1)
    counts = None
    if "counts" in tensors:
        counts = _map(path, tensors["counts"], "counts", ("<i8",), 1)
    if len(offsets) != len(vectors) + 1 or (counts is not None and len(counts) != len(vectors)):
        raise VectorFormatError(
            f"{len(vectors):,} vectors, but {len(offsets):,} offsets (expected one more) and "
            f"{'no' if counts is None else len(counts)} counts: the file is damaged"
        )
    blob = _map(path, tensors["words"], "words", ("|u1",), 1)
    words: list[Any] = unpack_words(blob, offsets, options.unicode_errors)
    if integers:
        words = as_integers(words)
    data = VectorData(words, vectors, counts).first(options.limit)
    return data._replace(vectors=data.vectors.astype(np.float32, copy=False))


def write(path: Path, data: VectorData, beside: Path | None = None) -> None:
    """Write words, vectors and counts."""
    blob, offsets = pack_words(data.words)
    # Widest type first keeps every tensor aligned.
    tensors: dict[str, npt.NDArray[Any]] = {"offsets": offsets.astype("<i8", copy=False)}
    if data.counts is not None:
        tensors["counts"] = data.counts.astype("<i8", copy=False)
    tensors["vectors"] = data.vectors.astype("<f4", copy=False)
    tensors["words"] = blob
    metadata = {"format": "word-vectors"}
    if are_integers(data.words):
        metadata["items"] = _INTEGERS
    write_tensors(path, tensors, metadata=metadata)


def _read_header(path: Path) -> tuple[dict[str, _Tensor], bool]:
    """Read where each tensor lies, all within the file, and whether items are integers."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, _MAX_HEADER):
            raise VectorFormatError(
                f"the header claims {length:,} bytes in a file of {size:,}: it was cut off, "
                "damaged, or is not in the safetensors format"
            )
        text = file.read(length)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise VectorFormatError(f"the header is not JSON ({error}): the file is damaged") from None
    if not isinstance(header, dict):
        raise VectorFormatError(f"the header is a {type(header).__name__}, expected an object")
    metadata = header.pop("__metadata__", None)
    items = metadata.get("items") if isinstance(metadata, dict) else None
    if items not in (None, _INTEGERS):
        raise VectorFormatError(f"the items are said to be {items!r:.60}, expected {_INTEGERS!r}")
    tensors = {name: _tensor(name, entry, 8 + length, size) for name, entry in header.items()}
    return tensors, items is not None


def _tensor(name: str, entry: Any, base: int, size: int) -> _Tensor:
    shape = _naturals(entry, "shape")
    span = _naturals(entry, "data_offsets")
    if shape is None or span is None or len(span) != 2:
        raise VectorFormatError(
            f"the header's entry for tensor {quoted(name)} is malformed, expected a dtype, a shape "
            "and two data_offsets, none of them negative: the file is damaged"
        )
    if not span[0] <= span[1] <= size - base:
        raise VectorFormatError(
            f"tensor {quoted(name)} claims bytes {span[0]:,} to {span[1]:,} of {size - base:,}: "
            "the file was cut off or its header is damaged"
        )
    dtype = TENSOR_TYPES.get(str(entry.get("dtype")), "")
    if dtype and math.prod(shape) * np.dtype(dtype).itemsize != span[1] - span[0]:
        raise VectorFormatError(
            f"tensor {quoted(name)} of type {entry['dtype']} and shape {shape} does not fill its "
            f"{span[1] - span[0]:,} bytes: the header is damaged"
        )
    return _Tensor(dtype, tuple(shape), base + span[0])


def _naturals(entry: Any, key: str) -> list[int] | None:
    """Look up a list of integers from 0 on; None if there is none."""
    values = entry.get(key) if isinstance(entry, dict) else None
    if isinstance(values, list) and all(type(v) is int and v >= 0 for v in values):
        return values
    return None


def _map(
    path: Path, tensor: _Tensor, name: str, dtypes: tuple[str, ...], ndim: int
) -> npt.NDArray[Any]:
    if tensor.dtype not in dtypes or len(tensor.shape) != ndim:
        wanted = " or ".join(NAMES_OF_TYPES[dtype] for dtype in dtypes)
        kind = NAMES_OF_TYPES.get(tensor.dtype, "unknown")
        raise VectorFormatError(
            f"tensor {quoted(name)} has type {kind} and shape {tensor.shape}, expected {wanted} "
            f"with {ndim} dimension(s)"
        )
    if math.prod(tensor.shape) == 0:
        try:
            return np.empty(tensor.shape, tensor.dtype)
        except ValueError as error:  # none of so many that NumPy cannot count them
            raise VectorFormatError(
                f"tensor {quoted(name)} has shape {tensor.shape}: {error}"
            ) from None
    return np.asarray(
        np.memmap(path, tensor.dtype, mode="c", offset=tensor.start, shape=tensor.shape)
    )


def _begins(head: bytes, size: int) -> bool:
    """Tell a file by the brace after its header's length, which fits the size."""
    length = int.from_bytes(head[:8], "little")
    return head[8:9] == b"{" and length <= size - 8


FORMAT = Format(
    "safetensors",
    (".safetensors", ".kv"),  # .kv is what gensim's users call their vectors
    read,
    write,
    begins=_begins,
    mapped=True,
)

"""Safetensors files: a header of JSON, then arrays one after the other.

Written here rather than by the safetensors package, which takes arrays without gaps alone, so
that those of rows padded in memory would be copied whole first; files are the same either way.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

TENSOR_TYPES = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I64": "<i8", "U8": "|u1"}
NAMES_OF_TYPES = {dtype: name for name, dtype in TENSOR_TYPES.items()}
_VALUES_AT_ONCE = 1 << 18  # that are still in the cache when they are written

Array = npt.NDArray[Any]


def write_tensors(
    path: Path,
    tensors: Mapping[str, Array],
    *,
    metadata: Mapping[str, str] | None = None,
    look: Callable[[str, slice, Array], None] | None = None,
) -> int:
    """Write arrays by block of rows, of which alone a copy is made.

    Parameters
    ----------
    path : Path
    tensors : mapping of str to array
        Of little-endian types of :data:`TENSOR_TYPES`, the widest first, so that all are aligned.
    metadata : mapping of str to str, optional
    look : callable, optional
        Given the name, the rows and the block before it is written, to refuse it.

    Returns
    -------
    int
        The CRC-32 of the file.

    Raises
    ------
    OSError
        It cannot be written.
    """
    text = _header(tensors, metadata)
    with path.open("wb", buffering=0) as file:
        head = len(text).to_bytes(8, "little") + text
        _write_all(file, memoryview(head))
        checksum = zlib.crc32(head)
        for name, tensor in tensors.items():
            copies = np.empty_like(tensor[next(_blocks(tensor), slice(0))], order="C", subok=False)
            for rows in _blocks(tensor):
                # A copy: what a training steps meanwhile must have the checksum of what is written.
                block = copies[: rows.stop - rows.start]
                np.copyto(block, tensor[rows])
                if look is not None:
                    look(name, rows, block)
                data = block.data.cast("B")
                checksum = zlib.crc32(data, checksum)
                _write_all(file, data)
    return checksum


def map_tensors(path: Path) -> dict[str, Array]:
    """Return a file's arrays, mapped from disk: memory has what is looked at of them, once.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to array
        Not to be written to.

    Raises
    ------
    SafetensorError
        A header that does not fit the file.
    KeyError
        Another type than those of :data:`TENSOR_TYPES`.
    OSError
        It cannot be read.
    """
    from safetensors import safe_open

    with safe_open(path, "numpy"):  # which looks at the header
        pass
    with path.open("rb") as file:
        start = 8 + int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(start - 8))
    header.pop("__metadata__", None)
    return {name: _mapped(path, entry, start) for name, entry in header.items()}


def _mapped(path: Path, entry: Mapping[str, Any], start: int) -> Array:
    shape, dtype = tuple(entry["shape"]), TENSOR_TYPES[entry["dtype"]]
    if not math.prod(shape):
        return np.empty(shape, dtype)
    offset = start + entry["data_offsets"][0]
    return np.asarray(np.memmap(path, dtype, "r", offset, shape))


def _header(tensors: Mapping[str, Array], metadata: Mapping[str, str] | None) -> bytes:
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, tensor in tensors.items():
        start, end = end, end + tensor.nbytes
        header[name] = {
            "dtype": NAMES_OF_TYPES[tensor.dtype.newbyteorder("<").str],
            "shape": list(tensor.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8)


def _blocks(tensor: Array) -> Iterator[slice]:
    rows, columns = len(tensor), math.prod(tensor.shape[1:])
    step = max(1, _VALUES_AT_ONCE // max(1, columns))
    for start in range(0, rows if columns else 0, step):
        yield slice(start, min(start + step, rows))


def _write_all(file: Any, data: memoryview) -> None:
    while data:
        data = data[file.write(data) :]

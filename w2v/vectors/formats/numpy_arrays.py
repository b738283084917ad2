"""NumPy's arrays on disk: what they claim is checked, and then NumPy reads them."""

from __future__ import annotations

import math
import tokenize
import warnings
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.vectors.errors import VectorFormatError

# What the parser of NumPy, which reads the header as Python, may stumble over.
_DAMAGE = (
    ValueError,
    TypeError,
    SyntaxError,
    LookupError,
    RecursionError,
    MemoryError,
    tokenize.TokenError,
)


class ArrayHeader(NamedTuple):
    """Shape and type of an array on disk."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def check_array(file: IO[bytes], size: int, name: str) -> ArrayHeader:
    """Read an array's header and check that the array fills its file exactly.

    Parameters
    ----------
    file : binary file
        At the start of the array; at its values afterwards.
    size : int
        Bytes from the start of the array to the end.
    name : str
        For messages.

    Returns
    -------
    ArrayHeader

    Raises
    ------
    VectorFormatError
        A header that is malformed, or announces another size, or objects, which
        could only be unpickled.
    """
    begin = file.tell()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version = np.lib.format.read_magic(file)
            if version == (1, 0):
                shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            elif version == (2, 0):
                shape, _, dtype = np.lib.format.read_array_header_2_0(file)
            else:
                raise ValueError(f"version {version} of the format")
    except _DAMAGE as error:
        raise VectorFormatError(
            f"{name} has no readable NumPy header ({str(error)[:120]}): the file was cut off, "
            "damaged, or is of another format"
        ) from None
    room = size - (file.tell() - begin)
    if dtype.hasobject:
        raise VectorFormatError(
            f"{name} holds pickled objects, which are never read; save plain numbers"
        )
    if any(n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != room:
        raise VectorFormatError(
            f"{name} announces shape {shape} of {dtype}, which does not fill its "
            f"{room:,} bytes: the file was cut off or its header is damaged"
        )
    return ArrayHeader(shape, dtype)


def read_array(file: IO[bytes]) -> npt.NDArray[Any]:
    """Read an array that :func:`check_array` has found to be what it claims."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values: npt.NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return values


def map_array(path: Path) -> npt.NDArray[Any]:
    """Map an array, not empty, that :func:`check_array` has found to be what it claims.

    Parameters
    ----------
    path : Path

    Returns
    -------
    array
        Read when used; changes to it stay in memory.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mapped: npt.NDArray[Any] = np.lib.format.open_memmap(path, mode="c")
    return np.asarray(mapped)

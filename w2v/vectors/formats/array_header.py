"""The header of a NumPy array on disk, read with distrust."""

from __future__ import annotations

import math
import tokenize
import warnings
from typing import IO, Any, NamedTuple

import numpy as np

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
    """Shape, order and type of an array on disk, and where its values start."""

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]
    start: int


def read_array_header(file: IO[bytes], size: int, name: str) -> ArrayHeader:
    """Read a header and check that the array fills its file exactly.

    Parameters
    ----------
    file : binary file
        At the start of the array.
    size : int
        Bytes from there to the end.
    name : str
        For messages.

    Returns
    -------
    ArrayHeader

    Raises
    ------
    VectorFormatError
        If the header is malformed, announces another size, or objects, which
        could only be unpickled.
    """
    begin = file.tell()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version = np.lib.format.read_magic(file)
            if version == (1, 0):
                shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
            elif version == (2, 0):
                shape, fortran, dtype = np.lib.format.read_array_header_2_0(file)
            else:
                raise ValueError(f"version {version} of the format")
    except _DAMAGE as error:
        raise VectorFormatError(
            f"{name} has no readable NumPy header ({str(error)[:120]}): the file was cut off, "
            "damaged, or is of another format"
        ) from None
    start = file.tell() - begin
    if dtype.hasobject:
        raise VectorFormatError(
            f"{name} holds pickled objects, which are never read; save plain numbers"
        )
    if any(n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != size - start:
        raise VectorFormatError(
            f"{name} announces shape {shape} of {dtype}, which does not fill its "
            f"{size - start:,} bytes: the file was cut off or its header is damaged"
        )
    return ArrayHeader(shape, fortran, dtype, start)

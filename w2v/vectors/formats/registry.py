"""The table of file formats: a format is one module here, and one row."""

from __future__ import annotations

import os
from pathlib import Path

from w2v.messages import quoted, shortened
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.compression import COMPRESSIONS
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.glove import FORMAT as GLOVE
from w2v.vectors.formats.npy import FORMAT as NPY
from w2v.vectors.formats.npz import FORMAT as NPZ
from w2v.vectors.formats.parquet import FORMAT as PARQUET
from w2v.vectors.formats.safetensors import FORMAT as SAFETENSORS
from w2v.vectors.formats.word2vec_binary import FORMAT as WORD2VEC_BINARY
from w2v.vectors.formats.word2vec_text import FORMAT as WORD2VEC_TEXT

FORMATS: tuple[Format, ...] = (
    WORD2VEC_BINARY,
    WORD2VEC_TEXT,
    GLOVE,
    SAFETENSORS,
    NPZ,
    NPY,
    PARQUET,
)
_BY_NAME = {format.name: format for format in FORMATS}
_BY_SUFFIX = {suffix: format for format in FORMATS for suffix in format.suffixes}


def format_of(path: str | os.PathLike[str], format: str | None = None) -> str:
    """Tell the format of a file by its suffix.

    Parameters
    ----------
    path : str or path
        A suffix ``.gz``, ``.bz2``, ``.xz`` or ``.zst`` after that of a word2vec format is fine.
    format : str, optional
        Settles it without the suffix.

    Returns
    -------
    {"word2vec-binary", "word2vec-text", "glove", "safetensors", "npz", "npy", "parquet"}

    Raises
    ------
    VectorFormatError
        A suffix or name that is not known, or a format that cannot be compressed.
    """
    return find_format(path, format).name


def find_format(path: str | os.PathLike[str], name: str | None = None) -> Format:
    """Return the format that a file's name, or ``name`` in its place, asks for.

    Raises
    ------
    VectorFormatError
        See :func:`format_of`.
    """
    path = Path(path)
    found = _BY_NAME.get(name) if name else by_suffix(path)
    if name and found is None:
        raise VectorFormatError(f"got format {quoted(name)}, expected one of {', '.join(_BY_NAME)}")
    if found is None:
        *some, last = (s for s, form in _BY_SUFFIX.items() if form.can_be_compressed)
        raise VectorFormatError(
            f"{shortened(path)}: got suffix {quoted(path.suffix)}, expected one of "
            f"{', '.join(_BY_SUFFIX)} (also with {', '.join(COMPRESSIONS)} after "
            f"{', '.join(some)} or {last}): rename the file (or, in Python, name its format)"
        )
    if path.suffix.lower() in COMPRESSIONS and not found.can_be_compressed:
        raise VectorFormatError(
            f"{path}: the {found.name} format cannot be mapped when compressed: leave out "
            f"{path.suffix}"
        )
    return found


def by_suffix(path: Path) -> Format | None:
    """Return the format of a suffix, before one of a compression; None for others."""
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower() if suffix in COMPRESSIONS else suffix
    return _BY_SUFFIX.get(inner)

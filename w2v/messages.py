"""What a message quotes of what it was given: enough to know it by, never a megabyte of it."""

from __future__ import annotations

import os
import reprlib
from typing import Any


class _Parts(reprlib.Repr):
    def repr_int(self, x: int, level: int) -> str:
        try:
            repr(x)
        except ValueError:  # of more digits than Python prints
            return f"an integer of {x.bit_length():,} bits"
        return super().repr_int(x, level)


_PARTS = _Parts()
_PARTS.maxlist = _PARTS.maxtuple = _PARTS.maxset = _PARTS.maxdict = 4
_PARTS.maxlevel = 3
_PARTS.maxstring = _PARTS.maxother = 60


def quoted(value: Any, most: int = 80) -> str:
    """Return a value as Python writes it, shortened with … and its length.

    Parameters
    ----------
    value : object
    most : int, default 80
        Characters of a text that are shown; other values are cut to about as many.

    Returns
    -------
    str
    """
    if isinstance(value, str | bytes):
        if len(value) <= most:
            return repr(value)
        unit = "characters" if isinstance(value, str) else "bytes"
        return f"{value[:most]!r}… ({len(value):,} {unit})"
    text = _PARTS.repr(value)
    return text if len(text) <= 2 * most else f"{text[: 2 * most]}…"


def shortened(text: str | os.PathLike[str], most: int = 200) -> str:
    """Return a name or a message as it is, or its beginning and end, … and its length.

    Parameters
    ----------
    text : str or path
    most : int, default 200
        Characters up to which nothing is left out.

    Returns
    -------
    str
    """
    text = str(text)
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}…{text[-half:]} ({len(text):,} characters)"


def loss_text(loss: float, decimals: int = 4) -> str:
    """Return a loss for people; one that has come apart with its power of ten."""
    return f"{loss:.{decimals}f}" if abs(loss) < 1e6 else f"{loss:.3g}"

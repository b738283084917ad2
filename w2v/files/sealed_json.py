"""JSON objects in files that carry a checksum of themselves, to the last byte."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

CHECKSUM = "checksum"


def sealed(content: Mapping[str, Any]) -> bytes:
    """Return the text of a file that holds an object and its checksum, in a line of its own.

    Parameters
    ----------
    content : mapping
        JSON values, none by the name ``checksum``.

    Returns
    -------
    bytes
    """
    return _text({CHECKSUM: _sum(content), **content})


def unsealed(text: bytes) -> dict[str, Any]:
    """Return what a file holds whose checksum is right.

    Parameters
    ----------
    text : bytes
        As :func:`sealed` made it, or any JSON object without a checksum.

    Returns
    -------
    dict
        The object, with its checksum if it has one.

    Raises
    ------
    ValueError
        Text that is no JSON object, or other than what was sealed, be it by a blank.
    """
    try:
        value = json.loads(text.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"it is a {type(value).__name__}, expected an object")
    if CHECKSUM in value:
        content = {name: part for name, part in value.items() if name != CHECKSUM}
        plain = text.replace(b"\r\n", b"\n")  # as text files are written on Windows
        if value[CHECKSUM] != _sum(content) or plain != _text(value):
            raise ValueError("its checksum is another than that of its content")
    return value


def _text(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1).encode()


def _sum(content: Mapping[str, Any]) -> int:
    """Return the checksum of an object's content, however it is laid out."""
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())

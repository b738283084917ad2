"""Tables of vectors as they are given: themselves, by the name of a file, or within a model."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from w2v.vectors.table import VectorTable


def given_table(given: Any, name: str, load: Callable[[Any], Any]) -> Any:
    """Return a table, or the one of a file that is named.

    Parameters
    ----------
    given : KeyedVectors or path
    name : str
        What the parameter is called, for messages.
    load : callable
        Loads files.

    Raises
    ------
    TypeError
        Something else.
    """
    if isinstance(given, VectorTable):
        return given
    if isinstance(given, str | os.PathLike):
        return load(given)
    instead = ": give its wv" if isinstance(getattr(given, "wv", None), VectorTable) else ""
    raise TypeError(
        f"{name} is KeyedVectors, or the path of a file of them, got a {type(given).__name__}"
        f"{instead}"
    )

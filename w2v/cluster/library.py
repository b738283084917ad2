"""The library that clusters are of, which is an extra."""

from __future__ import annotations

from typing import Any

from w2v.optional import optional


def distributed() -> Any:
    """Return Dask's distributed; an ImportError says how to install it."""
    return optional("distributed", "cluster", "dask[distributed]")


def dask() -> Any:
    """Return Dask itself, which has the settings of all clusters that are started here."""
    return optional("dask", "cluster", "dask[distributed]")

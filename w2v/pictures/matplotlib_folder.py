"""A folder for what matplotlib keeps, where there is no home for it."""

from __future__ import annotations

import os
import sys

from w2v.files.caches import can_be_made, chosen, in_home, in_temporary, is_usable

_VARIABLE = "MPLCONFIGDIR"
_XDG = {"XDG_CONFIG_HOME": "~/.config", "XDG_CACHE_HOME": "~/.cache"}


def give_folder() -> None:
    """Name a folder to matplotlib before it is imported, unless it has one.

    By itself it would make one anew in every process, and say so on standard error.
    """
    if _VARIABLE in os.environ or not sys.platform.startswith(("linux", "freebsd")):
        return
    homes = (os.environ.get(name) or place for name, place in _XDG.items())
    if all(home is not None and can_be_made(home / "matplotlib") for home in map(in_home, homes)):
        return
    for place in filter(None, (chosen(), in_temporary())):
        if is_usable(place / "matplotlib"):
            os.environ[_VARIABLE] = str(place / "matplotlib")
            return

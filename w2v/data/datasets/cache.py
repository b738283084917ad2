"""Where downloaded and made files are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder of downloaded and made files, creating it.

    Returns
    -------
    Path
        The folder named by the environment variable ``W2V_DATA``, otherwise ``w2v`` in the
        user's cache folder.
    """
    named = os.environ.get("W2V_DATA")
    if named:
        folder = Path(named).expanduser()
    else:
        import pooch  # type: ignore[import-untyped]

        folder = Path(pooch.os_cache("w2v"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder

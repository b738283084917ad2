"""Where downloaded and made files are kept between runs."""

from __future__ import annotations

import os
import uuid
from pathlib import Path


def cache_folder() -> Path:
    """Give the folder of downloaded and made files, creating it.

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


def write_aside(path: Path, text: str) -> None:
    """Write a text file so that it is there whole or not at all.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    text : str
        Written as UTF-8.
    """
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise

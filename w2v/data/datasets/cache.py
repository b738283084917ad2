"""Where downloaded and made files are kept between runs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from w2v.files.caches import VARIABLE, chosen, in_home, in_temporary, is_trusted, is_usable
from w2v.messages import quoted


def cache_folder() -> Path:
    """Return the folder of downloaded and made files, creating it.

    Returns
    -------
    Path
        The folder named by the environment variable ``W2V_DATA``, otherwise ``data`` in the one
        named by ``W2V_CACHE_DIR``, ``w2v`` in the user's cache folder or, where there is no home
        that can be written to, one among the temporary folders.

    Raises
    ------
    OSError
        None of them can be written to.
    """
    named = chosen("W2V_DATA")
    if named:
        try:
            named.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OSError(
                error.errno,
                f"W2V_DATA is {quoted(str(named))}, which cannot be a folder ({error.strerror}): "
                "name one that can be written to",
            ) from error
        return named
    import pooch  # type: ignore[import-untyped]

    places = [place and place / "data" for place in (chosen(), in_temporary())]
    with suppress(RuntimeError):  # there is no home
        places.insert(1, in_home(pooch.os_cache("w2v")))
    for folder in filter(None, places):
        if is_usable(folder) or (is_trusted(folder) and any(folder.iterdir())):
            return folder
    raise OSError(
        f"no folder for downloaded and made files can be written to: set W2V_DATA or {VARIABLE}"
    )

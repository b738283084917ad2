"""Names that are URLs, and the file systems behind them, as fsspec knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from w2v.messages import shortened
from w2v.optional import optional

_PASSED_ON = (OSError, ValueError, MemoryError)


def is_url(name: object) -> bool:
    """Tell whether a name is a URL, such as ``s3://…``, or one within another."""
    return isinstance(name, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)", name) is not None


def shown_url(url: str) -> str:
    """Return a URL without what nobody else is to know: keys, passwords, signatures."""
    return re.sub(r"//[^/@]*@", "//", url.split("?")[0])


def file_system(url: str, storage_options: Mapping[str, Any] | None) -> tuple[Any, str]:
    """Return the file system behind a URL, and the place there.

    Parameters
    ----------
    url : str
    storage_options : mapping, optional
        For the file system.

    Raises
    ------
    ImportError
        A package is missing; it says which.
    """
    note = ", and what it needs for this kind of URL: s3fs, gcsfs, aiohttp, huggingface_hub, …"
    url_to_fs = optional("fsspec.core", "remote", note=note).url_to_fs
    system, place = url_to_fs(url, **(storage_options or {}))
    system.invalidate_cache()
    return system, place


@contextmanager
def told(url: str, doing: str = "read", missing: type[Exception] = OSError) -> Iterator[None]:
    """Name the URL in what libraries raise, each of which has errors of its own.

    Parameters
    ----------
    url : str
        As it is shown.
    doing : str, default "read"
        What is tried.
    missing : type of exception
        For what is not there.
    """
    url = shortened(url)
    try:
        yield
    except FileNotFoundError as error:
        raise missing(f"{url}: no such file or folder") from error
    except ImportError as error:
        if "w2v[" in str(error):
            raise
        raise ImportError(f"cannot {doing} {url}: {error}") from error
    except _PASSED_ON as error:
        if str(error):
            raise
        raise OSError(f"cannot {doing} {url}: {type(error).__name__}") from error
    except Exception as error:
        raise OSError(f"cannot {doing} {url}: {error or type(error).__name__}") from error

"""Names that are URLs, and the file systems behind them, as fsspec knows them."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from w2v.messages import quoted, shortened
from w2v.optional import optional

_PASSED_ON = (OSError, ValueError, MemoryError)
_WEB = re.compile(r"https?://", re.IGNORECASE)
# Who reads, before the place: `user@host/…`, `key:secret@…`; not `@` in the name of a file.
_SECRET = re.compile(r"^([^/]*//)(?:[^/]*@(?=[^/]+/)|[^/:]*:[^/]*@)")
_SECRET_QUERY = re.compile(
    r"\?(?=(?:.*&)?[\w-]*(?:token|key|secret|password|sig|signature|credential)=).*", re.I | re.S
)
# Libraries raise these with nothing but the name of what is in the way.
_IN_THE_WAY = {
    FileExistsError: "a file is in the way",
    NotADirectoryError: "a file is in the way",
    IsADirectoryError: "a folder is in the way",
    PermissionError: "it is not allowed",
}


def is_url(name: object) -> bool:
    """Tell whether a name is a URL, such as ``s3://…``, or one within another."""
    return isinstance(name, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)", name) is not None


def was_url(path: os.PathLike[str]) -> bool:
    """Tell whether a path was made of a URL, which costs that a slash."""
    return is_url(os.fspath(path).replace(":/", "://", 1))


def shown_url(url: str) -> str:
    """Return a URL without what nobody else is to know: keys, passwords, signatures."""
    parts = (_SECRET_QUERY.sub("", without_query(part)) for part in url.split("::"))
    return "::".join(_SECRET.sub(r"\1", part) for part in parts)


def without_query(name: str) -> str:
    """Return a name without what only the web's have behind them; elsewhere ``?`` is of a name."""
    return re.split(r"[?#]", name, maxsplit=1)[0] if _WEB.match(name) else name


def last_name(place: str) -> str:
    """Return the last part of a place in a file system: a file's name, with its suffix."""
    return without_query(place).rstrip("/").rpartition("/")[2]


def checked_options(storage_options: Any) -> Mapping[str, Any] | None:
    """Return what a file system is to be told.

    Parameters
    ----------
    storage_options : mapping or None

    Raises
    ------
    ValueError
        Something else, or one whose keys are no names.
    """
    if not isinstance(storage_options, Mapping | None):
        raise ValueError(f"storage_options must be a dictionary, got {quoted(storage_options)}")
    if not all(isinstance(key, str) for key in storage_options or ()):
        raise ValueError(
            "storage_options must be a dictionary whose keys are names of options, got "
            f"{quoted(storage_options)}"
        )
    return storage_options


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
    ValueError
        Options that are no dictionary, or a name for :func:`check_chain`.
    """
    options = checked_options(storage_options) or {}
    note = ", and what it needs for this kind of URL: s3fs, gcsfs, aiohttp, huggingface_hub, …"
    url_to_fs = optional("fsspec.core", "remote", note=note).url_to_fs
    check_chain(url)
    system, place = url_to_fs(url, **options)
    system.invalidate_cache()
    return system, place


def check_chain(url: str) -> None:
    """Refuse ``::`` within a name: what stands before it would be taken for the whole name.

    Raises
    ------
    ValueError
        A ``::`` that does not stand between URLs of which one is within the other.
    """
    if "::" not in url:
        return
    registry = optional("fsspec.registry", "remote")
    *outer, last = [part.partition("://")[0] for part in url.split("::")]
    try:
        chained = all(_holds_another(registry.get_filesystem_class(each)) for each in outer)
        registry.get_filesystem_class(last)
    except ValueError:
        chained = False
    if not chained:
        raise ValueError(
            f"{shortened(shown_url(url))}: '::' stands between URLs of which one is within the "
            "other, as in simplecache::s3://… or zip://…::s3://…; a file with it in its name is "
            "named as a path, ./…"
        )


def _holds_another(system: type) -> bool:
    return any(
        inspect.signature(each.__init__).parameters.keys() & {"fo", "target_protocol"}  # type: ignore[misc]
        for each in system.__mro__[:-1]
    )


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
        cause = error.__cause__
        # The web's file system takes every failure for a missing file.
        if cause and not (isinstance(cause, FileNotFoundError) or _status(cause) in (404, 410)):
            raise OSError(f"cannot {doing} {url}: {_reason(cause)}") from error
        raise missing(f"{url}: no such file or folder") from error
    except ImportError as error:
        if "w2v[" in str(error):
            raise
        raise ImportError(f"cannot {doing} {url}: {error}") from error
    except tuple(_IN_THE_WAY) as error:
        said = str(error)
        if error.errno is not None or (url in said and url != said):
            raise
        kind = next(each for each in _IN_THE_WAY if isinstance(error, each))
        raise kind(f"cannot {doing} {url}: {_IN_THE_WAY[kind]}: {said}") from error
    except _PASSED_ON as error:
        if str(error):
            raise
        raise OSError(f"cannot {doing} {url}: {type(error).__name__}") from error
    except Exception as error:
        raise OSError(f"cannot {doing} {url}: {_reason(error)}") from error


def _status(error: BaseException) -> Any:
    return getattr(error, "status", None)


def _reason(error: BaseException) -> str:
    """Return what an error says, without what URLs in it have to hide."""
    if _status(error) and getattr(error, "message", None):
        return f"{_status(error)} {error.message}"  # type: ignore[attr-defined]
    said = re.sub(r"[a-z]+://[^\s'\"]+", lambda found: shown_url(found[0]), str(error))
    if isinstance(error, TypeError) and "argument" in said:
        said += ": look at storage_options"
    return said or type(error).__name__

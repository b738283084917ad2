"""Files of vectors that have URLs: fetched before they are read, sent once they are written."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from w2v.files import temporary_folder
from w2v.files.urls import check_chain, file_system, last_name, shown_url, told
from w2v.vectors.errors import NoFileError
from w2v.vectors.formats.registry import by_suffix

# Stores in which a file appears once all of it is there.
_WHOLE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "r2", "hf"}
# Those of them where the first part of a place is a bucket.
_BUCKETS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "r2"}
Options = Mapping[str, Any] | None


def on_this_machine(url: str, storage_options: Options, doing: str = "read") -> Path | None:
    """Return the path that a URL of this machine (``file://…``) names; None for others.

    Parameters
    ----------
    url : str
    storage_options : mapping, optional
    doing : {"read", "write"}
        What for.

    Raises
    ------
    ValueError
        A URL that names no file.
    OSError
        One within another, to write to.
    """
    shown = shown_url(url)
    with told(shown, doing):
        check_chain(url)
        if doing == "write" and "::" in url:
            raise OSError(
                f"{shown}: URLs with '::', of what is within another or kept beside it, are read "
                "only; save to one without it"
            )
        system, place = file_system(url, storage_options)
    if not shown.rpartition("::")[2].partition("://")[2].strip("/"):
        raise ValueError(f"{shown} names no file: put one's name behind it")
    return Path(place) if {"file", "local"} & _protocols(system) else None


@contextmanager
def fetched(url: str, storage_options: Options) -> Iterator[Path]:
    """Have what a URL names on this machine for the length of a block.

    Parameters
    ----------
    url : str
        Of a file of vectors, with the one beside it if its format has two, or of a folder.
    storage_options : mapping, optional

    Yields
    ------
    Path

    Raises
    ------
    NoFileError
        Nothing is there.
    """
    shown = shown_url(url)
    with told(shown, missing=NoFileError):
        system, place = file_system(url, storage_options)
        is_folder = system.info(place)["type"] == "directory"
    with temporary_folder() as folder:
        local = folder.path / (last_name(place) or "vectors")
        with told(shown, missing=NoFileError):
            if is_folder:
                _get_folder(system, place.rstrip("/") + "/", local)
            else:
                system.get_file(place, str(local))
        format = by_suffix(local)
        if not is_folder and format is not None and format.beside is not None:
            beside = format.beside(local)
            with suppress(FileNotFoundError):
                system.get_file(f"{place.rpartition('/')[0]}/{beside.name}", str(beside))
        yield local


@contextmanager
def sent(url: str, storage_options: Options) -> Iterator[Path]:
    """Send what is written in a block to a URL, once the block has ended well.

    Parameters
    ----------
    url : str
    storage_options : mapping, optional

    Yields
    ------
    Path
        Where to write; what is written beside it is sent too.

    Raises
    ------
    OSError
        It could not be sent: what stood there before stays.
    """
    shown = shown_url(url)
    with told(shown, "write"):
        system, place = file_system(url, storage_options)
    if {"http", "https"} & _protocols(system):
        raise OSError(f"{shown}: the web is read only; save to a disk, or to a store such as s3://")
    name, parent = last_name(place), place.rstrip("/").rpartition("/")[0]
    if name in ("", ".", ".."):
        raise ValueError(f"{shown} names no file: put one's name behind it")
    if not parent and _protocols(system) & _BUCKETS:
        raise ValueError(f"{shown} names a bucket and no file in it: put one's name behind it")
    with told(shown, "write"), suppress(FileNotFoundError):
        if system.info(place)["type"] == "directory":
            raise IsADirectoryError(f"{shown} is a folder: name a file")
    with temporary_folder() as folder:
        within = folder.path / "written"
        within.mkdir()
        yield within / name
        # What belongs to the file goes first: where it stands, all is there.
        files = sorted(within.iterdir(), key=lambda path: path.name == name)
        with told(shown, "write"):
            _send(system, {f"{parent}/{local.name}": local for local in files})


def _send(system: Any, files: Mapping[str, Path]) -> None:
    """Put files in a store as a whole, or none at all, as far as the store can do so."""
    if _protocols(system) & _WHOLE:
        for place, local in files.items():
            system.put_file(str(local), place)
    else:
        # Names of our own, as some systems take `*` and `[` in one for a pattern.
        aside = {place: f"{place.rpartition('/')[0]}/{_aside()}" for place in files}
        try:
            for place, local in files.items():
                system.put_file(str(local), aside[place])
            for place in files:
                _replace(system, aside[place], place)
        except BaseException:
            for there in aside.values():
                with suppress(Exception):
                    system.rm_file(there)
            raise
    system.invalidate_cache()
    for place, local in files.items():
        size, there = local.stat().st_size, system.info(place).get("size")
        if there is not None and there != size:
            raise OSError(f"{place}: {there:,} bytes of {size:,} are there: write it anew")


def _replace(system: Any, aside: str, place: str) -> None:
    """Rename a file of a store to what may be there already, which a failure leaves there."""
    try:
        _rename(system, aside, place)
    except FileExistsError:
        before = f"{place.rpartition('/')[0]}/{_aside()}"
        _rename(system, place, before)
        try:
            _rename(system, aside, place)
        except BaseException:
            _rename(system, before, place)
            raise
        with suppress(Exception):
            system.rm_file(before)


def _rename(system: Any, old: str, new: str) -> None:
    from fsspec import AbstractFileSystem

    if type(system).mv is AbstractFileSystem.mv:
        # It would take names for patterns, and what it cannot copy for copied.
        system.cp_file(old, new)
        system.rm_file(old)
    else:
        system.mv(old, new)


def _aside() -> str:
    return f".w2v-{secrets.token_hex(6)}"


def _get_folder(system: Any, place: str, local: Path) -> None:
    """Fetch a folder, whose name may be one that fsspec takes for a pattern."""
    if not set("*?[") & set(place):
        system.get(place, f"{local}{os.sep}", recursive=True)
        return
    found = [each for each in system.find(place) if ".." not in each.split("/")]
    system.get(found, [str(local / each.removeprefix(place)) for each in found])


def _protocols(system: Any) -> set[str]:
    named = system.protocol
    return {named} if isinstance(named, str) else set(named)

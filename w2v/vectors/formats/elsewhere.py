"""Files of vectors that have URLs: fetched before they are read, sent once they are written."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from w2v.files import temporary_folder
from w2v.files.urls import file_system, shown_url, told
from w2v.vectors.errors import NoFileError
from w2v.vectors.formats.registry import by_suffix

# Stores in which a file appears once all of it is there.
_WHOLE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "r2", "hf"}
Options = Mapping[str, Any] | None


def on_this_machine(url: str, storage_options: Options) -> Path | None:
    """Return the path that a URL of this machine (``file://…``) names; None for others."""
    with told(shown_url(url)):
        system, place = file_system(url, storage_options)
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
        local = folder.path / _last_name(shown)
        with told(shown, missing=NoFileError):
            if is_folder:
                system.get(place.rstrip("/") + "/", f"{local}{os.sep}", recursive=True)
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
    with temporary_folder() as folder:
        within = folder.path / "written"
        within.mkdir()
        name = _last_name(shown)
        yield within / name
        # What belongs to the file goes first: where it stands, all is there.
        for local in sorted(within.iterdir(), key=lambda path: path.name == name):
            with told(shown, "write"):
                _send(system, local, f"{place.rpartition('/')[0]}/{local.name}")


def _send(system: Any, local: Path, place: str) -> None:
    """Put a file in a store as a whole, or not at all, as far as the store can do so."""
    if _protocols(system) & _WHOLE:
        system.put_file(str(local), place)
    else:
        folder, _, name = place.rpartition("/")
        aside = f"{folder}/.w2v-{secrets.token_hex(6)}-{name}"
        try:
            system.put_file(str(local), aside)
            try:
                system.mv(aside, place)
            except FileExistsError:
                system.rm_file(place)
                system.mv(aside, place)
        except BaseException:
            with suppress(Exception):
                system.rm_file(aside)
            raise
    system.invalidate_cache()
    size, there = local.stat().st_size, system.info(place).get("size")
    if there is not None and there != size:
        raise OSError(f"{place}: {there:,} bytes of {size:,} are there: write it anew")


def _protocols(system: Any) -> set[str]:
    named = system.protocol
    return {named} if isinstance(named, str) else set(named)


def _last_name(shown: str) -> str:
    return shown.rstrip("/").rpartition("/")[2] or "vectors"

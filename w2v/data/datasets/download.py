"""Published files: fetched once, checked, and kept."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from w2v.data.datasets.cache import cache_folder
from w2v.data.errors import CorpusError
from w2v.files import atomic_path
from w2v.messages import quoted

_PIECE = 1 << 20


@dataclass(frozen=True)
class RemoteFile:
    """A published file and the checksum that says it is that file.

    Parameters
    ----------
    name : str
        Its name under the base address and in the cache folder.
    sha256 : str
    base : str
        Where it is published.
    variable : str
        The environment variable that names another place.
    """

    name: str
    sha256: str
    base: str
    variable: str

    @property
    def url(self) -> str:
        """The address it is fetched from."""
        base = os.environ.get(self.variable) or self.base
        if not re.match(r"https?://[^/\s]", base):
            raise CorpusError(
                f"{self.variable} is {quoted(base)}, which is no address to fetch from: give one "
                f"such as {self.base}"
            )
        return f"{base.rstrip('/')}/{self.name}"


def fetch(file: RemoteFile, *, member: str | None = None) -> Path:
    """Return a published file's place in the cache, fetching it the first time.

    Parameters
    ----------
    file : RemoteFile
    member : str, optional
        The one file wanted of a zip archive.

    Returns
    -------
    Path

    Raises
    ------
    CorpusError
        What came, where it is not that file: cut short or changed.
    OSError
        A file that cannot be fetched. The line says what to download and where to put it.
    """
    import pooch  # type: ignore[import-untyped]
    import requests

    place, url = cache_folder() / file.name, file.url
    pooch.get_logger().setLevel("WARNING")
    try:
        if not (place.is_file() and pooch.file_hash(str(place)) == file.sha256):
            with atomic_path(place) as aside:
                pooch.retrieve(
                    url=url,
                    known_hash=f"sha256:{file.sha256}",
                    fname=aside.name,
                    path=aside.parent,
                    downloader=pooch.HTTPDownloader(timeout=30),
                )
    except ValueError as error:  # pooch's word for a wrong checksum
        raise CorpusError(
            f"{url} gave another file than expected (SHA-256 {file.sha256}): cut short or "
            f"changed; try again, or put the right file at {place}"
        ) from error
    except (requests.RequestException, OSError) as error:
        if error.filename:  # it is the cache that cannot be written
            raise
        raise OSError(
            f"cannot download {file.name} ({_reason(error)}): download {url} and put it at {place}"
        ) from error
    return _unpacked(place, member) if member else place


def _unpacked(archive: Path, member: str) -> Path:
    """Return the place of an archive's file beside it, unpacking it unless it is there whole."""
    path = archive.with_name(f"{archive.name}.unzip") / member
    with zipfile.ZipFile(archive) as packed:
        info = packed.getinfo(member)
        if not (
            path.is_file() and path.stat().st_size == info.file_size and _crc(path) == info.CRC
        ):
            with atomic_path(path) as aside, packed.open(info) as source, aside.open("wb") as file:
                shutil.copyfileobj(source, file, _PIECE)
    return path


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            crc = zlib.crc32(piece, crc)
    return crc


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        response.close()
        return f"HTTP {response.status_code}"
    return "no connection" if "onnection" in type(error).__name__ else type(error).__name__

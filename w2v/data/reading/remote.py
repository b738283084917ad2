"""Files elsewhere, in object stores or on the web, wherever fsspec reaches."""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from w2v.data.errors import CorpusError, NoCorpusError
from w2v.data.manifest import MANIFEST
from w2v.data.reading.source_file import COMPRESSIONS, TextSource, kind_of
from w2v.files.urls import file_system, shown_url, told, without_query
from w2v.messages import shortened

# What file systems say of a file's content; the web often says nothing.
_STAMPS = (
    *("ETag", "etag", "LastModified", "last_modified", "mtime", "modified", "created", "updated"),
    *("generation", "md5Hash", "content_md5", "blob_id", "sha256"),
)


@dataclass(frozen=True)
class RemoteFile(TextSource):
    """A file that has a URL.

    Parameters
    ----------
    path : None
    kind : {"text", "parquet", "jsonl", "csv", "tsv"}
    url : str
        Without what nobody else is to know.
    system : file system of fsspec
    place : str
        The file's name there.
    """

    url: str = ""
    system: Any = None
    place: str = ""

    @property
    def name(self) -> str:
        """The URL, for messages."""
        return shortened(self.url)

    @property
    def compressed(self) -> bool:
        """Whether the name says that the file is compressed."""
        return self.url.lower().endswith(COMPRESSIONS)

    @property
    def size(self) -> int | None:
        """Bytes of the file, None where nobody says so."""
        size = self._info().get("size")
        return size if isinstance(size, int) else None

    @property
    def stays_open(self) -> bool:
        """False: the reading opens it."""
        return False

    def open(self) -> Any:
        """Return a file of bytes to read."""
        with told(self.url, missing=NoCorpusError):
            return _Raised(self.system.open(self.place, "rb"), self.url, self.size)

    def seekable(self) -> Any:
        """Return a file in which places can be sought."""
        with told(self.url, missing=NoCorpusError):
            file = self.system.open(self.place, "rb")
            return file if file.seekable() else io.BytesIO(file.read())

    def fingerprint(self) -> dict[str, Any]:
        """Return where the file is and how large."""
        return {"path": self.url, "bytes": self.size}

    def state(self) -> Hashable | None:
        """Return what tells whether the file is another one now; None if nothing does."""
        self.system.invalidate_cache()
        info = self._info()
        stamps = [(name, str(info[name])) for name in _STAMPS if info.get(name) is not None]
        return (self.url, info.get("size"), *stamps) if stamps else None

    def _info(self) -> Mapping[str, Any]:
        with told(self.url, missing=NoCorpusError):
            info: Mapping[str, Any] = self.system.info(self.place)
            return info


class _Raised:
    """A file whose failures, of whatever library, are OSErrors, and to end too soon is one."""

    def __init__(self, file: Any, url: str, size: int | None) -> None:
        self._file, self._url, self._size, self._read = file, url, size or 0, 0

    def read(self, size: int = -1) -> bytes:
        with told(self._url, missing=NoCorpusError):
            data: bytes = self._file.read(size)
        self._read += len(data)
        if size and not data and self._read < self._size:
            raise OSError(
                f"{shortened(self._url)} ended after {self._read:,} of {self._size:,} bytes: read "
                "it again"
            )
        return data

    def seek(self, place: int) -> None:
        with told(self._url):
            self._file.seek(place)

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def close(self) -> None:
        self._file.close()


def find_remote(name: str, storage_options: Mapping[str, Any] | None) -> list[TextSource]:
    """Find the files behind a URL.

    Parameters
    ----------
    name : str
        Of a file, of a folder, or with ``*``.
    storage_options : mapping, optional
        For the file system.

    Raises
    ------
    CorpusError
        Nothing is there.
    ImportError
        A package is missing; it says which.
    """
    shown = shown_url(name)
    with told(shown, missing=NoCorpusError):
        system, place = file_system(name, storage_options)
        if "*" in without_query(place):
            places = sorted(system.glob(place))
        elif system.info(place)["type"] == "directory":
            places = [each for each in sorted(system.find(place)) if "/." not in each]
        else:
            places = [place]
    if not places:
        raise CorpusError(f"{shortened(shown)} matches no file, or is a folder without any")
    if any(each.endswith(f"/{MANIFEST}") for each in places):
        raise CorpusError(
            f"{shortened(shown)} is an encoded corpus, which is mapped from a disk: copy the folder"
        )
    url: Callable[[str], str] = lambda each: (  # noqa: E731
        shown if places == [place] else shown_url(system.unstrip_protocol(each))
    )
    return [
        RemoteFile(None, kind_of(without_query(each)), url(each), system, each) for each in places
    ]

"""Files elsewhere, in object stores or on the web, wherever fsspec reaches."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from w2v.data.errors import CorpusError, NoCorpusError
from w2v.data.manifest import MANIFEST
from w2v.data.reading.source_file import COMPRESSIONS, TextSource, kind_of
from w2v.messages import shortened

# What file systems say of a file's content; the web often says nothing.
_STAMPS = (
    *("ETag", "etag", "LastModified", "last_modified", "mtime", "modified", "created", "updated"),
    *("generation", "md5Hash", "content_md5", "blob_id", "sha256"),
)
_PASSED_ON = (OSError, ValueError, MemoryError)


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
        with _told(self.url):
            return _Raised(self.system.open(self.place, "rb"), self.url, self.size)

    def seekable(self) -> Any:
        """Return a file in which places can be sought."""
        with _told(self.url):
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
        with _told(self.url):
            info: Mapping[str, Any] = self.system.info(self.place)
            return info


class _Raised:
    """A file whose failures, of whatever library, are OSErrors, and to end too soon is one."""

    def __init__(self, file: Any, url: str, size: int | None) -> None:
        self._file, self._url, self._size, self._read = file, url, size or 0, 0

    def read(self, size: int = -1) -> bytes:
        with _told(self._url):
            data: bytes = self._file.read(size)
        self._read += len(data)
        if size and not data and self._read < self._size:
            raise OSError(
                f"{shortened(self._url)} ended after {self._read:,} of {self._size:,} bytes: read "
                "it again"
            )
        return data

    def close(self) -> None:
        self._file.close()


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Name the URL in what libraries raise, each of which has errors of its own."""
    try:
        yield
    except FileNotFoundError as error:
        raise NoCorpusError(f"{shortened(url)}: no such file or folder") from error
    except ImportError as error:
        raise ImportError(f"cannot read {shortened(url)}: {error}") from error
    except _PASSED_ON as error:
        if str(error):
            raise
        raise OSError(f"cannot read {shortened(url)}: {type(error).__name__}") from error
    except Exception as error:
        raise OSError(f"cannot read {shortened(url)}: {error or type(error).__name__}") from error


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
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise ImportError(
            f"{shortened(name)} is read by fsspec: pip install 'w2v[remote]', and what it needs "
            "for this kind of URL, such as s3fs, gcsfs, aiohttp or huggingface_hub"
        ) from None
    shown = re.sub(r"//[^/@]*@", "//", name.split("?")[0])
    with _told(shown):
        system, place = url_to_fs(name, **(storage_options or {}))
        system.invalidate_cache()
        if "*" in place:
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
        shown if places == [place] else system.unstrip_protocol(each)
    )
    return [RemoteFile(None, kind_of(each), url(each), system, each) for each in places]

"""The texts that benchmarks run on: books, anyone's own, or what every Python brings along."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from w2v.data import pydocs

DATA = Path(os.environ.get("W2V_BENCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
BOOKS = "books-18m"
_BYTES_A_WORD = 5.28


@dataclass(frozen=True)
class Text:
    """A corpus as plain text, a sentence a line.

    Parameters
    ----------
    name : str
        ``books-18m``, ``pydocs`` or the file's own name.
    path : Path
    note : str
        What a reader of the results has to know: that it is a part, or a replacement.
    """

    name: str
    path: Path
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.note})" if self.note else self.name


@contextmanager
def benchmark_text(corpus: Path | None = None, words: int | None = None) -> Iterator[Text]:
    """Find and unpack the text to run on.

    Parameters
    ----------
    corpus : Path, optional
        Anyone's own text, plain or ``.gz``. By default books-18m from the folder that
        ``W2V_BENCH_DATA`` names, or ``../shared/data``; and where it is not there, the
        embedded corpus pydocs, which the note tells.
    words : int, optional
        Whole lines from its beginning, about so many words, instead of all.

    Yields
    ------
    Text
        Gone after the block.

    Raises
    ------
    FileNotFoundError
        The file given is not there.
    """
    books = DATA / f"{BOOKS}.txt.gz"
    notes = []
    if corpus is not None:
        if not corpus.is_file():
            raise FileNotFoundError(f"--corpus {corpus}: there is no such file")
        name, source = corpus.name, corpus
    elif books.is_file():
        name, source = BOOKS, books
    else:
        name, source = "pydocs", pydocs()
        notes.append(f"{BOOKS} is not here: set W2V_BENCH_DATA to the folder with it")
    with tempfile.TemporaryDirectory() as scratch:
        path = source
        if words is not None or source.suffix == ".gz":
            path = _copy(source, Path(scratch) / "corpus.txt", words and int(words * _BYTES_A_WORD))
        if words is not None:
            notes.insert(0, f"the first {path.stat().st_size / 1e6:.1f} MB")
        yield Text(name, path, "; ".join(notes))


def repeat(text: Text, target: Path, times: int) -> Path:
    """Write a text several times over."""
    with target.open("wb") as out:
        for _ in range(times):
            with text.path.open("rb") as lines:
                shutil.copyfileobj(lines, out, 1 << 20)
    return target


def _copy(source: Path, target: Path, size: int | None) -> Path:
    """Write a text unpacked, all of it or whole lines of about so many bytes."""
    opened = gzip.open if source.suffix == ".gz" else Path.open
    with opened(source, "rb") as lines, target.open("wb") as out:
        if size is None:
            shutil.copyfileobj(lines, out, 1 << 20)
        else:
            out.writelines(lines.readlines(size))
    return target

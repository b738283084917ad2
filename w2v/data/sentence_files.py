"""Files of sentences by gensim's names: gone through as gensim does, read whole as files are."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, cast

from w2v.data.reading.source_file import TextSource
from w2v.data.reading.text_source import Name
from w2v.messages import quoted

_MOST_WORDS = 10_000
_READ_AT_ONCE = 1 << 16
_MARK = b"\xef\xbb\xbf"


class SentenceFiles(ABC):
    """Sentences that stand in files; an iterable that can be gone through again and again.

    Attributes
    ----------
    one_line : bool
        Whether line ends are white space like any other.
    """

    one_line = False
    max_sentence_length: int = _MOST_WORDS

    def sources(self) -> list[TextSource] | None:
        """Return the files whose words, cut by ``max_sentence_length``, are the sentences.

        Returns
        -------
        list of TextSource, or None
            None where only going through the sentences gives them.
        """
        return None

    @abstractmethod
    def __iter__(self) -> Iterator[list[str]]: ...


class LineSentence(SentenceFiles):
    r"""A sentence a line, its words between white space.

    Parameters
    ----------
    source : str, path, or open file
        A file, compressed if its name ends with .gz, .bz2, .xz or .zst; or one that is open and
        can ``seek(0)``.
    max_sentence_length : int, default 10_000
        Longer lines are cut.
    limit : int, optional
        Lines that are read of the file; all by default.

    Raises
    ------
    OSError
        While going through it: a file that cannot be read.
    UnicodeDecodeError
        Bytes that are no UTF-8; a CorpusError where the fast reader reads them.
    """

    def __init__(
        self, source: Any, max_sentence_length: int = _MOST_WORDS, limit: int | None = None
    ) -> None:
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit

    def sources(self) -> list[TextSource] | None:
        """Return the file, unless it is open already or not read to its end."""
        if self.limit is not None or hasattr(self.source, "seek"):
            return None
        return _plain_sources([self.source])

    def __iter__(self) -> Iterator[list[str]]:
        if hasattr(self.source, "seek"):
            self.source.seek(0)
            yield from _cut_lines(self.source, self.max_sentence_length, self.limit)
        else:
            with _opened(self.source) as lines:
                yield from _cut_lines(lines, self.max_sentence_length, self.limit)


class PathLineSentences(SentenceFiles):
    """A sentence a line, in all files of a folder by their names; those below it are not read.

    Parameters
    ----------
    source : str or path
        The folder, or a single file.
    max_sentence_length, limit
        As for :class:`LineSentence`, of each file.

    Attributes
    ----------
    input_files : list of str

    Raises
    ------
    ValueError
        A source that is neither a folder nor a file.
    """

    def __init__(
        self, source: Name, max_sentence_length: int = _MOST_WORDS, limit: int | None = None
    ) -> None:
        self.source = os.fspath(source)
        self.max_sentence_length = max_sentence_length
        self.limit = limit
        if Path(self.source).is_file():
            self.input_files = [self.source]
        elif Path(self.source).is_dir():
            self.source = os.path.join(self.source, "")  # noqa: PTH118 - with a slash at its end
            self.input_files = sorted(self.source + name for name in os.listdir(self.source))  # noqa: PTH208
        else:
            raise ValueError(f"{quoted(self.source)} is neither a folder nor a file; name one")

    def sources(self) -> list[TextSource] | None:
        """Return the files, if they are read to their ends."""
        return None if self.limit is not None else _plain_sources(self.input_files)

    def __iter__(self) -> Iterator[list[str]]:
        for name in self.input_files:
            with _opened(name) as lines:
                yield from _cut_lines(lines, self.max_sentence_length, self.limit)


class Text8Corpus(SentenceFiles):
    """A file of words without sentences, such as text8, cut into pieces of equal length.

    Parameters
    ----------
    fname : str or path
        Compressed if its name ends with .gz, .bz2, .xz or .zst.
    max_sentence_length : int, default 10_000
        Words of a piece.
    """

    one_line = True

    def __init__(self, fname: Name, max_sentence_length: int = _MOST_WORDS) -> None:
        self.fname = fname
        self.max_sentence_length = max_sentence_length

    def sources(self) -> list[TextSource] | None:
        """Return the file."""
        return _plain_sources([self.fname])

    def __iter__(self) -> Iterator[list[str]]:
        length = self.max_sentence_length
        words: list[str] = []
        with _opened(self.fname) as file:
            for text in _whole_words(file.read):
                words += text.decode().split()
                whole = len(words) - len(words) % length
                for first in range(0, whole, length):
                    yield words[first : first + length]
                words = words[whole:]
        if words:
            yield words


class BrownCorpus(SentenceFiles):
    """The Brown corpus as NLTK has it: words with the first two letters of their part of speech.

    Parameters
    ----------
    dirname : str or path
        The folder of its files, in which a line is a sentence and a token word/tag.
    """

    def __init__(self, dirname: Name) -> None:
        self.dirname = dirname

    def __iter__(self) -> Iterator[list[str]]:
        for name in os.listdir(self.dirname):  # noqa: PTH208 - in the folder's order, as gensim
            path = Path(self.dirname) / name
            if not path.is_file():
                continue
            with _opened(path) as lines:
                for line in lines:
                    pairs = [t.split("/") for t in _text(line).split() if t.count("/") == 1]
                    # Other tags are those of punctuation.
                    words = [f"{w.lower()}/{tag[:2]}" for w, tag in pairs if tag[:2].isalpha()]
                    if words:
                        yield words


def _opened(name: Name) -> io.BufferedIOBase:
    suffix = Path(name).suffix.lower()
    if suffix == ".zst":
        import pyarrow as pa

        return io.BufferedReader(pa.input_stream(str(name), compression="zstd"))
    openers: dict[str, Callable[..., Any]] = {
        ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open,
    }  # fmt: skip
    return cast("io.BufferedIOBase", openers.get(suffix, open)(name, "rb"))


def _plain_sources(names: Iterable[Name]) -> list[TextSource] | None:
    """Return files for the fast reader, None if one has what it takes for something else."""
    sources = []
    for name in names:
        path = Path(name)
        if path.suffix.lower() == ".xz":
            return None
        with _opened(path) as file:
            if file.read(len(_MARK)) == _MARK:  # a part of the first word when lines are split
                return None
        sources.append(TextSource(path, "text"))
    return sources


def _text(line: str | bytes) -> str:
    return line if isinstance(line, str) else line.decode()


def _cut_lines(lines: Iterable[str | bytes], length: int, limit: int | None) -> Iterator[list[str]]:
    for line in islice(lines, limit):
        words = _text(line).split()
        for first in range(0, len(words), length):
            yield words[first : first + length]


def _whole_words(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield text in pieces that end between two words."""
    rest = b""
    while piece := read(_READ_AT_ONCE):
        # ASCII spaces are never within a character of UTF-8.
        end = max(piece.rfind(space) for space in (b" ", b"\n", b"\t")) + 1
        if end:
            yield rest + piece[:end]
            rest = piece[end:]
        else:
            rest += piece
    if rest:
        yield rest

"""What a source holds now, to know without reading whether it still holds what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from w2v.data.manifest import is_encoded
from w2v.data.reading.remote import RemoteFile
from w2v.data.reading.source_file import TextSource
from w2v.data.reading.tables import table_of
from w2v.data.reading.text_source import find_sources, names_of
from w2v.data.sentence_files import SentenceFiles

_SENTENCES = 10_000
# A file up to this size counts with every byte, a larger one with pieces from all over it: a
# change that keeps size and both times as they were must also miss those.
_WHOLE = 16 << 20
_PIECES, _PIECE = 64, 1 << 16


def state_of(source: Any, how: Mapping[str, Any] | None = None) -> Hashable | None:
    """Return what a source holds, for comparison with a later call in the same process.

    Files are told apart by their identity, size, times and bytes, tables by a digest of their
    column, sentences in lists by a hash of their words: a quarter of what reading them costs.

    Parameters
    ----------
    source : what :func:`w2v.data.read_corpus` takes
    how : mapping, optional
        How it is read: ``column`` of a table, ``storage_options``.

    Returns
    -------
    hashable or None
        None where only reading can tell: an iterable, a stream, an encoded corpus.

    Raises
    ------
    CorpusError
        A name under which nothing is there.
    """
    if isinstance(source, SentenceFiles):
        kind = type(source).__name__, source.max_sentence_length
        return _states_of(source.sources(), kind)
    if (table := table_of(source, (how or {}).get("column"))) is not None:
        return table.state()
    names = names_of(source)
    if names is None:
        return _state_of_lists(source) if isinstance(source, list | tuple) else None
    if any(is_encoded(name) for name in names):
        return None
    return _states_of(find_sources(names, (how or {}).get("storage_options")))


def _states_of(sources: list[TextSource] | None, *more: Hashable) -> Hashable | None:
    states = [None] if sources is None else [_state_of_file(each) for each in sources]
    return None if None in states else (*more, *states)


def _state_of_lists(sentences: list[Any] | tuple[Any, ...]) -> Hashable | None:
    state = len(sentences)
    try:
        for first in range(0, len(sentences), _SENTENCES):
            some = sentences[first : first + _SENTENCES]
            # Of strings alone: hash(-1) is hash(-2).
            if not {*map(type, some)} <= {list, tuple} or {type(s[0]) for s in some if s} - {str}:
                return None
            state = hash((state, *map(tuple, some)))
    except TypeError:
        return None
    return state


def _state_of_file(source: TextSource) -> Hashable | None:
    if isinstance(source, RemoteFile):
        return source.state()
    if source.path is None:
        return source.name  # what was read from standard input can only be used again
    if not source.path.is_file():
        return None
    stat = source.path.stat()
    stamps = stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
    return str(source.path.resolve()), source.kind, stamps, _digest(source.path, stat.st_size)


def _digest(path: Path, size: int) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if size <= _WHOLE:
            while piece := file.read(_PIECE):
                digest.update(piece)
        else:
            for i in range(_PIECES):
                file.seek((size - _PIECE) * i // (_PIECES - 1))
                digest.update(file.read(_PIECE))
    return digest.digest()

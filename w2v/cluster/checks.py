"""What must be so on every worker before anything is trained."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from w2v.cluster import library
from w2v.cluster.errors import ClusterError
from w2v.cluster.rounds import contexts_of
from w2v.config import TrainConfig
from w2v.data.reading.source_file import TextSource

_log = logging.getLogger("w2v")

_HELD = (8, 16)  # workers of CBOW, of skip-gram, up to which vectors are as one machine's
_BLOCK, _BLOCKS = 4096, 16  # bytes of a block, and how many of a file are looked at, about
_SHORT = 10_000  # words of a worker in a round
_WIDEST = 400  # contexts of skip-gram's windows, up to which they are


def versions() -> dict[str, str]:
    """Return the versions here of what must be the same everywhere."""
    return version_teller()()


def version_teller() -> Callable[[], dict[str, str]]:
    """Return a function that tells versions, which itself is sent: w2v may not be there."""

    def told() -> dict[str, str]:
        import platform
        from importlib import import_module

        found = {"Python": ".".join(platform.python_version_tuple()[:2])}
        for name in ("w2v", "numpy", "numba", "distributed"):
            try:
                found[name] = str(import_module(name).__version__)
            except ImportError as error:
                found[name] = f"not installed ({error})"
        try:  # what is sent later names it, and would end a worker that cannot
            import_module("w2v.cluster.worker_run")
        except Exception as error:
            found["w2v"] += f", which cannot be imported ({error})"
        return found

    return told


def require_same_versions(worker: str, there: Mapping[str, str]) -> None:
    """Refuse a worker that has other versions than are here, by a ClusterError."""
    _require_same(worker, there, versions(), "on all workers, or leave it out")


def require_same_scheduler(place: str, there: Mapping[str, str]) -> None:
    """Refuse a scheduler of another Dask, by a ClusterError."""
    here = {"distributed": versions()["distributed"]}
    _require_same(f"the scheduler at {place}", there, here, "as its workers and this process have")


def _require_same(who: str, there: Mapping[str, str], here: Mapping[str, str], where: str) -> None:
    other = [
        f"{name} {there.get(name)} (here {here[name]})"
        for name in here
        if there.get(name) != here[name]
    ]
    if other:
        raise ClusterError(f"{who} has {', '.join(other)}: install the same {where}")


class Seen(NamedTuple):
    """A file of the corpus as the driver has it.

    Parameters
    ----------
    source : TextSource
    size : int or None
        Bytes.
    sample : str
        As :func:`sample_of` returns it.
    """

    source: TextSource
    size: int | None
    sample: str

    @classmethod
    def of(cls, source: TextSource) -> Self:
        """Look at a file here."""
        return cls(source, source.size, sample_of(source.path))


def sample_of(path: Path | None) -> str:
    """Return a digest of some blocks of a file, by which another one of its length is told.

    Parameters
    ----------
    path : Path or None
        A folder stands for all files in it.  What is at a URL is the same everywhere.
    """
    digest = hashlib.blake2b(digest_size=16)
    files = [path] if path and path.is_file() else sorted(path.glob("*")) if path else []
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.name} {size} ".encode(errors="surrogateescape"))
        with file.open("rb") as opened:
            for place in range(0, max(1, size - _BLOCK), max(1, (size - _BLOCK) // _BLOCKS)):
                opened.seek(place)
                digest.update(opened.read(_BLOCK))
    return digest.hexdigest() if files else ""


def unreadable(sources: Sequence[Seen], folders: Mapping[str, str]) -> str:
    """Return why a worker cannot read the corpus as it is on the driver; nothing if it can.

    Parameters
    ----------
    sources : sequence of Seen
    folders : mapping of str to str
        Of a corpus that is encoded, with the sample of each.
    """
    for source, size, sample in sources:
        try:
            here = source.size
            if here is None and source.path is not None:
                return f"{source.name} is not there"
            if here != size:
                return f"{source.name} has {here:,} bytes, where it was named it has {size:,}"
            source.open().close()
            if sample_of(source.path) != sample:
                return f"{source.name} is another file than where it was named"
        except Exception as error:
            return f"{source.name}: {error}"
    for folder, sample in folders.items():
        if not Path(folder).is_dir():
            return f"{folder} is not there"
        if sample_of(Path(folder)) != sample:
            return f"{folder} is another corpus than where it was named"
    return ""


def require_readable(worker: str, why: str) -> None:
    """Refuse a worker that cannot read the corpus, by a ClusterError."""
    if why:
        raise ClusterError(
            f"{worker} cannot read the corpus ({why}): put it where all workers and this process "
            "find it under the same name, or name a URL (s3://…)"
        )


def free_memory() -> int:
    """Return the bytes that a worker can still take."""
    import psutil

    free = int(psutil.virtual_memory().available)
    limit = library.distributed().get_worker().memory_manager.memory_limit
    if limit:
        free = min(free, int(limit) - psutil.Process(os.getpid()).memory_info().rss)
    return max(0, free)


def require_enough_memory(worker: str, free: int, needed: int) -> None:
    """Refuse a worker that has not the memory that training takes, by a ClusterError."""
    if needed > free:
        raise ClusterError(
            f"{worker} has {free / 1e9:.3g} GB of memory free, and training takes "
            f"{needed / 1e9:.3g} GB on each worker: give it more, lower vector_size, raise "
            "min_count, or bound the vocabulary by max_final_vocab (--max-vocab)"
        )


def tell_of_wide_windows(config: TrainConfig, length: float) -> bool:
    """Say where windows are wider than is known to go well on several workers; whether it was said.

    Parameters
    ----------
    config : TrainConfig
    length : float
        Words of a sentence, on average.
    """
    contexts = contexts_of(config, np.array([0, length]))
    if not config.sg or contexts <= _WIDEST:
        return False
    _log.warning(
        "skip-gram with %.0f contexts a window on several workers: up to %d the vectors are known "
        "to be as one machine's, with more their changes add up to too much; take a window of %d, "
        "shorter sentences, or one worker with many threads",
        contexts, _WIDEST, _WIDEST // 2,
    )  # fmt: skip
    return True


def tell_of_short_rounds(words: int | None) -> None:
    """Say where rounds are so short that exchanging takes most of the time."""
    if words is not None and words < _SHORT:
        _log.warning(
            "rounds of %d words of each worker: each takes some hundredths of a second more than "
            "these words do, and a training many times as long; 50,000 are few already", words,
        )  # fmt: skip


def tell_of_many(workers: int, told: int, *, skip_gram: bool) -> int:
    """Say where more workers train together than are known to do so well.

    Parameters
    ----------
    workers : int
    told : int
        Of how many it has been said before.
    skip_gram : bool

    Returns
    -------
    int
        Of how many it has been said now.
    """
    most = _HELD[skip_gram]
    if workers <= max(most, told):
        return told
    _log.warning(
        "%s with %d workers: up to %d the vectors are known to be as one machine's, with more they "
        "fall behind, and come apart in the end; give fewer workers more threads each",
        "skip-gram" if skip_gram else "CBOW", workers, most,
    )  # fmt: skip
    return workers

"""One run on a cluster: the text read there, and what every worker is told of it."""

from __future__ import annotations

import itertools
import uuid
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from w2v.cluster import checks, worker_run
from w2v.cluster.errors import ClusterError
from w2v.cluster.orders import TextOrder
from w2v.cluster.parts import Part, PartSize
from w2v.cluster.sharded_corpus import ShardedCorpus
from w2v.cluster.workers import PATIENCE, Future, Workers, WorkersLeftError
from w2v.data import CorpusError, EncodedCorpus, Vocabulary
from w2v.data.reading.line_range import cut_sources
from w2v.data.reading.read_corpus import encoded_folder, told_of_replaced
from w2v.data.reading.read_settings import ReadSettings
from w2v.data.reading.scan import ReadProgress
from w2v.data.reading.source_file import TextSource
from w2v.data.reading.text_source import find_sources, names_of
from w2v.messages import quoted, shortened

_LARGEST_PART = 1 << 26
_SMALLEST_PART = 1 << 20
_PARTS_A_WORKER = 4
_MERGED_AT_ONCE = 4
_TRIES = 5
_ENDED_IN = 5.0  # seconds
_CHECKED_IN = 120.0  # seconds, in which a worker that has just begun imports everything


class ClusterRun:
    """What is shared with the workers of a cluster for the length of a block.

    Parameters
    ----------
    client : distributed.Client
    patience : float
        See :class:`Workers`.

    Attributes
    ----------
    workers : Workers
    text : ShardedCorpus or None
        Once it has been read.
    holders : dict of int to str
        Which worker has a part.
    deals : iterator of int
        Numbers for what is dealt, each of them once.
    """

    def __init__(self, client: Any, patience: float = PATIENCE) -> None:
        self.name = f"w2v-{uuid.uuid4().hex[:12]}"
        self.workers = Workers(client, self._prepare, patience)
        self.text: ShardedCorpus | None = None
        self.holders: dict[int, str] = {}
        self.deals = itertools.count(1)
        self._order: TextOrder | None = None
        self._sources: list[checks.Seen] = []
        self._folders: dict[str, str] = {}
        self._vocab: Vocabulary | None = None
        self._started, self._needed = False, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._order is None:  # no worker has been told anything
            return
        with suppress(ClusterError, WorkersLeftError):
            ends = {
                self.workers.submit(worker_run.end_run, self.name, worker=worker): worker
                for worker in self.workers.prepared()
            }
            self.workers.wait(ends, bound=_ENDED_IN)

    # -- workers --------------------------------------------------------------------------

    def _prepare(self, new: list[str]) -> dict[str, ClusterError]:
        """Check workers, tell them what they need to know of the run, and return who is refused."""
        refused: dict[str, ClusterError] = {}

        def check(require: Callable[..., None], answers: Mapping[str, Any], *given: Any) -> None:
            for worker, answer in answers.items():
                try:
                    require(worker, answer, *given)
                except ClusterError as error:
                    refused.setdefault(worker, error)

        check(checks.require_same_versions, self.ask(new, checks.version_teller()))
        able = [worker for worker in new if worker not in refused]
        why = self.ask(able, checks.unreadable, self._sources, self._folders)
        check(checks.require_readable, why)
        if self._needed:
            free = self.ask(able, checks.free_memory)
            check(checks.require_enough_memory, free, self._needed)
        able = [worker for worker in able if worker not in refused]
        if able:
            vocab = None if self._vocab is None else self.workers.send(self._vocab, able)
            self.ask(able, worker_run.prepare_worker, self.name, self._order, vocab)
        return refused

    def ask(
        self, workers: Sequence[str], function: Callable[..., Any], *given: Any
    ) -> dict[str, Any]:
        """Return what a function returns on each of some workers."""
        asked = {self.workers.submit(function, *given, worker=each): each for each in workers}
        self.workers.wait(asked, bound=_CHECKED_IN)
        return {worker: self.workers.result(future, [worker]) for future, worker in asked.items()}

    def require_memory(self, needed: int) -> None:
        """Refuse workers that have not so many bytes free, now by an error, later in silence."""
        free = self.ask(self.workers.ready(wait=True), checks.free_memory)
        for worker, there in free.items():
            checks.require_enough_memory(worker, there, needed)
        self._needed = needed

    # -- the text -------------------------------------------------------------------------

    def read(
        self, source: Any, settings: ReadSettings, progress: ReadProgress | None = None
    ) -> ShardedCorpus:
        """Read a text on the workers.

        Parameters
        ----------
        source : str, path, or sequence of these
            Names of files, folders, patterns, URLs, or an encoded corpus.
        settings : ReadSettings
        progress : callable, optional

        Raises
        ------
        ClusterError
            A worker that is not as it must be, or a cluster that is gone.
        CorpusError
            The text cannot be read, or no word is frequent enough.
        """
        names = names_of(source)
        if names is None or "-" in names:
            raise CorpusError(
                f"on a cluster the corpus is files that every worker can read, got "
                f"{quoted(source)}: name them, or write it to a file first"
            )
        encoded = encoded_folder(source)
        if encoded:
            return self._open(str(encoded.absolute()))
        # Workers may be in another folder.
        sources = [
            each if each.path is None else replace(each, path=each.path.absolute())
            for each in find_sources(names, settings.storage_options)
        ]
        self._sources = list(map(checks.Seen.of, sources))
        fingerprints = [each.fingerprint() for each in sources]
        parts = self._parts_of(sources, settings)
        self._order = TextOrder(tuple(parts), settings)
        for attempt in range(_TRIES):
            try:
                self._start()
                sizes = self._count_and_encode(parts, settings, progress)
                break
            except WorkersLeftError as left:
                self.workers.is_silent(left.workers)
                self._vocab = None
                if attempt == _TRIES - 1:
                    raise ClusterError(
                        f"workers were lost {_TRIES} times while the text was read, {left} last: "
                        "look at their logs"
                    ) from None
        replaced = sum(size.replaced for size in sizes)
        faulty = next((size.faulty for size in sizes if size.faulty), b"")
        told = told_of_replaced(replaced, faulty, [each.name for each in sources[:99]], settings)
        if told:
            warnings.warn(told, UnicodeWarning, stacklevel=2)
        info = {
            "sources": fingerprints,
            "replaced": replaced,
            **settings.described(),
            "sentences_read": sum(size.read for size in sizes),
        }
        assert self._vocab is not None
        return self._take(self._vocab, sizes, info)

    def _open(self, folder: str) -> ShardedCorpus:
        """Take an encoded corpus, of which every worker maps what it trains on."""
        corpus = EncodedCorpus.open(folder)
        self._folders = {folder: checks.sample_of(Path(folder))}
        self._vocab = corpus.vocab
        n = max(1, min(len(corpus), len(self.workers.alive()) * _PARTS_A_WORKER))
        bounds = np.searchsorted(corpus.offsets, np.arange(n) * corpus.n_tokens // n).tolist()
        cuts = sorted({*bounds, len(corpus)})
        parts = [
            Part(i, None, folder, (first, last))
            for i, (first, last) in enumerate(itertools.pairwise(cuts))
        ]
        self._order = TextOrder(tuple(parts), ReadSettings())
        sizes = self._encode(parts, {}, self.workers.send(corpus.vocab, self._start()))
        return self._take(corpus.vocab, sizes, corpus.info, corpus.total_words)

    def _start(self) -> list[str]:
        """Return the workers; at first one that is not as it must be is an error."""
        if not self._started:
            there = self.workers.versions_of_scheduler()
            checks.require_same_scheduler(self.workers.place, there)
        workers = self.workers.ready(wait=True, strict=not self._started)
        self._started = True
        return workers

    def _parts_of(self, sources: Sequence[TextSource], settings: ReadSettings) -> list[Part]:
        workers = max(1, len(self.workers.alive()))
        total = sum(seen.size or 0 for seen in self._sources)
        size = min(_LARGEST_PART, max(_SMALLEST_PART, total // (_PARTS_A_WORKER * workers)))
        cut = cut_sources(list(sources), size, settings.encoding)
        return [Part(number, source) for number, source in enumerate(cut)]

    def _count_and_encode(
        self, parts: list[Part], settings: ReadSettings, progress: ReadProgress | None
    ) -> list[PartSize]:
        workers = self.workers
        workers.ready(wait=True)
        counted = [workers.submit(worker_run.count_part, self.name, each.number) for each in parts]
        total = sum(seen.size or 0 for seen in self._sources)

        def watch(done: int) -> None:
            if progress is not None:
                progress(total * done // max(1, len(parts)), total, 0)

        workers.wait(dict.fromkeys(counted, ""), watch=watch)
        readers = [workers.submit(worker_run.reader_of, future) for future in counted]
        (merged,) = self.tree(worker_run.merge_counts, counted)
        what = shortened(", ".join(seen.source.name for seen in self._sources[:99]))
        vocab = workers.submit(worker_run.vocabulary_of, merged, settings.limits, what)
        del merged, counted
        workers.wait({vocab: ""})
        holders = dict(enumerate(workers.result(workers.submit(worker_run.together, *readers))))
        self._vocab = workers.result(vocab)
        return self._encode(parts, holders, vocab)

    def _encode(
        self, parts: list[Part], holders: Mapping[int, str], vocab: Future
    ) -> list[PartSize]:
        workers, able = self.workers, self.workers.ready(wait=True)
        futures = {}
        for part in parts:
            # Parts of a corpus that is encoded are of whoever has them first.
            near = holders.get(part.number, able[part.number * len(able) // len(parts)])
            given = worker_run.encode_part, self.name, part.number, vocab
            futures[workers.submit(*given, worker=near)] = near
        workers.wait(futures)
        every = workers.submit(worker_run.together, *futures)
        answers = workers.result(every, futures.values())
        self.holders = {number: holder for number, (holder, _) in enumerate(answers)}
        return [size for _, size in answers]

    def tree(
        self, function: Callable[..., Any], futures: list[Future], roots: int = 1
    ) -> list[Future]:
        """Combine results, some at a time, where they are, until no more than so many are left."""
        while len(futures) > roots:
            size = min(_MERGED_AT_ONCE, -(-len(futures) // roots))
            groups = [futures[i : i + size] for i in range(0, len(futures), size)]
            futures = [
                self.workers.submit(function, *group) if len(group) > 1 else group[0]
                for group in groups
            ]
        return futures

    def _take(
        self,
        vocab: Vocabulary,
        sizes: Sequence[PartSize],
        info: Mapping[str, Any],
        total_words: int | None = None,
    ) -> ShardedCorpus:
        assert self._order is not None
        sizes = tuple(size._replace(faulty=b"") for size in sizes)
        self._order = self._order._replace(sizes=sizes)
        self.text = ShardedCorpus(vocab, sizes, info, self._fetch, total_words)
        return self.text

    def _fetch(self, wanted: Mapping[int, np.ndarray]) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Return sentences of parts from whoever has them, or can read them again."""
        workers = self.workers
        for _ in range(_TRIES):
            able = workers.ready(wait=True)
            futures = {}
            for part, chosen in wanted.items():
                holder = self.holders.get(part, "")
                worker = holder if holder in able else able[part % len(able)]
                given = worker_run.excerpt_of_part, self.name, part, chosen
                futures[workers.submit(*given, worker=worker)] = worker
            try:
                workers.wait(futures)
                found = [workers.result(future) for future in futures]
                return dict(zip(wanted, found, strict=True))
            except WorkersLeftError as left:
                workers.is_silent(left.workers)
        raise ClusterError("workers are lost again and again: look at their logs")

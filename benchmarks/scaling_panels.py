"""What the fused engine is measured against, one thing changed at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import product

from benchmarks.gpu_measure import minibatch_speed
from benchmarks.scaling_measure import Fused, Setting
from benchmarks.zipf import Stream, zipf_on_disk, zipf_stream
from w2v.backend import Backend

MODELS = {"skip-gram": True, "CBOW": False}
MODEST_SPEED = 4e6  # words a second, to guess how long a run takes


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    Parameters
    ----------
    rounds : int
    seconds : float
        Of a measurement.
    thread_seconds : float
        Of one on one thread, where threads are counted.
    dimensions, windows, negatives, vocabularies, batches : tuple of int
        The values of each.
    corpora : tuple of int
        Words of the texts whose whole length is trained on; ``corpus_rounds`` times.
    corpus_rounds : int
    corpus_vocabulary : int
    text_words : int, optional
        Of the text that the others train on; all by default.
    """

    rounds: int
    seconds: float
    thread_seconds: float
    dimensions: tuple[int, ...]
    windows: tuple[int, ...]
    negatives: tuple[int, ...]
    vocabularies: tuple[int, ...]
    corpora: tuple[int, ...]
    corpus_rounds: int
    corpus_vocabulary: int
    batches: tuple[int, ...]
    text_words: int | None = None


@dataclass(frozen=True)
class Point:
    """One thing to measure.

    Parameters
    ----------
    series : str
        Model or sampling, and backend.
    value : int
        Of what is changed.
    measure : callable
        Returns words a second.
    words : int
        That a measurement trains on.
    seconds : float
        That it may take, for the estimate of the time left.
    kept : float, optional
        Share of the words that subsampling keeps.
    """

    series: str
    value: int
    measure: Callable[[], float]
    words: int
    seconds: float
    kept: float | None = None


@dataclass
class Panels:
    """Builds the points of every panel.

    Parameters
    ----------
    plan : Plan
    text : Stream
    backends : list of Backend
    left_out : list of str
        Gets what cannot be measured here, and why.
    """

    plan: Plan
    text: Stream
    backends: list[Backend]
    left_out: list[str]
    scratch: ExitStack = field(default_factory=ExitStack)
    _held: int = 0

    def all(self) -> dict[str, tuple[Callable[[], Iterator[Point]], int]]:
        """Return what builds each panel, and its rounds."""
        plan = self.plan
        varied: dict[str, tuple[str, tuple[int, ...]]] = {
            "dimensions": ("dim", plan.dimensions),
            "window": ("window", plan.windows),
            "negatives": ("negative", plan.negatives),
        }
        return {
            "threads, same text": (self.strong, plan.rounds),
            "threads, as much text each": (self.weak, plan.rounds),
            **{name: (partial(self.varied, *each), plan.rounds) for name, each in varied.items()},
            "vocabulary": (self.vocabulary, plan.rounds),
            "corpus": (self.corpus, plan.corpus_rounds),
            "batch": (self.batch, plan.rounds),
        }

    def forms(self) -> Iterator[tuple[str, Backend, Setting]]:
        """Give both models on every backend, at the default point."""
        for backend, (name, skip_gram) in product(self.backends, MODELS.items()):
            workers = min(2, backend.fused_workers())
            yield f"{name}, {backend.name}", backend, Setting(skip_gram, workers=workers)

    def strong(self) -> Iterator[Point]:
        """Train on the same text with more and more threads."""
        for series, runs in self._by_workers():
            most = max(runs)
            words = int(runs[1].words_in(self.plan.thread_seconds) * max(1, most / 2))
            for workers, run in runs.items():
                yield self._point(series, workers, run, min(words, len(self.text.tokens)))

    def weak(self) -> Iterator[Point]:
        """Train on as much text with every thread."""
        for series, runs in self._by_workers():
            in_time = runs[1].words_in(self.plan.thread_seconds)
            share = min(in_time, len(self.text.tokens) // max(runs))
            for workers, run in runs.items():
                yield self._point(series, workers, run, share * workers)

    def varied(self, name: str, values: tuple[int, ...]) -> Iterator[Point]:
        """Train with one of the settings changed."""
        for (series, backend, setting), value in product(self.forms(), values):
            changed = setting.with_(name, value)
            run = self._fused(f"{value} {name}, {series}", backend, self.text, changed)
            if run:
                yield self._point(series, value, run, run.words_in(self.plan.seconds))

    def vocabulary(self) -> Iterator[Point]:
        """Train on texts of more and more different words."""
        drawn = 2 * int(MODEST_SPEED * self.plan.seconds)
        for size in self.plan.vocabularies:
            # Each word comes once first, which is not how a text is: it is skipped.
            text = zipf_stream(size + drawn, size).part(drawn, skip=size)
            for series, backend, setting in self.forms():
                run = self._fused(f"a vocabulary of {size:,}, {series}", backend, text, setting)
                if run:
                    yield self._point(series, size, run, run.words_in(self.plan.seconds))

    def corpus(self) -> Iterator[Point]:
        """Train on all of longer and longer texts, mapped from disk; on short ones repeatedly."""
        least = int(MODEST_SPEED * self.plan.seconds)
        size = self.plan.corpus_vocabulary
        sizes = [words for words in self.plan.corpora if self._fits_disk(words)]
        if not sizes:
            return
        stored = self.scratch.enter_context(zipf_on_disk(max(sizes) + size, size))
        text = stored.part(max(sizes), skip=size)
        for series, backend, setting in self.forms():
            run = self._fused(f"corpora, {series}", backend, text, setting)
            if run:
                for words in sizes:
                    yield self._point(series, words, run, words, epochs=-(-least // words))

    def batch(self) -> Iterator[Point]:
        """Step the minibatch engine's skip-gram with Adam."""
        text = zipf_stream(1_000_000, 10_000)
        for backend, exact, batch in product(self.backends, (True, False), self.plan.batches):
            series = f"{'exact' if exact else 'fast'}, {backend.name}"
            measure = partial(
                minibatch_speed, backend, text, batch, exact=exact, seconds=self.plan.seconds
            )
            yield Point(series, batch, measure, batch, 2 * self.plan.seconds)

    def release(self) -> None:
        """Forget what a panel has held."""
        self.scratch.close()
        self._held = 0

    def _by_workers(self) -> Iterator[tuple[str, dict[int, Fused]]]:
        for series, backend, setting in self.forms():
            counts = worker_counts(backend.fused_workers())
            if len(counts) == 1:
                self._leave_out(f"threads, {series}: one is all there is")
                continue
            yield (
                series,
                {n: Fused(backend, self.text, setting.with_("workers", n)) for n in counts},
            )

    def _fused(self, what: str, backend: Backend, text: Stream, setting: Setting) -> Fused | None:
        """Build a run, unless this panel's runs would take too much memory."""
        need, total = setting.bytes(len(text.counts)), backend.memory_info().total
        if self._held + need > 0.6 * total:
            self._leave_out(
                f"{what}: needs {need / 2**30:.1f} GiB beside {self._held / 2**30:.1f}, too much "
                f"of {total / 2**30:.0f} GiB"
            )
            return None
        self._held += need
        return Fused(backend, text, setting)

    def _fits_disk(self, words: int) -> bool:
        need = 5 * words  # ids of 4 bytes, and where sentences begin
        free = shutil.disk_usage(tempfile.gettempdir()).free
        if need > 0.8 * free:
            self._leave_out(
                f"a corpus of {words:,} words: takes {need / 1e9:.1f} GB of disk in "
                f"{tempfile.gettempdir()}, where {free / 1e9:.1f} GB are free"
            )
        return need <= 0.8 * free

    def _leave_out(self, reason: str) -> None:
        if reason not in self.left_out:
            self.left_out.append(reason)

    @staticmethod
    def _point(series: str, value: int, run: Fused, words: int, epochs: int = 1) -> Point:
        measure = partial(run.words_per_second, words, epochs)
        seconds = epochs * words / MODEST_SPEED
        return Point(series, value, measure, epochs * words, seconds, run.kept)


def worker_counts(most: int) -> list[int]:
    """Return 1, 2, 4, 8 and so on, and the most."""
    counts = [1 << i for i in range(most.bit_length())]
    return sorted({*counts, most})

"""What is measured of how training time grows: one thing changes at a time."""

import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.harness.machine import doubled
from benchmarks.harness.options import Corpus
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import write
from benchmarks.harness.texts import benchmark_text, zipf_on_disk, zipf_sentences
from benchmarks.scaling.report import plot, table
from w2v.backend import Backend, available_backends, get_backend
from w2v.bench.rounds import Spread
from w2v.bench.training import FusedRun, MinibatchRun, Sentences, Setting
from w2v.data import read_corpus

MODELS = {"skip-gram": True, "CBOW": False}
DEFAULT = Setting(workers=2)
_SPEED = 4e6  # words a second, modest, to guess how long a run takes
_FEWEST = 50_000  # words that say something of the pace
_BEFORE = 1_000_000  # words of a run; at its beginning threads share all rows, which is slower


class Plan(NamedTuple):
    """How much to measure: rounds, seconds of a measurement, and the values of each panel.

    A measurement takes ``thread_seconds`` on one thread, where threads are counted. The texts of
    ``corpora`` are trained on to their end, ``corpus_rounds`` times; all others on the first
    ``text_words`` of the text, by default all.
    """

    rounds: int = 5
    seconds: float = 0.8
    thread_seconds: float = 2.5
    dim: tuple[int, ...] = (50, 100, 200, 300, 500, 1000)
    window: tuple[int, ...] = (2, 3, 5, 10, 20)
    negative: tuple[int, ...] = (1, 2, 5, 10, 20, 50)
    vocabularies: tuple[int, ...] = (10_000, 30_000, 100_000, 300_000, 1_000_000, 2_000_000)
    corpora: tuple[int, ...] = (1_000_000, 10_000_000, 30_000_000, 200_000_000)
    corpus_rounds: int = 3
    corpus_vocabulary: int = 100_000
    batches: tuple[int, ...] = (10, 100, 1_000, 10_000, 100_000)
    text_words: int | None = None

    @property
    def ready_seconds(self) -> float:
        """What it takes to make the models of a panel and find out their pace, about."""
        return 5 + 10 * self.seconds if self.text_words is None else 0.5

    def expected_seconds(self, threads: list[int]) -> float:
        """Return what all takes, about, on backends with so many threads at most."""
        models, backends = len(MODELS), len(threads)
        values = sum(map(len, (self.dim, self.window, self.negative, self.vocabularies)))
        batched = 4 * len(self.batches) * backends * self.seconds
        threaded = 2 * models * sum(len(doubled(n)) for n in threads) * self.thread_seconds
        a_round = models * backends * values * self.seconds + threaded + batched
        corpora = models * backends * self.corpus_rounds * sum(self.corpora) / _SPEED
        return 8 * self.ready_seconds + self.rounds * a_round + corpora


FULL = Plan()
QUICK = {
    "plan": Plan(2, 0.02, 0.02, (50, 200), (2, 10), (1, 10), (10_000, 100_000),
                 (100_000, 1_000_000), 1, 10_000, (10, 1_000), 200_000)
}  # fmt: skip


class Point(NamedTuple):
    """One value of a panel, in a series of a model or sampling and a backend.

    A measurement, of words a second, trains on so many words and may take so many seconds.
    """

    series: str
    value: int
    measure: Callable[[], float]
    words: int
    seconds: float
    kept: float | None = None


def words_per_second(run: FusedRun, words: int, epochs: int = 1) -> float:
    """Train on the text's first words, as the last epochs of a longer run.

    The rate counts all of them, kept or not.
    """
    part = run.text.part(words)
    trainer = run.train(epochs, part, before=-(-_BEFORE // len(part.tokens)))
    return epochs * len(part.tokens) / trainer.seconds


def words_in(run: FusedRun, seconds: float) -> int:
    """Find out how many words are trained in so many seconds; at most all of the text."""
    pace = words_per_second(run, _FEWEST)  # compiles, and touches the weights
    pace = words_per_second(run, max(_FEWEST, int(pace * seconds / 4)))
    return min(len(run.text.tokens), max(_FEWEST, int(pace * seconds)))


def minibatch_speed(
    backend: Backend, text: Sentences, sampling: str, batch: int, seconds: float
) -> float:
    """Return the words a second of a new model in the minibatch engine."""
    return MinibatchRun(backend, text, Setting(sampling=sampling), batch).speed(seconds)


class Panels:
    """Builds the points of every panel; says what cannot be measured here, and why."""

    def __init__(self, plan: Plan, text: Sentences) -> None:
        self.plan, self.text = plan, text
        self.backends = [get_backend(name) for name in available_backends()]
        self.left_out: list[str] = []
        self._scratch, self._held = ExitStack(), 0
        self.all: dict[str, Callable[[], Iterator[Point]]] = {
            "threads, same text": partial(self.threads, more_text=False),
            "threads, as much text each": partial(self.threads, more_text=True),
            "dimensions": partial(self.varied, "dim"),
            "window": partial(self.varied, "window"),
            "negatives": partial(self.varied, "negative"),
            "vocabulary": self.vocabulary,
            "corpus": self.corpus,
            "batch": self.batch,
        }

    def forms(self) -> Iterator[tuple[str, Backend, Setting]]:
        """Give both models on every backend, at the default point."""
        for backend, (name, skip_gram) in product(self.backends, MODELS.items()):
            workers = min(2, backend.fused_workers())
            setting = DEFAULT.changed(skip_gram=skip_gram, workers=workers)
            yield f"{name}, {backend.name}", backend, setting

    def threads(self, *, more_text: bool) -> Iterator[Point]:
        """Train with more and more threads, on the same text or on as much with every thread."""
        for series, backend, setting in self.forms():
            counts, size = doubled(backend.fused_workers()), len(self.text.tokens)
            if len(counts) == 1:
                self._leave_out(f"threads, {series}: one is all there is")
                continue
            runs = {n: FusedRun(backend, self.text, setting.changed(workers=n)) for n in counts}
            words = words_in(runs[1], self.plan.thread_seconds)
            same, each = min(size, int(words * max(1, counts[-1] / 2))), size // counts[-1]
            for n, run in runs.items():
                yield _point(series, n, run, min(words, each) * n if more_text else same)

    def varied(self, name: str) -> Iterator[Point]:
        """Train with one of the settings changed."""
        for (series, backend, setting), value in product(self.forms(), getattr(self.plan, name)):
            changed = setting.changed(**{name: value})
            for run in self._fused(f"{value} {name}, {series}", backend, self.text, changed):
                yield _point(series, value, run, words_in(run, self.plan.seconds))

    def vocabulary(self) -> Iterator[Point]:
        """Train on texts of more and more different words."""
        drawn = 2 * int(_SPEED * self.plan.seconds)
        for size in self.plan.vocabularies:
            # Each word comes once first, which is not how a text is: it is skipped.
            text = zipf_sentences(size + drawn, size).part(drawn, skip=size)
            for series, backend, setting in self.forms():
                what = f"a vocabulary of {size:,}, {series}"
                for run in self._fused(what, backend, text, setting):
                    yield _point(series, size, run, words_in(run, self.plan.seconds))

    def corpus(self) -> Iterator[Point]:
        """Train on all of longer and longer texts, mapped from disk; on short ones repeatedly."""
        least, size = int(_SPEED * self.plan.seconds), self.plan.corpus_vocabulary
        sizes = [words for words in self.plan.corpora if self._fits_disk(words)]
        if not sizes:
            return
        stored = self._scratch.enter_context(zipf_on_disk(max(sizes) + size, size))
        text = stored.part(max(sizes), skip=size)
        for series, backend, setting in self.forms():
            for run in self._fused(f"corpora, {series}", backend, text, setting):
                for words in sizes:
                    yield _point(series, words, run, words, epochs=-(-least // words))

    def batch(self) -> Iterator[Point]:
        """Step the minibatch engine's skip-gram with Adam."""
        text, seconds = zipf_sentences(1_000_000, 10_000), self.plan.seconds
        for backend, way, batch in product(self.backends, ("exact", "fast"), self.plan.batches):
            measure = partial(minibatch_speed, backend, text, way, batch, seconds)
            yield Point(f"{way}, {backend.name}", batch, measure, batch, 2 * seconds)

    def release(self) -> None:
        """Forget what a panel has held."""
        self._scratch.close()
        self._held = 0
        gc.collect()

    def _fused(
        self, what: str, backend: Backend, text: Sentences, setting: Setting
    ) -> Iterator[FusedRun]:
        """Give a run, unless this panel's runs would take too much memory."""
        need, total = setting.bytes(len(text.counts)), backend.memory_info().total
        if self._held + need <= 0.6 * total:
            self._held += need
            yield FusedRun(backend, text, setting)
        else:
            needed, held, there = (x / 2**30 for x in (need, self._held, total))
            lack = f"needs {needed:.1f} GiB beside {held:.1f}, too much of {there:.0f} GiB"
            self._leave_out(f"{what}: {lack}")

    def _fits_disk(self, words: int) -> bool:
        folder, need = tempfile.gettempdir(), 5 * words  # ids of 4 bytes, where sentences begin
        free = shutil.disk_usage(folder).free
        if need > 0.8 * free:
            lack = (
                f"takes {need / 1e9:.1f} GB of disk in {folder}, where {free / 1e9:.1f} GB are free"
            )
            self._leave_out(f"a corpus of {words:,} words: {lack}")
        return need <= 0.8 * free

    def _leave_out(self, reason: str) -> None:
        if reason not in self.left_out:
            self.left_out.append(reason)


def _point(series: str, value: int, run: FusedRun, words: int, epochs: int = 1) -> Point:
    measure, trained = partial(words_per_second, run, words, epochs), epochs * words
    return Point(series, value, measure, trained, trained / _SPEED, run.kept)


def run(folder: Path, *, plan: Plan = FULL, corpus: Corpus = None) -> str:
    """Measure, and write ``scaling``."""
    with benchmark_text(corpus, plan.text_words) as source:
        text = Sentences.of(read_corpus(source.path, min_count=5))
    panels, records = Panels(plan, text), list[dict[str, Any]]()
    threads = [backend.fused_workers() for backend in panels.backends]
    with Progress("scaling", plan.expected_seconds(threads)) as progress:
        for title, build in panels.all.items():
            progress.step(f"{title}: getting ready", plan.ready_seconds)
            points = {f"{title} {each.value:,}, {each.series}": each for each in build()}
            turns = {key: (each.measure, each.seconds) for key, each in points.items()}
            rounds = plan.corpus_rounds if title == "corpus" else plan.rounds
            speeds = progress.alternate(turns, rounds)
            records += [
                {"panel": title, "series": each.series, "value": each.value, "words": each.words,
                 "kept": each.kept, "words_per_second": Spread.of(speeds[key]).figures(),
                 "rounds": speeds[key]}
                for key, each in points.items()
            ]  # fmt: skip
            points, turns = {}, {}
            panels.release()
    about = {"name": str(source), "words": len(text.tokens), "vocabulary": len(text.counts)}
    figures = {"text": about, "setting": asdict(DEFAULT), "quick": plan != FULL,
               "left_out": panels.left_out, "results": records}  # fmt: skip
    return write(folder, "scaling", figures, table(figures), plot(records))

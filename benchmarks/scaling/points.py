"""What is measured of how training time grows: one thing changes at a time."""

import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from typer import Option

from benchmarks.harness import options, report, texts, turns
from benchmarks.harness.machine import doubled
from benchmarks.scaling import virtual_workers as virtual
from benchmarks.scaling.report import AXES, parts, plot
from w2v.backend import Backend, available_backends, get_backend
from w2v.bench.rounds import Spread
from w2v.bench.training import FusedRun, MinibatchRun, Sentences, Setting
from w2v.config import TrainConfig
from w2v.data import read_corpus

MODELS = {"skip-gram": True, "CBOW": False}
DEFAULT = Setting(workers=2)
_VIRTUAL = "Simulate clusters of so many workers, as 4,16,64, on one core instead."
_ROUNDS = "Words of each of them in a round."
_SPEED = 4e6  # words a second, modest, to guess how much text a run takes
_FEWEST = 50_000  # words that say something of the pace
_BEFORE = 1_000_000  # words of a run; at its beginning threads share all rows, which is slower
_STORED = 100_000  # different words of the corpora on disk
_VALUES = {
    "dimensions": (50, 100, 200, 300, 500, 1000),
    "window": (2, 3, 5, 10, 20),
    "negatives": (1, 2, 5, 10, 20, 50),
    "vocabulary": (10_000, 30_000, 100_000, 300_000, 1_000_000, 2_000_000),
    "corpus": (1_000_000, 10_000_000, 30_000_000, 200_000_000),
    "batch": (10, 100, 1_000, 10_000, 100_000),
}


class Plan(NamedTuple):
    """How much to measure: the values of each panel, seconds of a measurement, rounds.

    A measurement takes ``thread_seconds`` on one thread, where threads are counted; corpora are
    trained on to their end, ``corpus_rounds`` times; all else on the first ``text_words``.
    """

    values: Mapping[str, tuple[int, ...]] = _VALUES
    seconds: float = 0.8
    thread_seconds: float = 2.5
    rounds: int = 5
    corpus_rounds: int = 3
    text_words: int | None = None


FULL = Plan()
QUICK = options.Quick(Plan({
    "dimensions": (50, 200), "window": (2, 10), "negatives": (1, 10), "batch": (10, 1_000),
    "vocabulary": (5_000, 20_000), "corpus": (50_000, 200_000),
}, 0.02, 0.02, 1, 1, 100_000))  # fmt: skip


class Point(NamedTuple):
    """One value of a panel, in a series of a model or sampling and a backend.

    A measurement, of words a second, trains on so many words, of which a share is kept.
    """

    series: str
    value: int
    measure: Callable[[], float]
    words: int
    kept: float | None = None


def words_per_second(run: FusedRun, words: int, epochs: int = 1) -> float:
    """Train on the text's first words, as the last epochs of a longer run; count all of them."""
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

    def points(self, panel: str) -> Iterator[Point]:
        """Give the points of a panel."""
        if panel.startswith("threads"):
            return self._threads(more_text="each" in panel)
        return self._batches() if panel == "batch" else self._varied(panel)

    def _forms(self) -> Iterator[tuple[str, Backend, Setting]]:
        """Give both models on every backend, at the default point."""
        for backend, (name, skip_gram) in product(self.backends, MODELS.items()):
            workers = min(2, backend.fused_workers())
            setting = DEFAULT.changed(skip_gram=skip_gram, workers=workers)
            yield f"{name}, {backend.name}", backend, setting

    def _threads(self, *, more_text: bool) -> Iterator[Point]:
        """Train with more and more threads, on the same text or on as much with every thread."""
        for series, backend, setting in self._forms():
            counts, size = doubled(backend.fused_workers()), len(self.text.tokens)
            if len(counts) == 1:
                self.left_out.append(f"threads, {series}: one is all there is")
                continue
            runs = {n: FusedRun(backend, self.text, setting.changed(workers=n)) for n in counts}
            words = words_in(runs[1], self.plan.thread_seconds)
            same, each = min(size, int(words * max(1, counts[-1] / 2))), size // counts[-1]
            for n, run in runs.items():
                yield _point(series, n, run, min(words, each) * n if more_text else same)

    def _varied(self, panel: str) -> Iterator[Point]:
        """Train with one of the settings changed, or on another text."""
        field, values, ran = (
            AXES[panel].field,
            self.plan.values[panel],
            int(_SPEED * self.plan.seconds),
        )
        if panel == "corpus":  # mapped from disk; ids of 4 bytes, and where sentences begin
            room = int(0.8 * shutil.disk_usage(tempfile.gettempdir()).free / 5)
            self.left_out += [f"a corpus of {x:,} words: takes {5 * x / 1e9:.1f} GB of disk"
                              for x in values if x > room]  # fmt: skip
            values = tuple(x for x in values if x <= room)
            stored = texts.zipf_on_disk(max(values, default=0) + _STORED, _STORED)
            corpus = self._scratch.enter_context(stored)
        for value in values:
            # Each word of a drawn text comes once first, which is not how one is: it is skipped.
            text = self.text
            if panel == "corpus":
                text = corpus.part(value, skip=_STORED)
            elif panel == "vocabulary":
                text = texts.zipf_sentences(value + 2 * ran, value).part(2 * ran, skip=value)
            for series, backend, default in self._forms():
                setting = default.changed(**{field: value} if field else {})
                need, total = setting.bytes(len(text.counts)), backend.memory_info().total
                if self._held + need > 0.6 * total:
                    needed, held, there = (
                        f"{x / 2**30:.1f} GiB" for x in (need, self._held, total)
                    )
                    lack = f"needs {needed} beside {held}, too much of {there}"
                    self.left_out.append(f"{panel} {value:,}, {series}: {lack}")
                    continue
                self._held += need
                run = FusedRun(backend, text, setting)
                if panel == "corpus":  # all of it, short ones repeatedly
                    yield _point(series, value, run, value, epochs=-(-ran // value))
                else:
                    yield _point(series, value, run, words_in(run, self.plan.seconds))

    def _batches(self) -> Iterator[Point]:
        """Step the minibatch engine's skip-gram with Adam."""
        text, ways = texts.zipf_sentences(1_000_000, 10_000), ("exact", "fast")
        for backend, way, batch in product(self.backends, ways, self.plan.values["batch"]):
            measure = partial(minibatch_speed, backend, text, way, batch, self.plan.seconds)
            yield Point(f"{way}, {backend.name}", batch, measure, batch)

    def release(self) -> None:
        """Forget what a panel has held."""
        self._scratch.close()
        self._held = 0
        gc.collect()


def _point(series: str, value: int, run: FusedRun, words: int, epochs: int = 1) -> Point:
    measure = partial(words_per_second, run, words, epochs)
    return Point(series, value, measure, epochs * words, run.kept)


def run(
    folder: Path, *, plan: Annotated[Plan, QUICK] = FULL, corpus: options.Corpus = None,
    virtual_workers: Annotated[str | None, Option(help=_VIRTUAL)] = None,
    round_words: Annotated[str, Option(help=_ROUNDS)] = "50000,200000",
    epochs: options.Epochs = 3,
) -> str:  # fmt: skip
    """Measure, and write ``scaling``; or simulate a cluster, and write ``virtual-workers``."""
    if virtual_workers is not None:
        todo = virtual.cases(*([int(x) for x in y.split(",")]
                               for y in (virtual_workers, round_words)))  # fmt: skip
        config = TrainConfig(epochs=epochs, workers=1, backend="cpu")
        with texts.encoded_text(corpus, plan.text_words) as (_, encoded):
            return virtual.run(folder, encoded, config, todo)
    with texts.benchmark_text(corpus, plan.text_words) as source:
        text = Sentences.of(read_corpus(source.path, min_count=5))
    panels, records = Panels(plan, text), list[dict[str, Any]]()
    for title in AXES:
        turns.say(f"scaling: {title}: getting ready", passing=True)
        points = {(each.value, each.series): each for each in panels.points(title)}
        rounds = plan.corpus_rounds if title == "corpus" else plan.rounds
        measures = {f"{key[0]:,}, {key[1]}": each.measure for key, each in points.items()}
        speeds = turns.take_turns(f"scaling: {title}", measures, rounds)
        records += [
            {"panel": title, "series": each.series, "value": each.value, "words": each.words,
             "kept": each.kept, "words_per_second": Spread.of(found).figures(), "rounds": found}
            for each, found in zip(points.values(), speeds.values(), strict=True)
        ]  # fmt: skip
        points, measures = {}, {}
        panels.release()
    about = {"name": str(source), "words": len(text.tokens), "vocabulary": len(text.counts)}
    figures = {"text": about, "setting": asdict(DEFAULT), "quick": plan != FULL,
               "left_out": list(dict.fromkeys(panels.left_out)), "results": records}  # fmt: skip
    title = "How training time grows"
    return report.write(folder, "scaling", title, figures, parts(records), plot(records))

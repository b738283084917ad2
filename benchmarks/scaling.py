"""How training time grows: with threads, sizes of the model, vocabulary, corpus and batch."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.corpora import benchmark_text
from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.rounds import Spread, alternate
from benchmarks.scaling_measure import Setting
from benchmarks.scaling_panels import MODELS, MODEST_SPEED, Panels, Plan, Point, worker_counts
from benchmarks.scaling_plot import draw
from benchmarks.scaling_report import table
from benchmarks.zipf import Stream
from w2v.backend import Backend, available_backends, get_backend
from w2v.data import read_corpus

FULL = Plan(
    rounds=5,
    seconds=0.8,
    thread_seconds=2.5,
    dimensions=(50, 100, 200, 300, 500, 1000),
    windows=(2, 3, 5, 10, 20),
    negatives=(1, 2, 5, 10, 20, 50),
    vocabularies=(10_000, 30_000, 100_000, 300_000, 1_000_000, 2_000_000),
    corpora=(1_000_000, 10_000_000, 30_000_000, 200_000_000),
    corpus_rounds=3,
    corpus_vocabulary=100_000,
    batches=(10, 100, 1_000, 10_000, 100_000),
)
QUICK = Plan(
    rounds=2,
    seconds=0.02,
    thread_seconds=0.02,
    dimensions=(50, 200),
    windows=(2, 10),
    negatives=(1, 10),
    vocabularies=(10_000, 100_000),
    corpora=(100_000, 1_000_000),
    corpus_rounds=1,
    corpus_vocabulary=10_000,
    batches=(10, 1_000),
    text_words=200_000,
)
_READY = 5  # seconds, about, to make the models of a panel and find out their pace


def run(folder: Path, *, quick: bool, corpus: Path | None = None) -> str:
    """Measure, write ``scaling.json``, ``.md`` and ``.png``; return the table.

    Parameters
    ----------
    folder : Path
    quick : bool
        Fewer values and rounds, shorter ones, on a part of the text.
    corpus : Path, optional
        Text to train on, see :func:`benchmarks.corpora.benchmark_text`.
    """
    plan = QUICK if quick else FULL
    backends = [get_backend(name) for name in available_backends()]
    left_out: list[str] = []
    with benchmark_text(corpus, plan.text_words) as source:
        read = read_corpus(source.path, min_count=5)
        name = str(source)
    text = Stream(read.tokens, read.offsets, read.vocab.counts)
    records: list[dict[str, Any]] = []
    seconds = expected_seconds(plan, backends)
    with Progress("scaling", seconds, seconds) as progress:
        panels = Panels(plan, text, backends, left_out)
        for title, (build, rounds) in panels.all().items():
            progress.step(f"{title}: getting ready", _ready_seconds(plan))
            points = list(build())
            records += measure(title, points, rounds, progress)
            points.clear()
            panels.release()
            gc.collect()
    figures = {
        "text": {"name": name, "words": len(text.tokens), "vocabulary": len(text.counts)},
        "setting": asdict(Setting()),
        "quick": quick,
        "left_out": left_out,
        "results": records,
    }
    return write(folder, "scaling", figures, table(figures), partial(draw, records=records))


def measure(
    panel: str, points: Sequence[Point], rounds: int, progress: Progress
) -> list[dict[str, Any]]:
    """Measure a panel's points by turns; return a record of each."""
    by_name = {f"{panel} {point.value:,}, {point.series}": point for point in points}
    speeds = alternate(
        {name: point.measure for name, point in by_name.items()},
        rounds,
        progress,
        {name: point.seconds for name, point in by_name.items()},
    )
    return [
        {
            "panel": panel,
            "series": point.series,
            "value": point.value,
            "words": point.words,
            "kept": point.kept,
            "words_per_second": Spread.of(speeds[name]).figures(),
            "rounds": speeds[name],
        }
        for name, point in by_name.items()
    ]


def expected_seconds(plan: Plan, backends: Sequence[Backend]) -> float:
    """Guess how long all of it takes."""
    forms = len(MODELS) * len(backends)
    varied = (plan.dimensions, plan.windows, plan.negatives, plan.vocabularies)
    points = forms * sum(map(len, varied))
    threads = [n for b in backends for n in worker_counts(b.fused_workers())]
    threaded = 2 * len(MODELS) * len(threads) * plan.thread_seconds
    batched = 4 * len(plan.batches) * len(backends) * plan.seconds
    corpora = forms * plan.corpus_rounds * sum(plan.corpora) / MODEST_SPEED
    a_round = points * plan.seconds + threaded + batched
    return 8 * _ready_seconds(plan) + plan.rounds * a_round + corpora


def _ready_seconds(plan: Plan) -> float:
    return _READY + 10 * plan.seconds if plan.text_words is None else 0.5

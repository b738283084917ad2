"""Negative words: draws a second and the error of their distribution, beside NumPy's ways.

The words are Zipf's: word i has a count in proportion to 1 / (i + 2.7), and is drawn in
proportion to the count to the power of 0.75.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.rounds import Spread, alternate
from benchmarks.sampling_report import draw, table
from tests.support.sampling_error import count, error, inclusion
from tests.support.textbook import UnigramSampler as TextbookSampler
from w2v.backend import available_backends, get_backend
from w2v.layers import UnigramSampler

BATCH = 10_000
POWER = 0.75
ROW_BY_ROW, AT_ONCE = "random.choice, row by row", "Generator.choice, put back"


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    Parameters
    ----------
    sizes, negatives : tuple of int
        Words of the vocabularies; k.
    rounds : int
    slice_seconds : float
        Of a measurement of speed.
    words : int
        To draw for the error, or as many as can be drawn in ``error_seconds``.
    error_seconds : float
    """

    sizes: tuple[int, ...]
    negatives: tuple[int, ...]
    rounds: int
    slice_seconds: float
    words: int
    error_seconds: float

    def seconds(self, contestants: int) -> float:
        """Return about how long a vocabulary and a k take, all contestants together."""
        measuring = self.rounds * self.slice_seconds + self.error_seconds
        return self.ready_seconds + contestants * measuring

    @property
    def ready_seconds(self) -> float:
        """What preparing a vocabulary and its contestants takes, about."""
        return 0.5 + 8 * self.slice_seconds


FULL = Plan((1_000, 10_000, 100_000, 1_000_000), (5, 20, 100), 7, 0.1, 10_000_000, 1.5)
QUICK = Plan((1_000, 100_000), (5,), 3, 0.03, 500_000, 0.3)


@dataclass
class Contestant:
    """One way of drawing.

    Parameters
    ----------
    name : str
    draw : callable
        Draws for (B,) targets, on whichever device it works; returns (B, k) words.
    distinct : bool
        A row's words are distinct, none is the target; otherwise words are put back.
    place : callable
        Moves targets to where they are needed.
    fetch : callable
        Brings words back as a NumPy array.
    wait : callable
        Returns when all has been drawn.
    """

    name: str
    draw: Callable[[Any], Any]
    distinct: bool
    place: Callable[[np.ndarray], Any] = np.asarray
    fetch: Callable[[Any], np.ndarray] = np.asarray
    wait: Callable[[], None] = lambda: None

    def prepare(self, targets: np.ndarray, seconds: float) -> tuple[int, Callable[[], float]]:
        """Choose how many rows a measurement takes; return them and what measures it.

        Parameters
        ----------
        targets : (B,) int32 array
        seconds : float
            What a measurement should take.

        Returns
        -------
        rows : int
            That are drawn in about so many seconds.
        measure : callable
            Returns rows a second.
        """
        self._seconds(self.place(targets[:1]), 1)  # compiles
        rows, took = 1, 0.0
        while rows < len(targets) and took < seconds / 4:
            rows = min(len(targets), rows * 4)
            took = self._seconds(self.place(targets[:rows]), 1)
        calls = max(1, round(seconds / took))
        if rows < len(targets):  # a slow one: one call of as many rows as it can
            rows, calls = max(1, min(len(targets), round(rows * seconds / took))), 1
        batch = self.place(targets[:rows])
        return rows * calls, lambda: rows * calls / self._seconds(batch, calls)

    def rows(self, targets: np.ndarray, n: int) -> np.ndarray:
        """Draw for the first n targets, back as a NumPy array: (n, k)."""
        return self.fetch(self.draw(self.place(targets[:n])))

    def _seconds(self, batch: Any, calls: int) -> float:
        self.wait()
        begin = time.perf_counter()
        for _ in range(calls):
            self.draw(batch)
        self.wait()
        return time.perf_counter() - begin


def contestants(counts: np.ndarray, k: int) -> Iterator[Contestant]:
    """Give every way of drawing k words, each ready for this vocabulary."""
    for name in available_backends():
        backend = get_backend(name)
        for sampling in ("exact", "fast"):
            sampler = UnigramSampler(
                None, POWER, k, counts=counts, sampling=sampling, backend=backend
            )
            yield Contestant(
                f"{sampling}, {name}",
                sampler.get_negative_sample,
                sampler.exact,
                backend.asarray,
                backend.to_numpy,
                backend.synchronize,
            )
    textbook = TextbookSampler(np.repeat(np.arange(len(counts)), counts), POWER, k)
    yield Contestant(ROW_BY_ROW, textbook.get_negative_sample, distinct=True)
    rng, p = np.random.default_rng(1), textbook.word_p

    def at_once(targets: np.ndarray) -> np.ndarray:
        return rng.choice(p.size, size=(len(targets), k), p=p)

    yield Contestant(AT_ONCE, at_once, distinct=False)


def zipf_counts(vocabulary: int) -> np.ndarray:
    """Return Zipf's counts, the rarest 1."""
    share = vocabulary / (np.arange(vocabulary) + 2.7)
    return np.maximum(1, np.rint(share)).astype(np.int64)


def measure(vocabulary: int, k: int, plan: Plan, progress: Progress) -> list[dict[str, Any]]:
    """Measure all contestants on one vocabulary; return a record of each."""
    progress.step(f"{k} negatives of {vocabulary:,} words", plan.ready_seconds)
    counts = zipf_counts(vocabulary)
    p = counts**POWER / (counts**POWER).sum()
    # The most frequent word's absence shows most.
    others = np.where(np.arange(vocabulary) == 0, 0, p)
    expected = {False: p, True: inclusion(others / others.sum(), k)}
    by_design = float(np.abs(expected[True] / k - p).sum() / 2)
    targets = np.random.default_rng(k).choice(vocabulary, BATCH, p=p).astype(np.int32)
    first = np.zeros(BATCH, dtype=np.int32)
    ready = list(contestants(counts, k))
    rows, speeds = {}, {}
    for each in ready:
        rows[each.name], speeds[each.name] = each.prepare(targets, plan.slice_seconds)
    seconds = plan.slice_seconds
    speed = alternate(speeds, plan.rounds, progress, dict.fromkeys(speeds, seconds))
    records = []
    for each in ready:
        progress.step(f"{each.name}: error", plan.error_seconds)
        most = max(1, round(rows[each.name] * plan.error_seconds / seconds))
        drawn = min(-(-plan.words // k), most)
        tally = count(partial(each.rows, first), vocabulary, drawn, BATCH)
        trials = drawn if each.distinct else drawn * k
        records.append(
            {
                "vocabulary": vocabulary,
                "negative": k,
                "contestant": each.name,
                "distinct": each.distinct,
                "fast_from_exact": by_design,
                "words_per_second": Spread.of([k * x for x in speed[each.name]]).figures(),
                "error": asdict(error(tally, expected[each.distinct], trials)),
            }
        )
    return records


def run(folder: Path, *, quick: bool) -> str:
    """Measure, write ``sampling.json``, ``.md`` and ``.png``; return the table.

    Parameters
    ----------
    folder : Path
    quick : bool
        Fewer sizes, rounds and draws.
    """
    plan = QUICK if quick else FULL
    cases = [(size, k) for k in plan.negatives for size in plan.sizes]
    seconds = len(cases) * plan.seconds(2 + 2 * len(available_backends()))
    records = []
    with Progress("sampling", seconds, seconds) as progress:
        for size, k in cases:
            records += measure(size, k, plan, progress)
    figures = {
        "setting": {"batch": BATCH, "power": POWER, "quick": quick},
        "results": records,
    }
    return write(folder, "sampling", figures, table(records), partial(draw, records=records))

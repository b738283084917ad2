"""Negative words: draws a second and the error of their distribution, beside NumPy's ways.

The words are Zipf's, and drawn in proportion to the count to the power of 0.75.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from benchmarks.harness.plots import Line, Panel, Plot, panels
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import page, pivot, write
from benchmarks.harness.slices import Steps, fit, steps_of
from benchmarks.harness.texts import zipf_counts
from tests.support.sampling_error import count, error, inclusion
from tests.support.textbook import UnigramSampler as TextbookSampler
from w2v.backend import available_backends, get_backend
from w2v.bench.rounds import Spread
from w2v.layers import UnigramSampler

BATCH, POWER = 10_000, 0.75
ROW_BY_ROW, AT_ONCE = "random.choice, row by row", "Generator.choice, put back"
Record = dict[str, Any]


class Plan(NamedTuple):
    """How much to measure: vocabularies, ks, rounds, and words to draw for the error, at most."""

    sizes: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    negatives: tuple[int, ...] = (5, 20, 100)
    rounds: int = 7
    slice_seconds: float = 0.1
    words: int = 10_000_000
    error_seconds: float = 1.5

    @property
    def ready_seconds(self) -> float:
        """What preparing a vocabulary and its contestants takes, about."""
        return 0.5 + 8 * self.slice_seconds


FULL = Plan()
QUICK = {"plan": Plan((1_000, 100_000), (5,), 3, 0.03, 500_000, 0.3)}


@dataclass
class Contestant:
    """One way of drawing k words for each of (B,) targets, on whichever device it works.

    A row's words are ``distinct`` and none is the target, or words are put back. Targets are
    placed where they are needed, words fetched back; waiting ends when all has been drawn.
    """

    name: str
    draw: Callable[[Any], Any]
    distinct: bool
    place: Callable[[np.ndarray], Any] = np.asarray
    fetch: Callable[[Any], np.ndarray] = np.asarray
    wait: Callable[[], None] = lambda: None

    def rows(self, targets: np.ndarray, n: int) -> np.ndarray:
        """Draw for the first n targets, back as a NumPy array: (n, k)."""
        return self.fetch(self.draw(self.place(targets[:n])))

    def timed(self, targets: np.ndarray) -> Steps:
        """Return what times drawing for so many targets, in calls of all that there are."""

        def cut(n: int) -> list[Any]:
            return [self.place(targets[:n])] * max(1, n // len(targets))

        draw = steps_of(self.draw, cut, self.wait)
        # Where calls do not come out even, there are fewer, and the seconds are those of a target.
        return lambda n: draw(n) * n / (min(n, len(targets)) * max(1, n // len(targets)))


def contestants(counts: np.ndarray, k: int) -> Iterator[Contestant]:
    """Give every way of drawing k words, each ready for this vocabulary."""
    for backend in map(get_backend, available_backends()):
        for way in ("exact", "fast"):
            sampler = UnigramSampler(None, POWER, k, counts=counts, sampling=way, backend=backend)
            device = backend.asarray, backend.to_numpy, backend.synchronize
            draw = sampler.get_negative_sample
            yield Contestant(f"{way}, {backend.name}", draw, sampler.exact, *device)
    textbook = TextbookSampler(np.repeat(np.arange(len(counts)), counts), POWER, k)
    yield Contestant(ROW_BY_ROW, textbook.get_negative_sample, distinct=True)
    rng, p = np.random.default_rng(1), textbook.word_p

    def at_once(targets: np.ndarray) -> np.ndarray:
        return rng.choice(p.size, size=(len(targets), k), p=p)

    yield Contestant(AT_ONCE, at_once, distinct=False)


def run(folder: Path, *, plan: Plan = FULL) -> str:
    """Measure, and write ``sampling``."""
    cases = [(size, k) for k in plan.negatives for size in plan.sizes]
    each = plan.rounds * plan.slice_seconds + plan.error_seconds
    each = plan.ready_seconds + (2 + 2 * len(available_backends())) * each
    with Progress("sampling", len(cases) * each) as progress:
        records = [record for case in cases for record in _measure(*case, plan, progress)]
    setting = {"batch": BATCH, "power": POWER, "quick": plan != FULL}
    figures = {"setting": setting, "results": records}
    return write(folder, "sampling", figures, _table(records), _plot(records))


def _measure(vocabulary: int, k: int, plan: Plan, progress: Progress) -> Iterator[Record]:
    """Measure all contestants on one vocabulary; give a record of each."""
    progress.step(f"{k} negatives of {vocabulary:,} words", plan.ready_seconds)
    counts = zipf_counts(vocabulary)
    p = counts**POWER / (counts**POWER).sum()
    # The most frequent word's absence shows most.
    others = np.where(np.arange(vocabulary) == 0, 0, p)
    expected = {False: p, True: inclusion(others / others.sum(), k)}
    targets = np.random.default_rng(k).choice(vocabulary, BATCH, p=p).astype(np.int32)
    ready = {each.name: each for each in contestants(counts, k)}
    fitted = {name: fit(each.timed(targets), plan.slice_seconds) for name, each in ready.items()}
    turns = {name: each[1:] for name, each in fitted.items()}
    seconds = progress.alternate(turns, plan.rounds)
    for name, each in ready.items():
        progress.step(f"{name}: error", plan.error_seconds)
        most = max(1, round(fitted[name][0] * plan.error_seconds / plan.slice_seconds))
        drawn = min(-(-plan.words // k), most)
        tally = count(partial(each.rows, np.zeros(BATCH, np.int32)), vocabulary, drawn, BATCH)
        trials = drawn if each.distinct else drawn * k
        yield {
            "vocabulary": vocabulary, "negative": k, "contestant": name, "distinct": each.distinct,
            "fast_from_exact": float(np.abs(expected[True] / k - p).sum() / 2),
            "words_per_second": Spread.of([k / x for x in seconds[name]]).figures(),
            "error": asdict(error(tally, expected[each.distinct], trials)),
        }  # fmt: skip


def _table(records: Sequence[Record]) -> str:
    """Return speeds, errors and what follows, as Markdown."""

    def rows(show: Callable[[Record], str]) -> str:
        cells = {(f"{r['negative']} of {r['vocabulary']:,}", r["contestant"]): show(r)
                 for r in records}  # fmt: skip
        return pivot("k of V words", cells)

    medians: dict[str, list[float]] = {}
    for r in records:
        medians.setdefault(r["contestant"], []).append(r["words_per_second"]["median"])
    findings = []
    for r in records[: len(medians)]:
        name, other = r["contestant"], ROW_BY_ROW if r["distinct"] else AT_ONCE
        if name != other:
            gains = [a / b for a, b in zip(medians[name], medians[other], strict=True)]
            times = f"{min(gains):,.1f} to {max(gains):,.1f} × the words a second"
            findings.append(f"{name}, against {other}: {times}.")
    worst = max(records, key=_surprise)
    apart = [r["fast_from_exact"] for r in records]
    usual = NormalDist().inv_cdf((1 + 0.5 ** (1 / len(records))) / 2)
    findings += [
        "Fast draws differ from exact ones on purpose, as they may repeat a word or hit the "
        "target: for the most frequent word as target the distance between the two "
        f"distributions is {min(apart):.2g} to {max(apart):.2g}.",
        f"Furthest from chance: {worst['contestant']}, {worst['negative']} of "
        f"{worst['vocabulary']:,} words, {_surprise(worst):.1f} standard deviations; of "
        f"{len(records)} perfect samplers the furthest would be at {usual:.1f}.",
    ]
    return page(
        "Drawing negatives",
        "Million words drawn a second, on one thread or on the GPU: median (lowest–highest) over "
        "rounds.",
        rows(_speed),
        "Total variation distance of the words drawn from what should be, as a multiple of what "
        "pure chance makes after as many draws, ± two standard deviations of chance. 1 is a "
        "perfect sampler. In brackets: chance's own distance.",
        rows(lambda r: "{:.3f} ± {:.3f} ({:.2g})".format(*_error(r), r["error"]["chance"])),
        findings,
    )


def _speed(record: Record) -> str:
    speed = record["words_per_second"]
    low, middle, high = (speed[key] / 1e6 for key in ("lowest", "median", "highest"))
    return f"{middle:.3g} ({low:.3g}–{high:.3g})"


def _error(record: Record) -> tuple[float, float]:
    """Return the error and two deviations of chance, as multiples of chance's mean."""
    e = record["error"]
    return e["measured"] / e["chance"], 2 * e["deviation"] / e["chance"]


def _surprise(record: Mapping[str, Any]) -> float:
    e = record["error"]
    return float(abs(e["measured"] - e["chance"]) / e["deviation"])


def _plot(records: Sequence[Record]) -> Plot:
    """Draw speed above error, a column for every k."""
    names, speeds, errors = list(dict.fromkeys(r["contestant"] for r in records)), [], []
    for k in dict.fromkeys(r["negative"] for r in records):
        above, below, sizes = {}, {}, list[int]()
        for i, name in enumerate(names):
            mine = [r for r in records if (r["negative"], r["contestant"]) == (k, name)]
            sizes = [r["vocabulary"] for r in mine]
            above[name] = Line(sizes, [r["words_per_second"]["median"] for r in mine])
            # Beside one another, so that the bars can be told apart.
            beside = [size * 1.18 ** (i - (len(names) - 1) / 2) for size in sizes]
            below[name] = Line(beside, *zip(*map(_error, mine), strict=True))
        x, one = "words in the vocabulary", Line([1_000, max(sizes)], [1, 1])
        speeds.append(Panel(f"{k} negatives", x, "words drawn a second", above))
        errors.append(Panel("", x, "error ÷ pure chance", below, "x", [one], joined=False))
    return panels([*speeds, *errors], len(speeds))

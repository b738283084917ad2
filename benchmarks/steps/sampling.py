"""Negative words: draws a second and the error of their distribution, beside NumPy's ways.

The words are Zipf's, and drawn in proportion to the count to the power of 0.75.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np

from benchmarks.harness import plots, report, tables, texts, turns
from benchmarks.harness.options import Quick
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


FULL = Plan()
QUICK = Quick(Plan((1_000, 100_000), (5,), 3, 0.03, 500_000, 0.3))


class Contestant(NamedTuple):
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

    def timed(self, targets: np.ndarray) -> turns.Steps:
        """Return what times drawing for so many targets, in calls of all that there are."""

        def cut(n: int) -> list[Any]:
            return [self.place(targets[:n])] * max(1, n // len(targets))

        draw = turns.steps_of(self.draw, cut, self.wait)
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
    yield Contestant(AT_ONCE, lambda at: rng.choice(p.size, size=(len(at), k), p=p), distinct=False)


def run(folder: Path, *, plan: Annotated[Plan, QUICK] = FULL) -> str:
    """Measure, and write ``sampling``."""
    cases = product(plan.negatives, plan.sizes)
    records = [record for k, size in cases for record in _measure(size, k, plan)]
    apart = [r["fast_from_exact"] for r in records]
    parts = [
        "Million words drawn a second, on one thread or on the GPU: median (lowest–highest) over "
        "rounds.",
        _pivot(records, lambda r: tables.shown(r["words_per_second"], 1e6, None)),
        "Total variation distance of the words drawn from what should be, as a multiple of what "
        "pure chance makes after as many draws, ± two standard deviations of chance. 1 is a "
        "perfect sampler. In brackets: chance's own distance.",
        _pivot(records, lambda r: "{:.3f} ± {:.3f} ({:.2g})".format(*_error(r), _chance(r))),
        "Fast draws may repeat a word or hit the target. For the most frequent word as target "
        f"their distribution is {min(apart):.2g} to {max(apart):.2g} from that of exact ones.",
    ]
    figures = {"setting": {"batch": BATCH, "power": POWER, "quick": plan != FULL},
               "results": records}  # fmt: skip
    return report.write(folder, "sampling", "Drawing negatives", figures, parts, _plot(records))


def _measure(vocabulary: int, k: int, plan: Plan) -> Iterator[Record]:
    """Measure all contestants on one vocabulary; give a record of each."""
    counts = texts.zipf_counts(vocabulary)
    p = counts**POWER / (counts**POWER).sum()
    # The most frequent word's absence shows most.
    others = np.where(np.arange(vocabulary) == 0, 0, p)
    expected = {False: p, True: inclusion(others / others.sum(), k)}
    targets = np.random.default_rng(k).choice(vocabulary, BATCH, p=p).astype(np.int32)
    ready = {each.name: each for each in contestants(counts, k)}
    fitted = {name: turns.fit(x.timed(targets), plan.slice_seconds) for name, x in ready.items()}
    title = f"sampling: {k} negatives of {vocabulary:,} words"
    seconds = turns.take_turns(title, {name: x[1] for name, x in fitted.items()}, plan.rounds)
    for name, each in ready.items():
        turns.say(f"{title}: error of {name}", passing=True)
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


def _pivot(records: Sequence[Record], show: Callable[[Record], object]) -> str:
    cells = {(f"{r['negative']} of {r['vocabulary']:,}", r["contestant"]): show(r) for r in records}
    return tables.pivot("k of V words", cells)


def _chance(record: Record) -> float:
    return float(record["error"]["chance"])


def _error(record: Record) -> tuple[float, float]:
    """Return the error and two deviations of chance, as multiples of chance's mean."""
    chance = _chance(record)
    return record["error"]["measured"] / chance, 2 * record["error"]["deviation"] / chance


def _plot(records: Sequence[Record]) -> plots.Plot:
    """Draw speed above error, a column for every k."""
    names, speeds, errors = list(dict.fromkeys(r["contestant"] for r in records)), [], []
    x, sizes = "words in the vocabulary", [r["vocabulary"] for r in records]
    one = plots.Line([min(sizes), max(sizes)], [1, 1])
    for k in dict.fromkeys(r["negative"] for r in records):
        above, below = {}, {}
        for i, name in enumerate(names):
            mine = [r for r in records if (r["negative"], r["contestant"]) == (k, name)]
            sizes = [r["vocabulary"] for r in mine]
            above[name] = plots.Line(sizes, [r["words_per_second"]["median"] for r in mine])
            # Beside one another, so that the bars can be told apart.
            beside = [size * 1.18 ** (i - (len(names) - 1) / 2) for size in sizes]
            below[name] = plots.Line(beside, *zip(*map(_error, mine), strict=True))
        speeds.append(plots.Panel(f"{k} negatives", x, "words drawn a second", above))
        label = "error ÷ pure chance"
        errors.append(plots.Panel("", x, label, below, "x", [one], joined=False))
    return plots.panels([*speeds, *errors], len(speeds))

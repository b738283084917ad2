"""The speed story: what a training step costs as the vocabulary grows, method by method.

From one-hot vectors and a softmax over all words, over looking rows up, to looking rows up
and sampling negatives, in the minibatch engine and in the fused one; a textbook's code of
the same stands beside at one size.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.harness.plots import Line, Panel, Plot, panels
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import left_out, page, pivot, shown, write
from benchmarks.harness.slices import Steps, fit, steps_of
from benchmarks.harness.texts import zipf_sentences
from tests.support import textbook
from w2v.backend import available_backends, get_backend
from w2v.bench.rounds import Spread, ratio
from w2v.bench.training import FusedRun, Setting, minibatch_step
from w2v.data import convert_one_hot, create_contexts_target
from w2v.layers import UnigramSampler
from w2v.models import SoftmaxCBOW

BATCH, WINDOW, DIMENSIONS, NEGATIVES, TOKENS = 100, 5, 100, 5, 929_589
KINDS: dict[str, Any] = {"CBOW": textbook.CBOW, "skip-gram": textbook.SkipGram}
ONE_HOT, SOFTMAX = "one-hot + softmax", "lookup + softmax"
_ORDER = ("one-hot", "lookup", "textbook", "minibatch", "fused")  # the slowest way first
_BASELINE_ROUNDS = 3
Batch = tuple[Any, Any]
Methods = dict[tuple[str, int], Steps]
"""By name and size of the vocabulary."""


class Plan(NamedTuple):
    """How much to measure: vocabularies, and the one at which methods are compared.

    Beyond ``one_hot_up_to`` and ``softmax_up_to`` the baselines take minutes and many GB.
    """

    sizes: tuple[int, ...] = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
    middle: int = 10_000
    one_hot_up_to: int = 100_000
    softmax_up_to: int = 1_000_000
    rounds: int = 11
    slice_seconds: float = 0.2
    about_seconds: float = 330


FULL = Plan()
QUICK = {"plan": Plan((1_000, 10_000), 1_000, 1_000, 10_000, 2, 0.03, 6)}


class ZipfText:
    """A text drawn by Zipf's law, and batches of it; ``corpus`` has every word once more."""

    def __init__(self, vocab_size: int) -> None:
        whole = zipf_sentences(TOKENS + vocab_size, vocab_size, seed=vocab_size, shift=1)
        self.vocab_size, self.corpus = vocab_size, whole.tokens
        self.text = whole.part(TOKENS, skip=vocab_size)
        self.contexts, self.target = create_contexts_target(self.text.tokens, WINDOW)
        order = np.random.default_rng(vocab_size).permutation(len(self.target))
        self._rows = cycle(order[: len(order) // BATCH * BATCH].reshape(-1, BATCH))

    def cut(self, batches: int) -> list[Batch]:
        """Return the next batches, of rows in random order."""
        return [(self.contexts[x], self.target[x]) for x in islice(self._rows, batches)]


def _softmax(name: str, text: ZipfText) -> Steps:
    """Build a baseline: softmax over all words, rows looked up or multiplied with one-hot."""
    size, one_hot = text.vocab_size, name == ONE_HOT
    model = SoftmaxCBOW(size, DIMENSIONS, WINDOW, text.corpus, backend="cpu", one_hot=one_hot)

    def cut(batches: int) -> list[Batch]:
        return [(convert_one_hot(x, size).astype(np.float32), y) for x, y in text.cut(batches)]

    step = minibatch_step(model)
    return steps_of(lambda batch: step(*batch), cut if one_hot else text.cut)


def _sampled(kind: str, text: ZipfText, backend_name: str) -> Methods:
    """Build what samples negatives: two engines, each exact and fast."""
    backend, counts = get_backend(backend_name), text.text.counts
    where = "" if backend_name == "cpu" else ", GPU"
    setting = Setting(kind == "skip-gram", DIMENSIONS, WINDOW, NEGATIVES, sample=0, workers=1)
    # Each engine has the weights that it starts from in training, in its own layout.
    layered = setting.model(counts, backend, "normal")
    run = FusedRun(backend, text.text, setting, shrink_windows=False)
    minibatch_steps, place = minibatch_step(layered), 0

    def cut(batches: int) -> list[Batch]:
        return [(backend.asarray(x), backend.asarray(y)) for x, y in text.cut(batches)]

    def minibatch(sampler: UnigramSampler, batch: Batch) -> None:
        layered.ns_loss.sampler = sampler
        minibatch_steps(*batch)

    def fused(sampler: UnigramSampler, steps: int) -> float:
        nonlocal place
        run.model.ns_loss.sampler = sampler
        part = text.text.part(steps * BATCH, skip=place)
        place = (place + steps * BATCH) % max(1, len(text.text.tokens) - steps * BATCH)
        return run.train(text=part).seconds * steps * BATCH / len(part.tokens)

    methods: Methods = {}
    for way in ("exact", "fast"):
        sampler = UnigramSampler(
            None, sample_size=NEGATIVES, counts=counts, sampling=way, backend=backend
        )
        steps = steps_of(partial(minibatch, sampler), cut, backend.synchronize)
        methods[f"minibatch, {way}, {kind}{where}", text.vocab_size] = steps
        methods[f"fused, {way}, {kind}{where}", text.vocab_size] = partial(fused, sampler)
    return methods


def _from_textbook(kind: str, text: ZipfText) -> Steps:
    """Build the textbook's model with its Adam over all rows."""
    shape = (2, text.vocab_size, DIMENSIONS)
    W = np.random.default_rng(1).standard_normal(shape, dtype=np.float32) * np.float32(0.01)
    sampler = textbook.UnigramSampler(text.corpus, sample_size=NEGATIVES)
    model, optimizer = KINDS[kind](*W, WINDOW, sampler), textbook.Adam()

    def step(batch: Batch) -> None:
        model.forward(*batch)
        model.backward()
        optimizer.update(*textbook.sum_shared(model.params, model.grads))

    return steps_of(step, text.cut)


class Story:
    """Builds, measures and forgets one part after the other; says what was left out, and why."""

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self.plan, self.progress = plan, progress
        self.measured: dict[tuple[str, int], list[float]] = {}
        self.left_out: list[str] = []
        texts = {size: ZipfText(size) for size in plan.sizes}
        # All that samples takes turns at all sizes; a softmax takes longer than all of it.
        methods: Methods = {}
        for backend, kind, (size, text) in product(available_backends(), KINDS, texts.items()):
            progress.say(f"building {kind} of {size:,} words on the {backend}")
            methods |= _sampled(kind, text, backend)
        for kind in KINDS:
            methods[f"textbook, {kind}", plan.middle] = _from_textbook(kind, texts[plan.middle])
        self._measure(methods, plan.rounds)
        methods.clear()
        gc.collect()
        for size, text in texts.items():
            self._measure({(x, size): _softmax(x, text) for x in self._baselines(size)},
                          _BASELINE_ROUNDS)  # fmt: skip
            gc.collect()

    def _measure(self, methods: Methods, rounds: int) -> None:
        turns, seconds = {}, self.plan.slice_seconds
        labels = {f"{name}, {size:,} words": (name, size) for name, size in methods}
        for label, method in labels.items():
            self.progress.step(f"warming up: {label}", 2 * seconds)
            turns[label] = fit(methods[method], seconds)[1:]
        for label, found in self.progress.alternate(turns, rounds).items():
            self.measured[labels[label]] = found

    def _baselines(self, size: int) -> Iterator[str]:
        """Give the softmax models of this size that are wanted and fit."""
        # In bytes: a batch of one-hot vectors twice, as ids are turned and converted; and
        # matrices of the vocabulary's size, with those Adam and the softmax make on the way.
        matrices = size * (10 * DIMENSIONS + 5 * BATCH) * 4
        vectors, there = 2 * BATCH * 2 * WINDOW * size * 4, get_backend("cpu").memory_info().total
        for name, most, need in (
            (ONE_HOT, self.plan.one_hot_up_to, matrices + vectors),
            (SOFTMAX, self.plan.softmax_up_to, matrices),
        ):
            gib = f"{name} at {size:,} words: needs about {need / 2**30:.1f} GiB"
            if size > most:
                self.left_out.append(f"{gib}, beyond this run's plan")
            elif need > 0.7 * there:
                self.left_out.append(f"{gib}, too much for this machine")
            else:
                yield name


def run(folder: Path, *, plan: Plan = FULL) -> str:
    """Measure, and write ``story``."""
    with Progress("story", plan.about_seconds) as progress:
        story = Story(plan, progress)
    measured, speedup, growth = story.measured, {}, {}
    for kind, engine in product(KINDS, ("minibatch", "fused")):
        name = f"{engine}, exact, {kind}"
        middle, largest = measured[name, plan.middle], measured[name, plan.sizes[-1]]
        faster = ratio(measured[f"textbook, {kind}", plan.middle], middle)
        speedup[f"textbook / {engine}, {kind}"] = faster.figures()
        growth[f"{engine}, {kind}"] = ratio(largest, middle).figures()
    spreads = {key: Spread.of([x * 1e6 for x in seconds]) for key, seconds in measured.items()}
    results = [
        {"method": method, "vocab_size": size, "us": round(spread.median, 1),
         "us_quartiles": [round(x, 1) for x in spread.quartiles],
         "words_per_second": round(BATCH / spread.median * 1e6), "rounds": spread.rounds}
        for (method, size), spread in spreads.items()
    ]  # fmt: skip
    settings = {"batch": BATCH, "window": WINDOW, "dimensions": DIMENSIONS,
                "negatives": NEGATIVES, "tokens": TOKENS, "quick": plan != FULL,
                "middle": plan.middle, "largest": plan.sizes[-1]}  # fmt: skip
    figures = {"settings": settings, "speedup_spread": speedup, "growth_spread": growth,
               "left_out": story.left_out, "results": results}  # fmt: skip
    return write(folder, "story", figures, _table(figures), _plot(results))


def _by_method(results: Sequence[Mapping[str, Any]]) -> dict[str, dict[int, Mapping[str, Any]]]:
    """Return results by method and size, the slowest way of computing first."""
    found: dict[str, dict[int, Mapping[str, Any]]] = {}
    for each in sorted(results, key=lambda x: _ORDER.index(x["method"].split()[0].strip(","))):
        found.setdefault(each["method"], {})[each["vocab_size"]] = each
    return found


def _table(figures: Mapping[str, Any]) -> str:
    """Return the results as a Markdown table with what is asked of them below."""
    settings, results = figures["settings"], figures["results"]
    middle, largest = settings["middle"], settings["largest"]
    cells = {(name, f"{size:,}"): "{:,.0f} ({:,.0f}–{:,.0f})".format(r["us"], *r["us_quartiles"])
             for name, each in _by_method(results).items() for size, r in each.items()}  # fmt: skip
    sizes = [f"{size:,}" for size in sorted({each["vocab_size"] for each in results})]
    faster = [f"{name}, at {middle:,} words, within a round: **{shown(times, 1, 0)} ×**."
              for name, times in figures["speedup_spread"].items()]  # fmt: skip
    grown = [f"{name}: a step at {largest:,} words takes **{shown(times)} ×** one at {middle:,}."
             for name, times in figures["growth_spread"].items()]  # fmt: skip
    return page(
        "A training step against the size of the vocabulary",
        f"Microseconds for {settings['batch']} centre words, median (quartiles) over the rounds. "
        f"Window {settings['window']}, {settings['dimensions']} dimensions, "
        f"{settings['negatives']} negatives; one thread; Adam, but SGD in the fused engine.",
        pivot("method, by words in the vocabulary", cells, sizes),
        [*faster, *grown, *left_out(figures["left_out"])],
    )


def _plot(results: Sequence[Mapping[str, Any]]) -> Plot:
    """Draw time against vocabulary size, both in powers of ten; CBOW left, skip-gram right."""
    drawn = []
    for kind in KINDS:
        lines = {
            name.replace(f", {kind}", ""): Line(list(each), [r["us"] for r in each.values()])
            for name, each in _by_method(results).items()
            if ("skip-gram" in name) == (kind == "skip-gram")
        }
        drawn.append(Panel(kind, "words in the vocabulary", f"µs for {BATCH} words", lines))
    return panels(drawn, 2)

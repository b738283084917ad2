"""The speed story: what a training step costs as the vocabulary grows, method by method.

From one-hot vectors and a softmax over all words, over looking rows up, to looking rows up
and sampling negatives, in the minibatch engine and in the fused one; a textbook's code of
the same stands beside at one size.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.harness.plots import Line, Panel, panels
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import left_out, page, pivot, write
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
_UNTIMED = 4  # of a slice, one part in so many goes before it
Batch = tuple[Any, Any]


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
        self._order = np.random.default_rng(vocab_size).permutation(len(self.target))
        self._next = 0

    def batch(self) -> Batch:
        """Return the next rows in random order."""
        if self._next + BATCH > len(self._order):
            self._next = 0
        rows = self._order[self._next : self._next + BATCH]
        self._next += BATCH
        return self.contexts[rows], self.target[rows]


@dataclass
class Method:
    """One method at one size: what makes so many steps and returns their seconds."""

    name: str
    vocab_size: int
    train: Callable[[int], float]
    steps: int = 1

    @property
    def label(self) -> str:
        """Method and size, for the progress."""
        return f"{self.name}, {self.vocab_size:,} words"

    def warm_up(self, slice_seconds: float) -> float:
        """Compile, touch the memory, choose the steps of a slice; return a slice's seconds."""
        self.train(1)
        steps, seconds = 1, self.train(1)
        while seconds < slice_seconds / 2:  # a few steps are mostly their beginning and end
            steps *= max(2, min(10, int(slice_seconds / seconds)))
            seconds = self.train(steps)
        self.steps = max(1, int(slice_seconds * steps / seconds))
        return self.steps * seconds / steps

    def measure(self) -> float:
        """Return the seconds of a step, the mean of a slice.

        Some steps before it are not timed: other methods have had the caches meanwhile.
        """
        self.train(-(-self.steps // _UNTIMED))
        return self.train(self.steps) / self.steps


def steps_of(
    step: Callable[[Any, Any], None],
    batch: Callable[[], Batch],
    synchronize: Callable[[], None] = lambda: None,
) -> Callable[[int], float]:
    """Return what times steps on batches that are cut before the clock starts."""

    def train(steps: int) -> float:
        batches = [batch() for _ in range(steps)]
        synchronize()
        begin = time.perf_counter()
        for contexts, target in batches:
            step(contexts, target)
        synchronize()
        return time.perf_counter() - begin

    return train


def softmax(name: str, text: ZipfText) -> Method:
    """Build a baseline: softmax over all words, rows looked up or multiplied with one-hot."""
    size, one_hot = text.vocab_size, name == ONE_HOT
    model = SoftmaxCBOW(size, DIMENSIONS, WINDOW, text.corpus, backend="cpu", one_hot=one_hot)

    def vectors() -> Batch:
        contexts, target = text.batch()
        return convert_one_hot(contexts, size).astype(np.float32), target

    return Method(name, size, steps_of(minibatch_step(model), vectors if one_hot else text.batch))


def sampled(kind: str, text: ZipfText, backend_name: str) -> Iterator[Method]:
    """Build what samples negatives: two engines, each exact and fast."""
    backend, counts = get_backend(backend_name), text.text.counts
    where = "" if backend_name == "cpu" else ", GPU"
    setting = Setting(kind == "skip-gram", DIMENSIONS, WINDOW, NEGATIVES, sample=0, workers=1)
    # Each engine has the weights that it starts from in training, in its own layout.
    layered = setting.model(counts, backend, "normal")
    run = FusedRun(backend, text.text, setting, shrink_windows=False)
    minibatch_steps = minibatch_step(layered)
    place = 0

    def batch() -> Batch:
        contexts, target = text.batch()
        return backend.asarray(contexts), backend.asarray(target)

    def minibatch(sampler: UnigramSampler) -> Callable[[int], float]:
        def step(contexts: Any, target: Any) -> None:
            layered.ns_loss.sampler = sampler
            minibatch_steps(contexts, target)

        return steps_of(step, batch, backend.synchronize)

    def fused(sampler: UnigramSampler) -> Callable[[int], float]:
        def train(steps: int) -> float:
            nonlocal place
            run.model.ns_loss.sampler = sampler
            part = text.text.part(steps * BATCH, skip=place)
            place = (place + steps * BATCH) % max(1, len(text.text.tokens) - steps * BATCH)
            return run.train(text=part).seconds * steps * BATCH / len(part.tokens)

        return train

    for way in ("exact", "fast"):
        sampler = UnigramSampler(
            None, sample_size=NEGATIVES, counts=counts, sampling=way, backend=backend
        )
        yield Method(f"minibatch, {way}, {kind}{where}", text.vocab_size, minibatch(sampler))
        yield Method(f"fused, {way}, {kind}{where}", text.vocab_size, fused(sampler))


def from_textbook(kind: str, text: ZipfText) -> Method:
    """Build the textbook's model with its Adam over all rows."""
    shape = (2, text.vocab_size, DIMENSIONS)
    W = np.random.default_rng(1).standard_normal(shape, dtype=np.float32) * np.float32(0.01)
    sampler = textbook.UnigramSampler(text.corpus, sample_size=NEGATIVES)
    model, optimizer = KINDS[kind](*W, WINDOW, sampler), textbook.Adam()

    def step(contexts: Any, target: Any) -> None:
        model.forward(contexts, target)
        model.backward()
        optimizer.update(*textbook.sum_shared(model.params, model.grads))

    return Method(f"textbook, {kind}", text.vocab_size, steps_of(step, text.batch))


class Story:
    """Builds, measures and forgets one part after the other; says what was left out, and why."""

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self.plan, self.progress = plan, progress
        self.measured: dict[tuple[str, int], list[float]] = {}
        self.left_out: list[str] = []
        texts = {size: ZipfText(size) for size in plan.sizes}
        # All that samples takes turns at all sizes; a softmax takes longer than all of it.
        methods: list[Method] = []
        for backend in available_backends():
            for kind in KINDS:
                for size, text in texts.items():
                    progress.say(f"building {kind} of {size:,} words on the {backend}")
                    methods += sampled(kind, text, backend)
        methods += [from_textbook(kind, texts[plan.middle]) for kind in KINDS]
        self._measure(methods, plan.rounds)
        del methods
        gc.collect()
        for text in texts.values():
            self._measure([softmax(name, text) for name in self._baselines(text)], _BASELINE_ROUNDS)
            gc.collect()

    def _measure(self, methods: Sequence[Method], rounds: int) -> None:
        seconds = {}
        for method in methods:
            self.progress.step(f"warming up: {method.label}", 2 * self.plan.slice_seconds)
            seconds[method.label] = method.warm_up(self.plan.slice_seconds)
        turns = {method.label: method.measure for method in methods}
        found = self.progress.alternate(turns, rounds, seconds)
        for method in methods:
            self.measured[method.name, method.vocab_size] = found[method.label]

    def _baselines(self, text: ZipfText) -> Iterator[str]:
        """Give the softmax models of this size that are wanted and fit."""
        size, plan = text.vocab_size, self.plan
        # In bytes: a batch of one-hot vectors twice, as ids are turned and converted; and
        # matrices of the vocabulary's size, with those Adam and the softmax make on the way.
        matrices = size * (10 * DIMENSIONS + 5 * BATCH) * 4
        vectors = 2 * BATCH * 2 * WINDOW * size * 4
        for name, most, need in (
            (ONE_HOT, plan.one_hot_up_to, matrices + vectors),
            (SOFTMAX, plan.softmax_up_to, matrices),
        ):
            gib = f"{name} at {size:,} words: needs about {need / 2**30:.1f} GiB"
            if size > most:
                self.left_out.append(f"{gib}, beyond this run's plan")
            elif need > 0.7 * get_backend("cpu").memory_info().total:
                self.left_out.append(f"{gib}, too much for this machine")
            else:
                yield name


def run(folder: Path, *, plan: Plan = FULL) -> str:
    """Measure, and write ``story``."""
    with Progress("story", plan.about_seconds) as progress:
        story = Story(plan, progress)
    measured, speedup, growth = story.measured, {}, {}
    for kind in KINDS:
        for engine in ("minibatch", "fused"):
            name = f"{engine}, exact, {kind}"
            middle, largest = measured[name, plan.middle], measured[name, plan.sizes[-1]]
            faster = ratio(measured[f"textbook, {kind}", plan.middle], middle)
            speedup[f"textbook / {engine}, {kind}"] = faster.figures()
            growth[f"{engine}, {kind}"] = ratio(largest, middle).figures()
    results = [
        {
            "method": method,
            "vocab_size": size,
            "us": round(spread.median, 1),
            "us_quartiles": [round(x, 1) for x in spread.quartiles],
            "words_per_second": round(BATCH / spread.median * 1e6),
            "rounds": spread.rounds,
        }
        for (method, size), seconds in measured.items()
        for spread in [Spread.of([x * 1e6 for x in seconds])]
    ]
    settings = {"batch": BATCH, "window": WINDOW, "dimensions": DIMENSIONS,
                "negatives": NEGATIVES, "tokens": TOKENS, "quick": plan != FULL,
                "middle": plan.middle, "largest": plan.sizes[-1]}  # fmt: skip
    figures = {"settings": settings, "speedup_spread": speedup, "growth_spread": growth,
               "left_out": story.left_out, "results": results}  # fmt: skip
    return write(folder, "story", figures, table(figures), partial(_draw, figures))


def _by_method(figures: Mapping[str, Any]) -> dict[str, dict[int, Mapping[str, Any]]]:
    """Return results by method and size, the slowest way of computing first."""
    found: dict[str, dict[int, Mapping[str, Any]]] = {}
    for each in figures["results"]:
        found.setdefault(each["method"], {})[each["vocab_size"]] = each
    order = sorted(found, key=lambda name: _ORDER.index(name.partition(" ")[0].strip(",")))
    return {name: found[name] for name in order}


def table(figures: Mapping[str, Any]) -> str:
    """Return the results as a Markdown table with what is asked of them below."""
    settings, methods = figures["settings"], _by_method(figures)
    middle, largest = settings["middle"], settings["largest"]
    cells = {(name, f"{size:,}"): "{:,.0f} ({:,.0f}–{:,.0f})".format(r["us"], *r["us_quartiles"])
             for name, each in methods.items() for size, r in each.items()}  # fmt: skip
    sizes = [f"{size:,}" for size in sorted({size for each in methods.values() for size in each})]
    return page(
        "A training step against the size of the vocabulary",
        f"Microseconds for {settings['batch']} centre words, median (quartiles) over the rounds. "
        f"Window {settings['window']}, {settings['dimensions']} dimensions, "
        f"{settings['negatives']} negatives; one thread; Adam, but SGD in the fused engine.",
        pivot("method, by words in the vocabulary", cells, sizes),
        [
            *(
                f"{name}, at {middle:,} words, within a round: **{Spread(**times).text(1, 0)} ×**."
                for name, times in figures["speedup_spread"].items()
            ),
            *(
                f"{name}: a step at {largest:,} words takes **{Spread(**times).text()} ×** one at "
                f"{middle:,}."
                for name, times in figures["growth_spread"].items()
            ),
            *left_out(figures["left_out"]),
        ],
    )


def _draw(figures: Mapping[str, Any], figure: Any) -> None:
    """Draw time against vocabulary size, both in powers of ten; CBOW left, skip-gram right."""
    drawn = []
    for kind in KINDS:
        lines = {
            name.replace(f", {kind}", ""): Line(list(each), [r["us"] for r in each.values()])
            for name, each in _by_method(figures).items()
            if ("skip-gram" in name) == (kind == "skip-gram")
        }
        y = f"µs for {figures['settings']['batch']} words"
        drawn.append(Panel(kind, "words in the vocabulary", y, lines))
    panels(figure, drawn, 2)

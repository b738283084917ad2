"""The speed story: what a training step costs as the vocabulary grows, method by method.

From one-hot vectors and a softmax over all words, over looking rows up, to looking rows
up and sampling negatives.  The last is the library's minibatch engine; a textbook's code
of it stands beside at one size.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import textbook
from benchmarks.machine import describe_machine
from benchmarks.story_report import draw, markdown
from w2v.backend import get_backend
from w2v.data import convert_one_hot, create_contexts_target
from w2v.models import CBOW, SkipGram, SoftmaxCBOW
from w2v.training import Adam, remove_duplicate

BATCH, WINDOW, DIMENSIONS, NEGATIVES = 100, 5, 100, 5
TOKENS = 929_589
TEXTBOOK_SIZE, LARGE_SIZE = 10_000, 1_000_000
BASELINE_ROUNDS = 3

ONE_HOT, SOFTMAX = "one-hot + softmax", "lookup + softmax"
SAMPLED_CBOW, SAMPLED_SG = "lookup + sampling, CBOW", "lookup + sampling, skip-gram"
TEXTBOOK_CBOW, TEXTBOOK_SG = "textbook CBOW", "textbook skip-gram"
METHODS = (ONE_HOT, SOFTMAX, SAMPLED_CBOW, SAMPLED_SG, TEXTBOOK_CBOW, TEXTBOOK_SG)

Batch = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Plan:
    """How much to measure."""

    sizes: tuple[int, ...]
    one_hot_up_to: int
    softmax_up_to: int
    rounds: int
    slice_seconds: float
    about_seconds: int


FULL = Plan(
    sizes=(1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
    one_hot_up_to=100_000,
    softmax_up_to=1_000_000,
    rounds=21,
    slice_seconds=0.2,
    about_seconds=240,
)
QUICK = Plan(
    sizes=(1_000, 10_000, 1_000_000),
    one_hot_up_to=10_000,
    softmax_up_to=10_000,
    rounds=7,
    slice_seconds=0.1,
    about_seconds=35,
)


class ZipfText:
    """Word ids by Zipf's law, word i as often as 1 / (i + 1), and batches of them.

    Attributes
    ----------
    corpus : (TOKENS + V,) int32
        The text, and every word once more so that all have a count.
    """

    def __init__(self, vocab_size: int) -> None:
        self.vocab_size = vocab_size
        rng = np.random.default_rng(vocab_size)
        mass = np.cumsum(1 / np.arange(1, vocab_size + 1))
        text = np.searchsorted(mass, rng.random(TOKENS) * mass[-1]).astype(np.int32)
        self.corpus = np.concatenate((text, np.arange(vocab_size, dtype=np.int32)))
        self.contexts, self.target = create_contexts_target(text, WINDOW)
        self._order = rng.permutation(len(self.target))
        self._next = 0

    def batch(self) -> Batch:
        """Return the next rows in random order."""
        if self._next + BATCH > len(self._order):
            self._next = 0
        rows = self._order[self._next : self._next + BATCH]
        self._next += BATCH
        return self.contexts[rows], self.target[rows]


@dataclass
class Contestant:
    """One method at one size: a step to time and the batches for it."""

    method: str
    vocab_size: int
    step: Callable[[Any, Any], None]
    batch: Callable[[], Batch]
    steps: int = 1
    seconds: list[float] = field(default_factory=list)

    def warm_up(self, slice_seconds: float) -> float:
        """Compile, touch the memory, choose the steps of a slice; return a slice's seconds."""
        self._time(1)
        step = self._time(1)
        self.steps = max(1, int(slice_seconds / step))
        return self.steps * step

    def measure(self) -> None:
        """Time one slice."""
        self.seconds.append(self._time(self.steps))

    def _time(self, steps: int) -> float:
        batches = [self.batch() for _ in range(steps)]
        begin = time.perf_counter()
        for contexts, target in batches:
            self.step(contexts, target)
        return (time.perf_counter() - begin) / steps

    def result(self) -> dict[str, Any]:
        """Return the step's time in µs, median and quartiles over slices, and the speed."""
        low, median, high = np.percentile(np.array(self.seconds) * 1e6, (25, 50, 75))
        return {
            "method": self.method,
            "vocab_size": self.vocab_size,
            "us": round(median, 1),
            "us_quartiles": [round(low, 1), round(high, 1)],
            "words_per_second": round(BATCH / median * 1e6),
            "slices": len(self.seconds),
            "steps_a_slice": self.steps,
        }


def library(method: str, model_class: type, text: ZipfText, **options: Any) -> Contestant:
    """Build a model of the library with lazy Adam."""
    model = model_class(text.vocab_size, DIMENSIONS, WINDOW, text.corpus, backend="cpu", **options)
    optimizer = Adam()

    def step(contexts: Any, target: Any) -> None:
        model.forward(contexts, target)
        model.backward()
        optimizer.update(*remove_duplicate(model.params, model.grads))

    return Contestant(method, text.vocab_size, step, text.batch)


def one_hot(text: ZipfText) -> Contestant:
    """Build the baseline that multiplies with one-hot vectors, made before the clock starts."""
    contestant = library(ONE_HOT, SoftmaxCBOW, text, one_hot=True)

    def batch() -> Batch:
        contexts, target = text.batch()
        return convert_one_hot(contexts, text.vocab_size).astype(np.float32), target

    contestant.batch = batch
    return contestant


def from_textbook(method: str, model_class: Any, text: ZipfText) -> Contestant:
    """Build the textbook's model with its Adam over all rows."""
    rng = np.random.default_rng(1)
    shape = (2, text.vocab_size, DIMENSIONS)
    weights = [W * np.float32(0.01) for W in rng.standard_normal(shape, dtype=np.float32)]
    sampler = textbook.UnigramSampler(text.corpus, sample_size=NEGATIVES)
    model, optimizer = model_class(*weights, WINDOW, sampler), textbook.Adam()

    def step(contexts: Any, target: Any) -> None:
        model.forward(contexts, target)
        model.backward()
        optimizer.update(*textbook.sum_shared(model.params, model.grads))

    return Contestant(method, text.vocab_size, step, text.batch)


def measure_together(contestants: list[Contestant], plan: Plan) -> None:
    """Time slices of all contestants by turns, so that a noisy minute is shared by all."""
    round_seconds = sum(contestant.warm_up(plan.slice_seconds) for contestant in contestants)
    methods = sorted({contestant.method for contestant in contestants})
    smallest = f"{min(c.vocab_size for c in contestants):,} words"
    names = f"{', '.join(methods)} from {smallest}"
    for done in range(plan.rounds):
        left = round_seconds * (plan.rounds - done)
        say(f"round {done + 1} of {plan.rounds}, about {left:.0f} s left of this part: {names}")
        for contestant in contestants:
            contestant.measure()


def measure(plan: Plan) -> tuple[list[Contestant], list[str]]:
    """Measure everything; return the contestants and what was left out, and why."""
    texts = {size: ZipfText(size) for size in plan.sizes}
    sampled = []
    for size, text in texts.items():
        say(f"building the models of {size:,} words")
        sampled.append(library(SAMPLED_CBOW, CBOW, text, negative=NEGATIVES))
        sampled.append(library(SAMPLED_SG, SkipGram, text, negative=NEGATIVES))
    sampled.sort(key=lambda contestant: contestant.method)
    sampled.append(from_textbook(TEXTBOOK_CBOW, textbook.CBOW, texts[TEXTBOOK_SIZE]))
    sampled.append(from_textbook(TEXTBOOK_SG, textbook.SkipGram, texts[TEXTBOOK_SIZE]))
    measure_together(sampled, plan)
    for contestant in sampled:  # frees their matrices
        contestant.step = _nothing
    gc.collect()

    baselines, left_out = [], []
    for size, text in texts.items():
        builds: list[Callable[[], Contestant]] = []
        # In bytes: a batch of one-hot vectors twice, as ids are turned and converted; and
        # matrices of the vocabulary's size, with those Adam and the softmax make on the way.
        matrices = size * (10 * DIMENSIONS + 5 * BATCH) * 4
        vectors = 2 * BATCH * 2 * WINDOW * size * 4
        for method, most, need in (
            (ONE_HOT, plan.one_hot_up_to, matrices + vectors),
            (SOFTMAX, plan.softmax_up_to, matrices),
        ):
            gib = f"needs about {need / 2**30:.1f} GiB"
            if size > most:
                left_out.append(f"{method} at {size:,} words: {gib}, beyond this run's plan")
            elif need > 0.7 * get_backend("cpu").memory_info().total:
                left_out.append(f"{method} at {size:,} words: {gib}, too much for this machine")
            elif method == ONE_HOT:
                builds.append(lambda text=text: one_hot(text))  # type: ignore[misc]
            else:
                builds.append(lambda text=text: library(SOFTMAX, SoftmaxCBOW, text))  # type: ignore[misc]
        contestants = [build() for build in builds]
        if contestants:
            measure_together(contestants, replace(plan, rounds=BASELINE_ROUNDS))
        for contestant in contestants:
            contestant.step = _nothing
        baselines += contestants
        gc.collect()
    return baselines + sampled, left_out


def _nothing(contexts: Any, target: Any) -> None: ...


def ratio(contestants: list[Contestant], slow: tuple[str, int], fast: tuple[str, int]) -> float:
    """Return how many times longer one takes than another: the median over rounds."""
    by_key = {(c.method, c.vocab_size): np.array(c.seconds) for c in contestants}
    return round(float(np.median(by_key[slow] / by_key[fast])), 2)


def run(folder: Path, *, quick: bool) -> str:
    """Measure, write ``story.json``, ``story.md`` and ``story.png``; return the table.

    Parameters
    ----------
    folder : Path
    quick : bool
        Fewer sizes, rounds and baselines.

    Returns
    -------
    str
        What ``story.md`` says.
    """
    plan = QUICK if quick else FULL
    begin = time.perf_counter()
    say(f"the story takes about {plan.about_seconds} s on two cores")
    machine = describe_machine()
    contestants, left_out = measure(plan)
    ratios = {
        "textbook / minibatch, CBOW": (TEXTBOOK_CBOW, SAMPLED_CBOW),
        "textbook / minibatch, skip-gram": (TEXTBOOK_SG, SAMPLED_SG),
    }
    small, large = TEXTBOOK_SIZE, LARGE_SIZE
    story: dict[str, Any] = {
        "machine": machine,
        "load_average_after": describe_machine()["load_average"],
        "settings": {
            "batch": BATCH,
            "window": WINDOW,
            "dimensions": DIMENSIONS,
            "negatives": NEGATIVES,
            "tokens": TOKENS,
            "quick": quick,
        },
        "seconds": round(time.perf_counter() - begin),
        "speedup": {
            name: ratio(contestants, (slow, small), (fast, small))
            for name, (slow, fast) in ratios.items()
        },
        "growth": {
            method: ratio(contestants, (method, large), (method, small))
            for method in (SAMPLED_CBOW, SAMPLED_SG)
        },
        "left_out": left_out,
        "results": [contestant.result() for contestant in contestants],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "story.json").write_text(json.dumps(story, indent=1) + "\n", encoding="utf-8")
    table = markdown(story, METHODS)
    (folder / "story.md").write_text(table, encoding="utf-8")
    draw(story, METHODS, folder / "story.png")
    say(f"wrote story.json, story.md and story.png to {folder} in {story['seconds']} s")
    return table


def say(line: str) -> None:
    """Tell where the run is, without mixing with the table on standard output."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)

"""The speed story: what a training step costs as the vocabulary grows, method by method.

From one-hot vectors and a softmax over all words, over looking rows up, to looking rows up
and sampling negatives, in the minibatch engine and in the fused one; a textbook's code of
the same stands beside at one size.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.rounds import Spread, alternate, ratio
from benchmarks.story_methods import (
    BATCH,
    DIMENSIONS,
    KINDS,
    NEGATIVES,
    TOKENS,
    WINDOW,
    Method,
    ZipfText,
    from_textbook,
    sampled,
    softmax,
)
from benchmarks.story_report import draw, markdown
from w2v.backend import available_backends, get_backend

ONE_HOT, SOFTMAX = "one-hot + softmax", "lookup + softmax"
_BASELINE_ROUNDS = 3


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    Parameters
    ----------
    sizes : tuple of int
        Words of the vocabularies.
    middle : int
        The size at which methods are compared with one another.
    one_hot_up_to, softmax_up_to : int
        Beyond these the baselines take minutes and many GB.
    rounds : int
    slice_seconds : float
    about_seconds : float
        What all of it takes on two cores.
    """

    sizes: tuple[int, ...]
    middle: int
    one_hot_up_to: int
    softmax_up_to: int
    rounds: int
    slice_seconds: float
    about_seconds: float


FULL = Plan(
    sizes=(1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
    middle=10_000,
    one_hot_up_to=100_000,
    softmax_up_to=1_000_000,
    rounds=11,
    slice_seconds=0.2,
    about_seconds=330,
)
QUICK = Plan(
    sizes=(1_000, 10_000),
    middle=1_000,
    one_hot_up_to=1_000,
    softmax_up_to=10_000,
    rounds=2,
    slice_seconds=0.03,
    about_seconds=6,
)

Measured = dict[tuple[str, int], list[float]]
"""Seconds a step in every round, by method and size."""


class Story:
    """Builds, measures and forgets one part after the other.

    Parameters
    ----------
    plan : Plan
    progress : Progress
        Of ``about_seconds`` steps.

    Attributes
    ----------
    measured : dict
    left_out : list of str
        What, and why.
    """

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self.plan, self.progress = plan, progress
        self.texts = {size: ZipfText(size) for size in plan.sizes}
        self.measured: Measured = {}
        self.left_out: list[str] = []

    def run(self) -> None:
        """Measure everything."""
        # All that samples takes turns at all sizes; a softmax takes longer than all of it.
        methods: list[Method] = []
        for backend in available_backends():
            for kind in KINDS:
                for size, text in self.texts.items():
                    self.progress.say(f"building {kind} of {size:,} words on the {backend}")
                    methods += sampled(kind, text, backend)
        methods += [from_textbook(kind, self.texts[self.plan.middle]) for kind in KINDS]
        self._measure(methods, self.plan.rounds)
        del methods
        gc.collect()
        for text in self.texts.values():
            self._measure([build() for build in self._baselines(text)], _BASELINE_ROUNDS)
            gc.collect()

    def _measure(self, methods: Sequence[Method], rounds: int) -> None:
        if not methods:
            return
        weights = {}
        for method in methods:
            self.progress.step(f"warming up: {method.label}", 2 * self.plan.slice_seconds)
            weights[method.label] = method.warm_up(self.plan.slice_seconds)
        by_label = {method.label: method.measure for method in methods}
        found = alternate(by_label, rounds, self.progress, weights)
        for method in methods:
            self.measured[method.name, method.vocab_size] = found[method.label]

    def _baselines(self, text: ZipfText) -> list[Callable[[], Method]]:
        """Return how to build the softmax models of this size that are wanted and fit."""
        size = text.vocab_size
        # In bytes: a batch of one-hot vectors twice, as ids are turned and converted; and
        # matrices of the vocabulary's size, with those Adam and the softmax make on the way.
        matrices = size * (10 * DIMENSIONS + 5 * BATCH) * 4
        vectors = 2 * BATCH * 2 * WINDOW * size * 4
        builds: list[Callable[[], Method]] = []
        for name, most, need in (
            (ONE_HOT, self.plan.one_hot_up_to, matrices + vectors),
            (SOFTMAX, self.plan.softmax_up_to, matrices),
        ):
            gib = f"needs about {need / 2**30:.1f} GiB"
            if size > most:
                self.left_out.append(f"{name} at {size:,} words: {gib}, beyond this run's plan")
            elif need > 0.7 * get_backend("cpu").memory_info().total:
                self.left_out.append(f"{name} at {size:,} words: {gib}, too much for this machine")
            else:
                builds.append(partial(softmax, name, text, one_hot=name == ONE_HOT))
        return builds


def run(folder: Path, *, quick: bool) -> str:
    """Measure, and write ``story``.

    Parameters
    ----------
    folder : Path
    quick : bool
        Fewer sizes, rounds and baselines.

    Returns
    -------
    str
        The table.
    """
    plan = QUICK if quick else FULL
    with Progress("story", plan.about_seconds, plan.about_seconds) as progress:
        story = Story(plan, progress)
        story.run()
    results = [
        {
            "method": method,
            "vocab_size": size,
            "us": round(spread.median, 1),
            "us_quartiles": [round(x, 1) for x in spread.quartiles],
            "words_per_second": round(BATCH / spread.median * 1e6),
            "rounds": spread.rounds,
        }
        for (method, size), seconds in story.measured.items()
        for spread in [Spread.of([x * 1e6 for x in seconds])]
    ]
    figures = {
        "settings": {
            "batch": BATCH,
            "window": WINDOW,
            "dimensions": DIMENSIONS,
            "negatives": NEGATIVES,
            "tokens": TOKENS,
            "quick": quick,
            "middle": plan.middle,
            "largest": plan.sizes[-1],
        },
        **_summary(plan, story.measured),
        "left_out": story.left_out,
        "results": results,
    }
    return write(folder, "story", figures, markdown(figures), partial(draw, figures))


def _summary(plan: Plan, measured: Measured) -> dict[str, Any]:
    """Return what is asked of the story: how many times faster, and how a step grows."""
    speedup, growth = {}, {}
    for kind in KINDS:
        textbook = measured[f"textbook, {kind}", plan.middle]
        for engine in ("minibatch", "fused"):
            name = f"{engine}, exact, {kind}"
            middle, largest = measured[name, plan.middle], measured[name, plan.sizes[-1]]
            speedup[f"textbook / {engine}, {kind}"] = ratio(textbook, middle)
            growth[f"{engine}, {kind}"] = ratio(largest, middle)
    return {
        "speedup_spread": {name: each.figures() for name, each in speedup.items()},
        "growth_spread": {name: each.figures() for name, each in growth.items()},
    }

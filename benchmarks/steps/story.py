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
from typing import Annotated, Any, NamedTuple

import numpy as np

from benchmarks.harness import plots, report, tables, turns
from benchmarks.harness.options import Quick
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
Methods = dict[tuple[str, int], turns.Steps]
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


FULL = Plan()
QUICK = Quick(Plan((1_000, 10_000), 1_000, 1_000, 10_000, 2, 0.03))


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


def _softmax(name: str, text: ZipfText) -> turns.Steps:
    """Build a baseline: softmax over all words, rows looked up or multiplied with one-hot."""
    size, one_hot = text.vocab_size, name == ONE_HOT
    model = SoftmaxCBOW(size, DIMENSIONS, WINDOW, text.corpus, backend="cpu", one_hot=one_hot)

    def cut(batches: int) -> list[Batch]:
        return [(convert_one_hot(x, size).astype(np.float32), y) for x, y in text.cut(batches)]

    step = minibatch_step(model)
    return turns.steps_of(lambda batch: step(*batch), cut if one_hot else text.cut)


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
        steps = turns.steps_of(partial(minibatch, sampler), cut, backend.synchronize)
        methods[f"minibatch, {way}, {kind}{where}", text.vocab_size] = steps
        methods[f"fused, {way}, {kind}{where}", text.vocab_size] = partial(fused, sampler)
    return methods


def _from_textbook(kind: str, text: ZipfText) -> turns.Steps:
    """Build the textbook's model with its Adam over all rows."""
    shape = (2, text.vocab_size, DIMENSIONS)
    W = np.random.default_rng(1).standard_normal(shape, dtype=np.float32) * np.float32(0.01)
    sampler = textbook.UnigramSampler(text.corpus, sample_size=NEGATIVES)
    model, optimizer = KINDS[kind](*W, WINDOW, sampler), textbook.Adam()

    def step(batch: Batch) -> None:
        model.forward(*batch)
        model.backward()
        optimizer.update(*textbook.sum_shared(model.params, model.grads))

    return turns.steps_of(step, text.cut)


def _baselines(size: int, plan: Plan, left_out: list[str]) -> Iterator[str]:
    """Give the softmax models of this size that are wanted and fit; say why others are not."""
    # In bytes: a batch of one-hot vectors twice, as ids are turned and converted; and
    # matrices of the vocabulary's size, with those Adam and the softmax make on the way.
    matrices = size * (10 * DIMENSIONS + 5 * BATCH) * 4
    vectors, there = 2 * BATCH * 2 * WINDOW * size * 4, get_backend("cpu").memory_info().total
    for name, most, need in (
        (ONE_HOT, plan.one_hot_up_to, matrices + vectors),
        (SOFTMAX, plan.softmax_up_to, matrices),
    ):
        if size <= most and need <= 0.7 * there:
            yield name
        else:
            why = "beyond this run's plan" if size > most else "too much for this machine"
            gib = f"{need / 2**30:.1f} GiB"
            left_out.append(f"{name} at {size:,} words: needs about {gib}, {why}")


def _measured(methods: Methods, rounds: int, plan: Plan) -> dict[tuple[str, int], list[float]]:
    """Let methods take turns; return the seconds of a step, a slice's mean, in every round."""
    ready = {}
    for (name, size), method in methods.items():
        label = f"{name}, {size:,} words"
        turns.say(f"story: warming up: {label}", passing=True)
        ready[label] = turns.fit(method, plan.slice_seconds)[1]
    return dict(zip(methods, turns.take_turns("story", ready, rounds).values(), strict=True))


def run(folder: Path, *, plan: Annotated[Plan, QUICK] = FULL) -> str:
    """Measure, and write ``story``."""
    methods, left_out, middle, largest = Methods(), list[str](), plan.middle, plan.sizes[-1]
    texts = {size: ZipfText(size) for size in plan.sizes}
    # All that samples takes turns at all sizes; a softmax takes longer than all of it.
    for backend, kind, text in product(available_backends(), KINDS, texts.values()):
        methods |= _sampled(kind, text, backend)
    for kind in KINDS:
        methods[f"textbook, {kind}", middle] = _from_textbook(kind, texts[middle])
    measured = _measured(methods, plan.rounds, plan)
    methods.clear()
    for size, text in texts.items():
        gc.collect()
        baselines = {(x, size): _softmax(x, text) for x in _baselines(size, plan, left_out)}
        measured |= _measured(baselines, _BASELINE_ROUNDS, plan)
        baselines.clear()
    faster, grown, rows = {}, {}, []
    for kind, engine in product(KINDS, ("minibatch", "fused")):
        here, there = (measured[f"{engine}, exact, {kind}", size] for size in (middle, largest))
        times, growth = ratio(measured[f"textbook, {kind}", middle], here), ratio(there, here)
        faster[f"textbook / {engine}, {kind}"] = times.figures()
        grown[f"{engine}, {kind}"] = growth.figures()
        rows.append([f"{engine}, {kind}", times.text(1, 0), growth.text()])
    results: list[dict[str, Any]] = []
    for (method, size), seconds in measured.items():
        us = Spread.of([x * 1e6 for x in seconds])
        results.append({"method": method, "vocab_size": size, "us": round(us.median, 1),
                        "us_quartiles": [round(x, 1) for x in us.quartiles],
                        "words_per_second": round(BATCH / us.median * 1e6),
                        "rounds": us.rounds})  # fmt: skip
    results.sort(key=lambda x: (_ORDER.index(x["method"].split()[0].strip(",")), x["vocab_size"]))
    settings = {"batch": BATCH, "window": WINDOW, "dimensions": DIMENSIONS,
                "negatives": NEGATIVES, "tokens": TOKENS, "quick": plan != FULL,
                "middle": middle, "largest": largest}  # fmt: skip
    figures = {"settings": settings, "speedup_spread": faster, "growth_spread": grown,
               "left_out": left_out, "results": results}  # fmt: skip
    cells = {(x["method"], f"{x['vocab_size']:,}"): "{:,.0f} ({:,.0f}–{:,.0f})".format(
        x["us"], *x["us_quartiles"]) for x in results}  # fmt: skip
    columns = ["", f"× the textbook's, {middle:,} words", f"{largest:,} words ÷ {middle:,}"]
    parts = [
        f"Microseconds for {BATCH} centre words, median (quartiles) over the rounds. One thread; "
        "Adam, but SGD in the fused engine.",
        tables.pivot("method, by words in the vocabulary", cells),
        "How many times as fast, and how a step grows: medians (lowest–highest) within rounds.",
        tables.markdown_table(columns, rows),
    ]
    title = "A training step against the size of the vocabulary"
    return report.write(folder, "story", title, figures, parts, picture(results))


def picture(results: Sequence[Mapping[str, Any]]) -> plots.Plot:
    """Return a panel a model: microseconds against the size of the vocabulary."""
    drawn = []
    for kind in KINDS:
        mine = [{**x, "method": x["method"].replace(f", {kind}", "")} for x in results
                if ("skip-gram" in x["method"]) == (kind == "skip-gram")]  # fmt: skip
        lines = plots.lines(mine, "method", "vocab_size", lambda x: x["us"])
        drawn.append(plots.Panel(kind, "words in the vocabulary", f"µs for {BATCH} words", lines))
    return plots.panels(drawn, 2, named_at_ends=True)

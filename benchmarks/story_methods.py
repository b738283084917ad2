"""The methods of the speed story, each ready to be timed: training steps on 100 words."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.zipf import Stream
from tests.support import textbook
from w2v.backend import get_backend
from w2v.data import convert_one_hot, create_contexts_target
from w2v.layers import UnigramSampler
from w2v.models import CBOW, SkipGram, SoftmaxCBOW
from w2v.training import Adam, remove_duplicate
from w2v.training.fused import FusedTrainer

BATCH, WINDOW, DIMENSIONS, NEGATIVES = 100, 5, 100, 5
TOKENS = 929_589
_UNTIMED = 4  # of a slice, one part in so many goes before it

Batch = tuple[Any, Any]
KINDS: dict[str, type[CBOW | SkipGram]] = {"CBOW": CBOW, "skip-gram": SkipGram}
_TEXTBOOK: dict[str, type[textbook.CBOW | textbook.SkipGram]] = {
    "CBOW": textbook.CBOW,
    "skip-gram": textbook.SkipGram,
}


class ZipfText:
    """Word ids by Zipf's law, word i as often as 1 / (i + 1), and batches of them.

    Attributes
    ----------
    corpus : (TOKENS + V,) int32
        The text, and every word once more so that all have a count.
    stream : Stream
        The text in sentences of 20 words.
    """

    def __init__(self, vocab_size: int) -> None:
        self.vocab_size = vocab_size
        rng = np.random.default_rng(vocab_size)
        mass = np.cumsum(1 / np.arange(1, vocab_size + 1))
        text = np.searchsorted(mass, rng.random(TOKENS) * mass[-1]).astype(np.int32)
        self.corpus = np.concatenate((text, np.arange(vocab_size, dtype=np.int32)))
        offsets = np.append(np.arange(0, TOKENS, 20), TOKENS)
        self.stream = Stream(text, offsets, np.bincount(self.corpus))
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

    def sentences(self, words: int) -> Stream:
        """Return whole sentences from a place that moves on, about so many words."""
        last = len(self.stream.offsets) - 1
        count = min(last, max(1, words // 20))
        first = self._next % (last - count + 1)
        self._next += count
        offsets = self.stream.offsets[first : first + count + 1]
        tokens = self.stream.tokens[offsets[0] : offsets[-1]]
        return Stream(tokens, offsets - offsets[0], self.stream.counts)


@dataclass
class Method:
    """One method at one size of the vocabulary.

    Parameters
    ----------
    name : str
    vocab_size : int
    train : callable
        Makes so many steps, and returns the seconds that they took.
    steps : int, default 1
        Of a slice, what is timed at a time.
    """

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
    synchronize: Callable[[], None] | None = None,
) -> Callable[[int], float]:
    """Return what times steps on batches that are cut before the clock starts."""

    def train(steps: int) -> float:
        batches = [batch() for _ in range(steps)]
        if synchronize:
            synchronize()
        begin = time.perf_counter()
        for contexts, target in batches:
            step(contexts, target)
        if synchronize:
            synchronize()
        return time.perf_counter() - begin

    return train


def softmax(name: str, text: ZipfText, *, one_hot: bool) -> Method:
    """Build a baseline: softmax over all words, rows looked up or multiplied with one-hot."""
    model = SoftmaxCBOW(
        text.vocab_size, DIMENSIONS, WINDOW, text.corpus, backend="cpu", one_hot=one_hot
    )
    optimizer = Adam()

    def step(contexts: Any, target: Any) -> None:
        model.forward(contexts, target)
        model.backward()
        optimizer.update(*remove_duplicate(model.params, model.grads))

    def vectors() -> Batch:
        contexts, target = text.batch()
        return convert_one_hot(contexts, text.vocab_size).astype(np.float32), target

    return Method(name, text.vocab_size, steps_of(step, vectors if one_hot else text.batch))


def sampled(kind: str, text: ZipfText, backend_name: str) -> list[Method]:
    """Build what samples negatives: two engines, each exact and fast.

    Returns
    -------
    list of Method
        Named ``minibatch, exact, CBOW`` and so on; ``, GPU`` is added on one.
    """
    backend = get_backend(backend_name)
    # Each engine has the weights that it starts from in training, in its own layout.
    layered, streamed = (
        KINDS[kind](
            text.vocab_size, DIMENSIONS, WINDOW, None, negative=NEGATIVES,
            counts=text.stream.counts, start=start, backend=backend,
        )
        for start in ("normal", "uniform")
    )  # fmt: skip
    optimizer = Adam()
    where = "" if backend_name == "cpu" else ", GPU"

    def batch() -> Batch:
        contexts, target = text.batch()
        return backend.asarray(contexts), backend.asarray(target)

    def minibatch(sampler: UnigramSampler) -> Callable[[int], float]:
        def step(contexts: Any, target: Any) -> None:
            layered.ns_loss.sampler = sampler
            layered.forward(contexts, target)
            layered.backward()
            optimizer.update(*remove_duplicate(layered.params, layered.grads))

        return steps_of(step, batch, backend.synchronize)

    def fused(sampler: UnigramSampler) -> Callable[[int], float]:
        def train(steps: int) -> float:
            streamed.ns_loss.sampler = sampler
            stream = text.sentences(steps * BATCH)
            trainer = FusedTrainer(
                streamed, *stream, epochs=1, sample=0, shrink_windows=False, workers=1
            )
            trainer.run()
            return trainer.seconds * steps * BATCH / len(stream.tokens)

        return train

    methods = []
    for sampling in ("exact", "fast"):
        sampler = UnigramSampler(
            None, sample_size=NEGATIVES, counts=text.stream.counts, sampling=sampling,
            backend=backend,
        )  # fmt: skip
        for engine, make in (("minibatch", minibatch), ("fused", fused)):
            name = f"{engine}, {sampling}, {kind}{where}"
            methods.append(Method(name, text.vocab_size, make(sampler)))
    return methods


def from_textbook(kind: str, text: ZipfText) -> Method:
    """Build the textbook's model with its Adam over all rows."""
    rng = np.random.default_rng(1)
    shape = (2, text.vocab_size, DIMENSIONS)
    W_in, W_out = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.01)
    sampler = textbook.UnigramSampler(text.corpus, sample_size=NEGATIVES)
    model, optimizer = _TEXTBOOK[kind](W_in, W_out, WINDOW, sampler), textbook.Adam()

    def step(contexts: Any, target: Any) -> None:
        model.forward(contexts, target)
        model.backward()
        optimizer.update(*textbook.sum_shared(model.params, model.grads))

    return Method(f"textbook, {kind}", text.vocab_size, steps_of(step, text.batch))

"""Both engines on word ids, ready to be timed: training alone, not reading, not compiling."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from w2v.backend import Backend, keep_probabilities
from w2v.data import EncodedCorpus
from w2v.models import CBOW, ContextModel, SkipGram
from w2v.training import Adam, remove_duplicate
from w2v.training.fused import FusedTrainer

MODELS: dict[str, type[CBOW | SkipGram]] = {"skip-gram": SkipGram, "cbow": CBOW}
_BATCHES = 8  # cut beforehand, and stepped again and again


class Sentences(NamedTuple):
    """Word ids, cut into sentences, and how often each word occurs.

    Parameters
    ----------
    tokens : (N,) int32 array
    offsets : (S + 1,) int64 array
    counts : (V,) int64 array
    """

    tokens: np.ndarray
    offsets: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, corpus: EncodedCorpus) -> Sentences:
        """Take an encoded corpus."""
        return cls(corpus.tokens, corpus.offsets, corpus.vocab.counts)

    def part(self, words: int, skip: int = 0) -> Sentences:
        """Return whole sentences of about so many words, with the counts of the whole.

        Parameters
        ----------
        words : int
            At most, but at least a sentence; all if there are not so many.
        skip : int, default 0
            Words to leave out before, rounded up to whole sentences.
        """
        first = min(int(np.searchsorted(self.offsets, skip)), len(self.offsets) - 2)
        last = int(np.searchsorted(self.offsets, self.offsets[first] + words, side="right")) - 1
        offsets = self.offsets[first : max(first + 1, last) + 1]
        tokens = self.tokens[offsets[0] : offsets[-1]]
        return Sentences(tokens, offsets - offsets[0], self.counts)

    def repeated(self, times: int) -> Sentences:
        """Return the text several times over, with the counts of one."""
        starts = len(self.tokens) * np.arange(times)[:, None] + self.offsets[:-1]
        tokens = np.tile(self.tokens, times)
        return Sentences(tokens, np.append(starts, len(tokens)), self.counts)


@dataclass(frozen=True)
class Setting:
    """What a model is trained with; by default what most train with.

    Parameters
    ----------
    skip_gram : bool, default True
        Otherwise CBOW.
    dim : int, default 100
    window, negative : int, default 5
        Without negatives hierarchical softmax is trained.
    sample : float, default 1e-3
    workers : int, optional
        Threads of the fused engine; by default one a core.
    sampling : {"auto", "exact", "fast"}
    seed : int, default 1
    hs : bool, default False
        Train hierarchical softmax beside the negatives.
    """

    skip_gram: bool = True
    dim: int = 100
    window: int = 5
    negative: int = 5
    sample: float = 1e-3
    workers: int | None = None
    sampling: str = "auto"
    seed: int = 1
    hs: bool = False

    def changed(self, **changes: Any) -> Setting:
        """Return the setting with some things changed."""
        return replace(self, **changes)

    def bytes(self, vocabulary: int) -> int:
        """Return the memory that a model's two matrices take."""
        return 2 * 4 * self.dim * vocabulary

    def model(self, counts: np.ndarray, backend: Backend, start: str) -> ContextModel:
        """Return a new model.

        Parameters
        ----------
        counts : (V,) int array
        backend : Backend
        start : {"uniform", "normal"}
            Its weights: the fused engine's, or the minibatch engine's.
        """
        return MODELS["skip-gram" if self.skip_gram else "cbow"](
            len(counts), self.dim, self.window, None, hs=int(self.hs or not self.negative),
            negative=self.negative, counts=counts, sampling=self.sampling, seed=self.seed,
            start=start, backend=backend,
        )  # fmt: skip


class FusedRun:
    """A model and the text that the fused engine trains it on.

    Parameters
    ----------
    backend : Backend
    text : Sentences
    setting : Setting, optional
    **options
        Of :class:`~w2v.training.fused.FusedTrainer`: ``alpha``, ``shrink_windows`` …

    Attributes
    ----------
    kept : float
        Share of the text's words that subsampling keeps, on average.
    """

    def __init__(
        self, backend: Backend, text: Sentences, setting: Setting | None = None, **options: Any
    ) -> None:
        self.text, self.setting, self.options = text, setting or Setting(), options
        self.model = self.setting.model(text.counts, backend, "uniform")
        keep = keep_probabilities(text.counts, self.setting.sample)
        self.kept = float(np.average(keep, weights=text.counts))
        self._pace = 0.0

    def trainer(
        self, epochs: int = 1, text: Sentences | None = None, before: int = 0
    ) -> FusedTrainer:
        """Return a training of the model as it is now, with its kernels compiled.

        Parameters
        ----------
        epochs : int, default 1
        text : Sentences, optional
            With the same counts, in place of the run's own.
        before : int, default 0
            Epochs that have been trained already: the training is the last part of a longer one.
        """
        tokens, offsets, counts = text or self.text
        trainer = FusedTrainer(
            self.model, tokens, offsets, counts, epochs=before + epochs,
            start=before * int(offsets[-1]), sample=self.setting.sample,
            workers=self.setting.workers, **self.options,
        )  # fmt: skip
        trainer.compile()
        return trainer

    def train(
        self, epochs: int = 1, text: Sentences | None = None, before: int = 0
    ) -> FusedTrainer:
        """Train, and return what tells the seconds and the losses."""
        trainer = self.trainer(epochs, text, before)
        trainer.run()
        return trainer

    def speed(self, seconds: float) -> float:
        """Train whole epochs for about so long; return the words a second, kept or not."""
        epochs = max(1, round(seconds * self._pace / len(self.text.tokens)))
        self._pace = epochs * len(self.text.tokens) / self.train(epochs).seconds
        return self._pace


class MinibatchRun:
    """The minibatch engine's steps with Adam, without its reports.

    Parameters
    ----------
    backend : Backend
    text : Sentences
    setting : Setting
    batch : int
        Windows of a step, from random places of the text.
    """

    def __init__(self, backend: Backend, text: Sentences, setting: Setting, batch: int) -> None:
        self.backend, self.batch = backend, batch
        self.step = minibatch_step(setting.model(text.counts, backend, "normal"))
        window, n = setting.window, len(text.tokens)
        around = np.array([d for d in range(-window, window + 1) if d])
        places = np.random.default_rng(1).integers(window, n - window, (_BATCHES, batch))
        self.batches = [
            (backend.asarray(text.tokens[at[:, None] + around]), backend.asarray(text.tokens[at]))
            for at in places
        ]
        self.speed(0)  # compiles, and touches the memory

    def speed(self, seconds: float) -> float:
        """Step for about so long; return the target words a second."""
        backend, waits = self.backend, 1 if self.batch >= 10_000 else _BATCHES
        with backend.deferred_checks():  # as `Trainer.fit` has it
            backend.synchronize()
            begin, steps = time.perf_counter(), 0
            while steps == 0 or time.perf_counter() - begin < seconds:
                self.step(*self.batches[steps % _BATCHES])
                steps += 1
                if steps % waits == 0:
                    backend.synchronize()
            backend.synchronize()
            return steps * self.batch / (time.perf_counter() - begin)


def minibatch_step(model: Any) -> Callable[[Any, Any], None]:
    """Return a training step as `Trainer.fit` makes it with Adam, of contexts and targets."""
    optimizer = Adam()

    def step(contexts: Any, target: Any) -> None:
        model.forward(contexts, target)
        model.backward()
        optimizer.update(*remove_duplicate(model.params, model.grads))

    return step

"""A model of the library beside its textbook twin, for tests that compare the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.support import textbook
from w2v.backend import Array, to_cpu
from w2v.data import create_contexts_target
from w2v.models import CBOW, ContextModel, SkipGram

V, H, WINDOW, B, K = 23, 8, 2, 12, 5
MODELS: dict[str, tuple[type[ContextModel], Any]] = {
    "cbow": (CBOW, textbook.CBOW),
    "skip-gram": (SkipGram, textbook.SkipGram),
}


def corpus(seed: int = 0) -> np.ndarray:
    """Return ids in which every word occurs and a few are frequent."""
    rng = np.random.default_rng(seed)
    return rng.permutation(np.concatenate((np.arange(V), rng.integers(0, V, 60) ** 2 // V)))


@dataclass
class Twins:
    """A model and its textbook twin, in float64 and with the same weights."""

    ours: ContextModel
    textbook: Any

    @classmethod
    def build(cls, name: str, sampling: str = "exact") -> Twins:
        ours_class, textbook_class = MODELS[name]
        ours = ours_class(V, H, WINDOW, corpus(), negative=K, sampling=sampling)
        weights = np.random.default_rng(3).normal(scale=0.5, size=(2, V, H))
        ours.set_params(*(ours.backend.asarray(W.copy()) for W in weights))
        sampler = textbook.UnigramSampler(corpus(), sample_size=K)
        return cls(ours, textbook_class(*weights, WINDOW, sampler))

    def step(self, contexts: np.ndarray, target: np.ndarray) -> tuple[float, float]:
        """Run both forward, on the negatives that the model draws, and both backward."""
        asarray = self.ours.backend.asarray
        predicted = asarray(target if isinstance(self.ours, CBOW) else contexts)
        sampler = self.ours.ns_loss.sampler
        start = sampler.stream.counter
        negative = to_cpu(sampler.get_negative_sample(predicted))
        sampler.stream.counter = start  # the forward pass draws them again
        losses = (
            float(self.ours.forward(asarray(contexts), asarray(target))),
            self.textbook.forward(contexts, target, negative),
        )
        self.ours.backward()
        self.textbook.backward()
        return losses


def batch(step: int) -> tuple[np.ndarray, np.ndarray]:
    contexts, target = create_contexts_target(corpus(), WINDOW)
    return contexts[step * B : (step + 1) * B], target[step * B : (step + 1) * B]


def assert_same(ours: Array, textbooks: np.ndarray) -> None:
    np.testing.assert_allclose(to_cpu(ours), textbooks, rtol=1e-9, atol=1e-11)

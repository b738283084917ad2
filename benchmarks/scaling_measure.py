"""One setting of the fused engine on one text: words a second, by how long a run should take."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.zipf import Stream
from w2v.backend import Backend, keep_probabilities
from w2v.models import CBOW, SkipGram
from w2v.training.fused import FusedTrainer

_FEWEST = 50_000  # words that say something of the pace
_BEFORE = 1_000_000  # words of a run; at its beginning threads share all rows, which is slower


@dataclass(frozen=True)
class Setting:
    """The default point, about which one thing at a time is changed.

    Parameters
    ----------
    skip_gram : bool, default True
        Otherwise CBOW.
    dim : int, default 100
    window, negative : int, default 5
    sample : float, default 1e-3
    workers : int, default 2
    """

    skip_gram: bool = True
    dim: int = 100
    window: int = 5
    negative: int = 5
    sample: float = 1e-3
    workers: int = 2

    def bytes(self, vocabulary: int) -> int:
        """Return the memory that a model's two matrices take."""
        return 2 * 4 * self.dim * vocabulary

    def with_(self, name: str, value: int) -> Setting:
        """Return the setting with one thing changed."""
        return replace(self, **{name: value})  # type: ignore[arg-type]


class Fused:
    """A model and the text that it trains on, again and again from the text's beginning.

    Parameters
    ----------
    backend : Backend
    text : Stream
    setting : Setting

    Attributes
    ----------
    kept : float
        Share of the text's words that subsampling keeps, on average.
    """

    def __init__(self, backend: Backend, text: Stream, setting: Setting) -> None:
        self.text, self.setting = text, setting
        kind = SkipGram if setting.skip_gram else CBOW
        self.model = kind(
            len(text.counts), setting.dim, setting.window, None, counts=text.counts,
            negative=setting.negative, start="uniform", backend=backend,
        )  # fmt: skip
        keep = keep_probabilities(text.counts, setting.sample)
        self.kept = float(np.average(keep, weights=text.counts))

    def words_per_second(self, words: int, epochs: int = 1) -> float:
        """Train on the text's first words, as the last epochs of a longer run.

        The rate counts all of them, kept or not.
        """
        part = self.text.part(words)
        before = -(-_BEFORE // len(part.tokens))
        trainer = FusedTrainer(
            self.model, part.tokens, part.offsets, part.counts, epochs=before + epochs,
            start=before * len(part.tokens), sample=self.setting.sample,
            workers=self.setting.workers,
        )  # fmt: skip
        trainer.run()
        return epochs * len(part.tokens) / trainer.seconds

    def words_in(self, seconds: float) -> int:
        """Find out how many words are trained in so many seconds; at most all of the text."""
        pace = self.words_per_second(_FEWEST)  # compiles, and touches the weights
        pace = self.words_per_second(max(_FEWEST, int(pace * seconds / 4)))
        return min(len(self.text.tokens), max(_FEWEST, int(pace * seconds)))

"""A round of training by one worker: common weights in, changes of rows out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend import Array, FusedLoss, keep_probabilities
from w2v.cluster.changes import Changes, Rows
from w2v.cluster.uses import Uses
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus
from w2v.training.engines import fused_options
from w2v.training.fused import FusedTrainer
from w2v.word2vec.weights import Weights

_COMPARED_AT_ONCE = 1 << 18  # numbers; they stay in the cache


class Span(NamedTuple):
    """A worker's part of a round: the sentences of its shard that begin within it.

    Parameters
    ----------
    start, stop : int
        Words of the shard.
    position : int
        Words of the run before it, from which its draws and its learning rate follow.
    epoch : int
    """

    start: int
    stop: int
    position: int
    epoch: int


class RoundTrainer:
    """Trains spans of a shard, each from common weights, which it leaves as they are.

    What it returns depends on what it is given alone, with one thread: a span that is trained
    again, here or elsewhere, gives the same.

    Parameters
    ----------
    config : TrainConfig
        Plain SGD's; ``workers`` are threads.
    shard : EncodedCorpus
        This worker's sentences, with the vocabulary and the counts of the whole corpus.
    total : int
        Words of the whole run: those of all shards, times epochs.
    lockf : (V,) float32 array, optional
        What changes of each word's input vector are multiplied by.

    Raises
    ------
    ValueError
        Another optimizer than "sgd".
    MemoryError
        There is no room for the weights.
    """

    def __init__(
        self, config: TrainConfig, shard: EncodedCorpus, total: int, lockf: Array | None = None
    ) -> None:
        if config.optimizer != "sgd":
            raise ValueError(
                f"rounds are trained by optimizer='sgd' alone, got {config.optimizer!r}"
            )
        self.config, self.shard, self.total, self.lockf = config, shard, total, lockf
        self.model = Weights(config).new_model(shard.vocab, start="zeros")
        self.backend = self.model.backend
        self.model.set_params(*map(self.backend.fused_rows, self.model.params))
        self._uses: Uses | None = None

    def train(self, weights: tuple[Array, Array], span: Span, *, alone: bool = False) -> Changes:
        """Train a span.

        Parameters
        ----------
        weights : (V, H) and (outputs, H) float32 arrays
            Input and output vectors, on the model's backend.
        span : Span
        alone : bool, default False
            Whether no other worker trains in this round.

        Returns
        -------
        Changes
            NumPy's or CuPy's, as the weights are.

        Raises
        ------
        DivergedError
            The loss is no finite number.
        """
        for mine, common in zip(self.model.params, weights, strict=True):
            mine[...] = common
        offsets = self.shard.offsets
        first, last = np.searchsorted(offsets[:-1], (span.start, span.stop)).tolist()
        tokens = self.shard.mapped_tokens[offsets[first] : offsets[last]]
        loss = FusedLoss(0.0, 0, 0)
        if len(tokens):
            loss = self._run(tokens, offsets[first : last + 1] - offsets[first], first, span)
        if self._uses is None:
            self._uses = self._new_uses()
        uses = self._uses.of(tokens, loss)
        inputs, outputs = (
            self._changed(*each, alone=alone)
            for each in zip(weights, self.model.params, uses, strict=True)
        )
        return Changes(inputs, outputs, *loss, len(tokens), absolute=alone)

    def _run(self, tokens: Array, offsets: Array, first: int, span: Span) -> FusedLoss:
        """Train sentences, the first of which is the shard's ``first``."""
        trainer = FusedTrainer(
            self.model,
            tokens,
            offsets,
            self.shard.vocab.counts,
            epochs=1,
            before=span.position + int(self.shard.offsets[first]) - span.start,
            of=self.total,
            **fused_options(self.config),
        )
        trainer.lockf = self.lockf
        trainer.look_at = lambda a, b: self.shard.look_at(first + a, first + b)
        trainer.run()
        return FusedLoss(trainer.total_loss, trainer.predictions, trainer.kept)

    def _new_uses(self) -> Uses:
        config, layer = self.config, self.model.loss_layer
        keep = keep_probabilities(self.shard.vocab.counts, config.sample)
        return Uses(
            layer.output,
            keep,
            skip_gram=bool(config.sg),
            negative=layer.sample_size,
            contexts=self._contexts(),
        )

    def _contexts(self) -> float:
        """Return how many contexts a window has, about: sentences are cut, and thinned out."""
        config, lengths = self.config, np.diff(self.shard.offsets)
        lengths = lengths[lengths > 0] if len(lengths) else np.ones(1)
        reach = (config.window_size + 1) / 2 if config.draws_widths else config.window_size
        sides = np.minimum(reach, lengths - 1)
        of_sentence = 2 * (lengths * sides - sides * (sides + 1) / 2)
        return float(of_sentence.sum() / max(1, lengths.sum()))

    def _changed(self, before: Array, after: Array, uses: np.ndarray, *, alone: bool) -> Rows:
        xp, (n, width) = self.backend.xp, before.shape
        at_once = max(1, _COMPARED_AT_ONCE // width)
        found = [
            start
            + xp.flatnonzero((before[start:][:at_once] != after[start:][:at_once]).any(axis=1))
            for start in range(0, n, at_once)
        ]
        index = xp.concatenate(found).astype(xp.int32)
        rows = after[index] if alone else after[index] - before[index]
        return Rows(index, rows, self.backend.asarray(uses.astype(np.float32))[index])

"""A round of training by one worker: common weights in, changes of rows out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend import Array, FusedLoss, keep_probabilities
from w2v.cluster.balance import long_directions, squares
from w2v.cluster.changes import Changes, Matrices, Rows, by_parts
from w2v.cluster.curvature import Curvature, curvature_matrix, steepness
from w2v.cluster.parts import sentences_of
from w2v.cluster.uses import Uses
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus
from w2v.training.engines import fused_options
from w2v.training.fused import FusedTrainer
from w2v.word2vec.weights import Weights


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
        self._contexts = _contexts(config, shard.offsets)
        layer, counts = self.model.loss_layer, shard.vocab.counts
        self._uses = Uses(
            layer.output,
            keep_probabilities(counts, config.sample),
            skip_gram=bool(config.sg),
            negative=layer.sample_size,
            contexts=self._contexts,
        )
        self._expected = self._uses.expected(counts)

    @property
    def threads(self) -> int:
        """How many of the processor's train, and make of it what is sent; 1 beside a GPU."""
        return (self.config.workers or 1) if self.backend.name == "cpu" else 1

    def train(
        self,
        weights: tuple[Array, Array],
        span: Span,
        *,
        alone: bool = False,
        plain: bool = False,
    ) -> Changes:
        """Train a span.

        Parameters
        ----------
        weights : (V, H) and (outputs, H) float32 arrays
            Input and output vectors, on the model's backend.
        span : Span
        alone : bool, default False
            Whether no other worker trains in this round.
        plain : bool, default False
            Return changes as they were made, not unrolled: their sum is the plain sum.

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
        first, last = sentences_of(offsets, span.start, span.stop)
        tokens = self.shard.mapped_tokens[offsets[first] : offsets[last]]
        trainer = self._trainer(tokens, offsets[first : last + 1] - offsets[first], first, span)
        if len(tokens):
            trainer.run()
        loss = FusedLoss(trainer.total_loss, trainer.predictions, trainer.kept)
        uses = self._uses.of(tokens, loss)
        rate = trainer.settings.rate(span.position)
        matrices = None if alone or plain else self._matrices(weights, rate)
        # Contexts of CBOW move by the change of their mean, and rows that are locked do not.
        kept = matrices is not None and self.config.sg and self.lockf is None
        directions = long_directions(weights) if kept else None
        changed = [
            self._changed(*each, directions, alone=alone)
            for each in zip(weights, self.model.params, uses, matrices or (None, None), strict=True)
        ]
        (inputs, of_inputs), (outputs, of_outputs) = changed
        balance = None
        if directions is not None:
            along = self.backend.asarray(np.asarray(of_inputs - of_outputs, np.float32))
            balance = directions @ along @ directions.T
        sent = matrices and Matrices(*matrices, balance)
        return Changes(inputs, outputs, *loss, len(tokens), sent, absolute=alone)

    def _trainer(self, tokens: Array, offsets: Array, first: int, span: Span) -> FusedTrainer:
        """Return the training of sentences, the first of which is the shard's ``first``."""
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
        return trainer

    def _matrices(self, weights: tuple[Array, Array], rate: float) -> tuple[Array, Array]:
        """Return how far a step takes an input row, and an output row, on average of the round."""
        config, (inputs, outputs) = self.config, self._expected
        averaged = 1.0 if config.sg or not config.cbow_mean else self._contexts
        found = []
        # Rows that were short when the round began have grown, and curvature with them.
        for W_in, W_out in (weights, self.model.params):
            steep = rate * steepness(W_in, W_out, self._expected, averaged)
            found.append((
                curvature_matrix(W_out, outputs / inputs.sum(), steep),
                curvature_matrix(W_in, inputs / inputs.sum(), steep, averaged=averaged),
            ))  # fmt: skip
        before, after = found
        return (before[0] + after[0]) / 2, (before[1] + after[1]) / 2

    def _changed(
        self,
        before: Array,
        after: Array,
        uses: np.ndarray,
        matrix: Array | None,
        directions: Array | None,
        *,
        alone: bool,
    ) -> tuple[Rows, np.ndarray | float]:
        """Return the rows that have changed: what they are, or by what, unrolled or not.

        And by what XᵀX has changed along some directions.
        """
        xp, threads = self.backend.xp, self.threads
        index = xp.concatenate(by_parts(
            len(before),
            lambda part: part.start + xp.flatnonzero((before[part] != after[part]).any(axis=1)),
            threads,
        )).astype(xp.int32)  # fmt: skip
        rows, steps = after[index], self.backend.asarray(uses.astype(np.float32))[index]
        if alone:
            return Rows(index, rows, steps), 0.0
        curvature = None if matrix is None else Curvature.of(matrix)

        def unroll(part: slice) -> np.ndarray | float:
            now, was = rows[part], before[index[part]]
            change: np.ndarray | float = 0.0
            if directions is not None:
                change = squares(now, directions) - squares(was, directions)
            now -= was
            if curvature is not None:
                curvature.unroll(now, steps[part])
            return change

        # A span in which no sentence begins has no parts.
        none = 0.0 if directions is None else np.zeros((directions.shape[1],) * 2)
        return Rows(index, rows, steps), sum(by_parts(len(index), unroll, threads), start=none)


def _contexts(config: TrainConfig, offsets: np.ndarray) -> float:
    """Return how many contexts a window has, about, in sentences of these lengths."""
    lengths = np.diff(offsets)
    lengths = lengths[lengths > 0]
    reach = (config.window_size + 1) / 2 if config.draws_widths else config.window_size
    sides = np.minimum(reach, lengths - 1)
    of_sentences = (2 * lengths - sides - 1) * sides
    return max(1.0, float(of_sentences.sum() / max(1, lengths.sum())))

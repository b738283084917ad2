"""Rounds of training by one worker: common weights in, changes of rows out.

Rows that are stepped often go far in a few words, and those of all workers are put together after
every round.  Others, which are most of all rows, have their turn in some rounds alone; until then
a worker goes on with rows of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend import Array, FusedLoss, keep_probabilities
from w2v.cluster.balance import long_directions, no_directions, squares
from w2v.cluster.changes import Changes, Matrices, Rows, by_parts, frequent_rows
from w2v.cluster.curvature import Curvature, curvature_matrix, sampled_pairs, steepness
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

    What it returns depends, with one thread, on the weights after the last whole exchange and on
    what it was given since then: spans that are trained again from there, here or elsewhere, give
    the same.

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

    Attributes
    ----------
    seconds : float
        What the last span took to train, without its changes.

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
        W_in, W_out = map(self.backend.fused_rows, self.model.params)
        self._own = W_in, W_out  # weights that this worker steps
        self._steps = np.zeros(len(W_in)), np.zeros(len(W_out))  # on each row since it was common
        self._began: list[Array] = []  # frequent rows of both, as the last round began with them
        self.seconds = self._rate = 0.0
        self.begin()
        self._contexts = contexts_of(config, shard.offsets)
        layer, counts = self.model.loss_layer, shard.vocab.counts
        self._uses = Uses(
            layer.output,
            keep_probabilities(counts, config.sample),
            skip_gram=bool(config.sg),
            negative=layer.sample_size,
            contexts=self._contexts,
        )
        self._expected = self._uses.expected(counts)
        self._averaged = 1.0 if config.sg or not config.cbow_mean else self._contexts
        self._pairs = sampled_pairs(self._expected, self._averaged)

    @property
    def threads(self) -> int:
        """How many of the processor's train, and make of it what is sent; 1 beside a GPU."""
        return (self.config.workers or 1) if self.backend.name == "cpu" else 1

    def compile(self) -> None:
        """Compile the kernels, or load what was compiled before."""
        none = self.shard.mapped_tokens[:0]
        self._trainer(none, np.zeros(1, np.int64), 0, Span(0, 0, 0, 0)).compile()

    @property
    def keeps_balance(self) -> bool:
        """Whether steps leave XᵀX − YᵀY as it is, so that sums are to as well."""
        # Contexts of CBOW move by the change of their mean, and rows that are locked do not.
        return bool(self.config.sg) and self.lockf is None

    def train(
        self,
        weights: tuple[Array, Array],
        span: Span,
        *,
        whole: bool = True,
        plain: bool = False,
        late: bool = False,
        directions: Array | None = None,
    ) -> Changes:
        """Train a span.

        Parameters
        ----------
        weights : (V, H) and (outputs, H) float32 arrays
            Input and output vectors that workers have in common, on the model's backend.
        span : Span
        whole : bool, default True
            Return what all rows have changed by since they were common, not only the frequent ones.
        plain : bool, default False
            Return changes as they were made, not unrolled: their sum is the plain sum.
        late : bool, default False
            The weights lack what all workers have changed in the round before, which was one of
            frequent rows, as this is: this worker goes on from its own part of that.
        directions : (H, m) float32 array, optional
            In which rows of the weights are long, where that is known.

        Returns
        -------
        Changes
            NumPy's or CuPy's, as the weights are.

        Raises
        ------
        DivergedError
            The loss is no finite number.
        """
        params = self._take_up(weights, late=late)
        # After a round of all rows none begins without what the others have changed.
        self._began = [] if whole else [own[: frequent_rows(len(own))].copy() for own in params]
        tokens, loss = self._trained(span, params)
        for steps, more in zip(self._steps, self._uses.of(tokens, loss), strict=True):
            steps += more
        matrices = None if plain else self._matrices(weights, params)
        kept = matrices is not None and self.keeps_balance
        if not kept:
            directions = no_directions(weights)
        elif directions is None:
            directions = long_directions(weights)
        began = weights if whole else self._began
        changed = [
            self._changed(W, own[: len(W)], steps[: len(W)], matrix, directions)
            for W, own, steps, matrix in zip(
                began, params, self._steps, matrices or (None, None), strict=True
            )
        ]
        self._common = [len(W) for W in began]
        (inputs, of_inputs), (outputs, of_outputs) = changed
        along = self.backend.asarray((of_inputs - of_outputs).astype(np.float32))
        balance = directions @ along @ directions.T if kept else None
        sent = matrices and Matrices(*matrices, balance)
        return Changes(inputs, outputs, *loss, len(tokens), sent, whole)

    def train_alone(self, weights: tuple[Array, Array], span: Span) -> Changes:
        """Train a span while no other worker does: the weights themselves, in place.

        Parameters and errors are those of :meth:`train`; the weights are laid out as
        ``Backend.fused_rows`` returns them.

        Returns
        -------
        Changes
            Without rows.
        """
        tokens, loss = self._trained(span, weights)
        none = np.zeros(0, np.int32), np.zeros((0, weights[0].shape[1]), np.float32)
        no_rows = Rows(*map(self.backend.asarray, (*none, np.zeros(0, np.float32))))
        return Changes(no_rows, no_rows, *loss, len(tokens))

    def begin(self) -> None:
        """Forget rows of one's own: the next weights are common to all."""
        self._common = [len(W) for W in self._own]  # rows of each side that were put together last

    def _take_up(self, weights: tuple[Array, Array], *, late: bool) -> tuple[Array, Array]:
        """Return this worker's weights, with the rows in them that were put together last."""
        for i, n in enumerate(self._common):
            mine, common = self._own[i][:n], weights[i][:n]
            if late:  # what it has changed them by since it began its last round is still its own
                mine -= self._began[i]
                mine += common
            else:
                mine[:] = common
            self._steps[i][:n] = 0
        return self._own

    def _trained(self, span: Span, params: tuple[Array, Array]) -> tuple[np.ndarray, FusedLoss]:
        """Train weights in place; return the words and what they cost."""
        self.model.set_params(*params)
        offsets = self.shard.offsets
        first, last = sentences_of(offsets, span.start, span.stop)
        tokens = self.shard.mapped_tokens[offsets[first] : offsets[last]]
        trainer = self._trainer(tokens, offsets[first : last + 1] - offsets[first], first, span)
        if len(tokens):
            trainer.run()
        self.seconds = trainer.seconds
        self._rate = trainer.settings.rate(span.position)
        return tokens, FusedLoss(trainer.total_loss, trainer.predictions, trainer.kept)

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

    def _matrices(
        self, weights: tuple[Array, Array], params: tuple[Array, Array]
    ) -> tuple[Array, Array]:
        """Return how far a step takes an input row, and an output row, on average of the round."""
        averaged, steps = self._averaged, max(self._expected[0].sum(), 1e-30)
        inputs, outputs = (uses / steps for uses in self._expected)
        found = []
        # Rows that were short when the round began have grown, and curvature with them.
        for W_in, W_out in (weights, params):
            steep = self._rate * steepness(W_in, W_out, self._pairs)
            found.append((
                curvature_matrix(W_out, outputs, steep),
                curvature_matrix(W_in, inputs, steep, averaged=averaged),
            ))  # fmt: skip
        before, after = found
        return (before[0] + after[0]) / 2, (before[1] + after[1]) / 2

    def _changed(
        self,
        before: Array,
        after: Array,
        uses: np.ndarray,
        matrix: Array | None,
        directions: Array,
    ) -> tuple[Rows, np.ndarray]:
        """Return by what rows have changed, unrolled or not, and XᵀX along some directions."""
        xp, threads = self.backend.xp, self.threads
        changed = self.backend.changed_rows
        parts = by_parts(
            len(before), lambda part: part.start + changed(before[part], after[part]), threads
        )
        index = xp.concatenate(parts).astype(xp.int32)
        rows, steps = after[index], self.backend.asarray(uses.astype(np.float32))[index]
        curvature = None if matrix is None else Curvature.of(matrix)

        def unroll(part: slice) -> np.ndarray:
            now, was = rows[part], before[index[part]]
            change = squares(now, directions) - squares(was, directions)
            now -= was
            if curvature is not None:
                curvature.unroll(now, steps[part])
            return change

        # A span in which no sentence begins has no parts.
        none = np.zeros((directions.shape[1],) * 2)
        return Rows(index, rows, steps), sum(by_parts(len(index), unroll, threads), start=none)


def contexts_of(config: TrainConfig, offsets: np.ndarray) -> float:
    """Return how many contexts a window has, about, in sentences of these lengths."""
    lengths = np.diff(offsets)
    lengths = lengths[lengths > 0]
    reach = (config.window_size + 1) / 2 if config.draws_widths else config.window_size
    sides = np.minimum(reach, lengths - 1)
    of_sentences = (2 * lengths - sides - 1) * sides
    return max(1.0, float(of_sentences.sum() / max(1, lengths.sum())))

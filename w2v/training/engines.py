"""The two engines behind one face: train a model on a corpus, an epoch at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from w2v.backend import Array
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus, Vocabulary, context_windows
from w2v.models import ContextModel
from w2v.training.fused import FusedTrainer
from w2v.training.locked_rows import LockedRows
from w2v.training.optimizers import OPTIMIZER_OF, Optimizer
from w2v.training.position import Position
from w2v.training.progress import TrainingProgress
from w2v.training.trainer import Trainer

_REPORTS_AN_EPOCH = 50


@dataclass
class Run:
    """What is trained on what, and how.

    Parameters
    ----------
    model : ContextModel
        Trained in place.
    corpus : EncodedCorpus
        In the ids of the model's vocabulary.
    vocab : Vocabulary
        The model's, by whose counts frequent words are thinned out.
    config : TrainConfig
        Its ``epochs``, ``alpha`` and ``min_alpha`` are those of this run.
    progress : TrainingProgress
        Moved by the corpus's words, in the vocabulary or not, times epochs.
    first_epoch : int, default 0
        The epoch to begin with, with the learning rate where it was then.
    optimizer : Optimizer, optional
        That of the epochs before, to go on with from where it stands.
    lockf : (V,) float32 array, optional
        What changes of each word's input vector are multiplied by, of the model's backend;
        looked at when an epoch begins.
    position : Position, optional
        How much of the first epoch is done.
    begun_with : (float, int)
        Loss and predictions of the run so far, where there is no position.
    pause : callable
        Asked often, with the words that ``progress`` counts: whether to come to rest.
    at_rest : callable
        Called then, when all that has begun is done.
    """

    model: ContextModel
    corpus: EncodedCorpus
    vocab: Vocabulary
    config: TrainConfig
    progress: TrainingProgress
    first_epoch: int = 0
    optimizer: Optimizer | None = None
    lockf: Array | None = None
    position: Position | None = None
    begun_with: tuple[float, int] = (0.0, 0)
    pause: Callable[[float], bool] = lambda words: False
    at_rest: Callable[[], None] = lambda: None


class Engine(ABC):
    """What trains.

    Parameters
    ----------
    run : Run

    Attributes
    ----------
    total_loss : float
        In nats, summed over all predictions, each with the weights of its moment.
    predictions : int
        Those the loss is summed over.
    compile_seconds : float
        What compiling the kernels, or loading them, took.
    optimizer : Optimizer or None
        The one that steps the weights; None where the engine keeps nothing between steps.
    """

    optimizer: Optimizer | None = None

    def __init__(self, run: Run) -> None:
        self.run, position = run, run.position
        self.total_loss, self.predictions = (
            (position.loss, position.predictions) if position else run.begun_with
        )
        self.compile_seconds = 0.0

    @property
    @abstractmethod
    def rate(self) -> float:
        """The learning rate now."""

    @property
    @abstractmethod
    def position(self) -> Position | None:
        """Where in the epoch that has begun the training stands; None where a step is cut off."""

    def compile(self) -> None:  # noqa: B027  # the layers' kernels are many, and small
        """Compile what is slow to compile, or load it, as training does at first."""

    @abstractmethod
    def train_epoch(self, epoch: int) -> None:
        """Train one epoch, counted from 0, or what is left of the first.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C; the model holds what was trained.
        """

    def go_on_with(self, corpus: EncodedCorpus, epoch: int) -> None:
        """Take another text, in the same ids, from an epoch on."""
        self.run.corpus, self.run.first_epoch, self.run.position = corpus, epoch, None


class FusedEngine(Engine):
    """The fused engine: plain SGD in one pass, on all cores or the GPU."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._trainer, self._epoch = self._new_trainer(), run.first_epoch

    def _new_trainer(self) -> FusedTrainer:
        run = self.run
        config, corpus = run.config, run.corpus
        # The GPU is given all of them at once.
        on_cpu = run.model.backend.name == "cpu"
        trainer = FusedTrainer(
            run.model,
            corpus.mapped_tokens if on_cpu else corpus.tokens,
            corpus.offsets,
            run.vocab.counts,
            epochs=config.epochs,
            start=run.first_epoch * corpus.n_tokens + self._begun(),
            **fused_options(config),
        )
        trainer.look_at = corpus.look_at
        trainer.total_loss, trainer.predictions = self.total_loss, self.predictions
        return trainer

    def _begun(self) -> int:
        """Return the words of the first epoch that are done, up to the end of a sentence."""
        if self.run.position is None:
            return 0
        if self.run.position.ranges:
            raise ValueError(
                "this training was stopped on a cluster, in the middle of an epoch: go on with it "
                "there (--local-cluster, --scheduler), or from the end of an epoch"
            )
        corpus = self.run.corpus
        done = int(corpus.offsets[0]) + self.run.position.done_of(corpus.n_tokens)
        return int(corpus.offsets[np.searchsorted(corpus.offsets, done)]) - int(corpus.offsets[0])

    @property
    def rate(self) -> float:  # noqa: D102
        return self._trainer.settings.rate(self._trainer.trained)

    @property
    def position(self) -> Position | None:  # noqa: D102
        trainer, corpus = self._trainer, self.run.corpus
        if not trainer.at_rest:
            return None
        done, words = trainer.trained - self._epoch * corpus.n_tokens, self._words
        totals = words(), corpus.total_words, trainer.total_loss, trainer.predictions
        return Position(done, corpus.n_tokens, *totals)

    def go_on_with(self, corpus: EncodedCorpus, epoch: int) -> None:  # noqa: D102
        super().go_on_with(corpus, epoch)
        self._trainer = self._new_trainer()

    def compile(self) -> None:  # noqa: D102
        self._trainer.compile()
        self.compile_seconds = self.compile_seconds or self._trainer.compile_seconds

    def train_epoch(self, epoch: int) -> None:  # noqa: D102
        run, trainer = self.run, self._trainer
        self._epoch, trainer.lockf = epoch, run.lockf
        end = (epoch + 1) * run.corpus.n_tokens
        while trainer.trained < end:
            try:
                trainer.run(
                    lambda now: run.progress.update(self._words(now.words), now.loss),
                    last_epoch=epoch + 1,
                    pause=lambda: run.pause(self._words()),
                )
            finally:
                self.compile_seconds = self.compile_seconds or trainer.compile_seconds
                self.total_loss, self.predictions = trainer.total_loss, trainer.predictions
                run.progress.done = self._words()
            if trainer.trained < end:
                run.at_rest()

    def _words(self, trained: int | None = None) -> float:
        """Return words as the progress counts them, those that are not in the vocabulary too."""
        corpus = self.run.corpus
        words = self._trainer.trained if trained is None else trained
        return words * (corpus.total_words / max(1, corpus.n_tokens))


def fused_options(config: TrainConfig) -> dict[str, Any]:
    """Return what a configuration says to a :class:`~w2v.training.fused.FusedTrainer`."""
    return {
        "alpha": max(config.learning_rate, config.min_alpha),
        "min_alpha": config.min_alpha,
        "sample": config.sample,
        "shrink_windows": config.draws_widths,
        "cbow_mean": bool(config.cbow_mean),
        "share_negatives": config.share_negatives,
        "workers": config.workers,
    }


def first_rate(config: TrainConfig) -> float:
    """Return the learning rate at the beginning: what is asked for, or the optimizer's own."""
    if config.optimizer == "sgd":
        return config.learning_rate
    if config.alpha is not None:
        return float(config.alpha)
    return OPTIMIZER_OF[config.optimizer]().lr


class MinibatchEngine(Engine):
    """The layers, stepped batch after batch by an optimizer.

    Windows run over the whole stream of tokens: the sentences of a text are
    neighbours, and a window of fixed size makes batches of one shape.
    """

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._rate = rate = first_rate(run.config)
        self.optimizer = OPTIMIZER_OF[run.config.optimizer](lr=rate)
        if run.optimizer is not None:
            self.optimizer.states, self.optimizer.iter = run.optimizer.states, run.optimizer.iter
        self._stepper = LockedRows(self.optimizer)
        self._trainer = Trainer(run.model, self._stepper)
        self._trainer.current_epoch = run.first_epoch
        self._trainer.between_batches = self._between_batches
        self._keep = run.vocab.keep_probabilities(run.config.sample)
        self._batches = self._batch_size = 0
        self._before = self.total_loss, self.predictions  # the epoch that has begun

    @property
    def rate(self) -> float:  # noqa: D102
        return self._rate

    @property
    def position(self) -> Position | None:  # noqa: D102
        trainer, done = self._trainer, self._trainer.current_batch
        if not trainer.at_rest:
            return None
        totals = self.run.progress.done, self.run.corpus.total_words, *self._before
        return Position(done, self._batches, *totals, list(trainer.loss_list), trainer.unreported)

    def train_epoch(self, epoch: int) -> None:  # noqa: D102
        config, corpus, progress = self.run.config, self.run.corpus, self.run.progress
        tokens, window = self._subsampled(epoch), config.window_size
        if len(tokens) <= 2 * window:
            of = corpus.n_tokens
            thinned = f", which sample={config.sample:g} left of {of:,}" if len(tokens) < of else ""
            raise ValueError(
                f"minibatches have whole windows only: window={window} needs more than "
                f"{2 * window} words and epoch {epoch + 1} has {len(tokens)}{thinned}; lower "
                "window, give more text (or larger sample_weight, if there is one), or take "
                "optimizer='sgd', whose windows end where a sentence does"
            )
        windows = context_windows(tokens, window)
        targets = tokens[window:-window]
        batch_size = min(config.batch_size, len(targets))
        # The layers sum a skip-gram's loss over its contexts; what is told is a prediction's.
        progress.predictions_per_row = 2 * window if config.sg else 1
        progress.words_per_row = corpus.total_words / len(targets)
        self._stepper.lockf = self.run.lockf
        self._batches, self._batch_size = len(targets) // batch_size, batch_size
        self._before = self.total_loss, self.predictions
        progress.update(epoch * corpus.total_words)
        self._trainer.loss_list = []
        if self.run.position is not None:
            self._go_on_from(epoch, self.run.position)
        interval = max(1, self._batches // _REPORTS_AN_EPOCH)
        how: dict[str, Any] = {"eval_interval": interval, "verbose": False, "progress": progress}
        try:
            self._trainer.fit(windows, targets, 1, batch_size, **how)
        except BaseException:
            self._count(self._trainer.current_batch)
            raise
        self._count(self._batches)

    def _go_on_from(self, epoch: int, position: Position) -> None:
        """Leave out what is done of an epoch."""
        self.run.position, batches = None, position.done_of(self._batches)
        self._trainer.loss_list = list(position.losses)
        self._trainer.go_on_at(batches, position.unreported)
        self.run.progress.update(position.words_at(epoch, self.run.corpus.total_words))

    def _between_batches(self) -> None:
        if self.run.pause(self.run.progress.done):
            self._count(self._trainer.current_batch)
            self.run.at_rest()

    def _count(self, batches: int) -> None:
        """Add up the loss of so many batches of the epoch, each report's standing for its part."""
        loss, predictions = self._before
        rows = batches * self._batch_size
        mean = float(np.mean(self._trainer.loss_list)) if rows else 0.0
        self.total_loss, self.predictions = loss + mean * rows, predictions + rows

    def _subsampled(self, epoch: int) -> np.ndarray:
        tokens = self.run.corpus.tokens
        if (self._keep >= 1).all():
            return tokens
        rng = np.random.Generator(np.random.Philox(key=[self.run.config.seed, 2**33 + epoch]))
        return tokens[rng.random(len(tokens), dtype=np.float32) < self._keep[tokens]]


def make_engine(run: Run) -> Engine:
    """Return the engine that a configuration's optimizer asks for.

    Plain SGD is the fused engine's; every other optimizer runs on minibatches.
    """
    return FusedEngine(run) if run.config.optimizer == "sgd" else MinibatchEngine(run)

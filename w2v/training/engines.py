"""The two engines behind one face: train a model on a corpus, an epoch at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from w2v.backend import Array
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus, Vocabulary, context_windows
from w2v.models import ContextModel
from w2v.training.fused import FusedTrainer
from w2v.training.locked_rows import LockedRows
from w2v.training.optimizers import OPTIMIZER_OF, Optimizer
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
    """

    model: ContextModel
    corpus: EncodedCorpus
    vocab: Vocabulary
    config: TrainConfig
    progress: TrainingProgress
    first_epoch: int = 0
    optimizer: Optimizer | None = None
    lockf: Array | None = None


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
        self.run = run
        self.total_loss = self.compile_seconds = 0.0
        self.predictions = 0

    @property
    @abstractmethod
    def rate(self) -> float:
        """The learning rate now."""

    @abstractmethod
    def train_epoch(self, epoch: int) -> None:
        """Train one epoch, counted from 0.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C; the model holds what was trained.
        """

    def go_on_with(self, corpus: EncodedCorpus, epoch: int) -> None:
        """Take another text, in the same ids, from an epoch on."""
        self.run.corpus, self.run.first_epoch = corpus, epoch


class FusedEngine(Engine):
    """The fused engine: plain SGD in one pass, on all cores or the GPU."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._trainer = self._new_trainer()

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
            alpha=max(config.learning_rate, config.min_alpha),
            min_alpha=config.min_alpha,
            sample=config.sample,
            shrink_windows=config.shrink_windows,
            cbow_mean=bool(config.cbow_mean),
            workers=config.workers,
            start=run.first_epoch * corpus.n_tokens,
        )
        trainer.look_at = corpus.look_at
        return trainer

    @property
    def rate(self) -> float:  # noqa: D102
        return self._trainer.settings.rate(self._trainer.trained)

    def go_on_with(self, corpus: EncodedCorpus, epoch: int) -> None:  # noqa: D102
        super().go_on_with(corpus, epoch)
        before, self._trainer = self._trainer, self._new_trainer()
        self._trainer.total_loss, self._trainer.predictions = before.total_loss, before.predictions

    def train_epoch(self, epoch: int) -> None:  # noqa: D102
        corpus, progress = self.run.corpus, self.run.progress
        scale = corpus.total_words / max(1, corpus.n_tokens)
        self._trainer.lockf = self.run.lockf
        try:
            self._trainer.run(
                lambda now: progress.update(now.words * scale, now.loss), last_epoch=epoch + 1
            )
        finally:
            self.compile_seconds = self.compile_seconds or self._trainer.compile_seconds
            self.total_loss = self._trainer.total_loss
            self.predictions = self._trainer.predictions


def first_rate(config: TrainConfig) -> float:
    """Return the learning rate at the beginning: what is asked for, or the optimizer's own."""
    if config.alpha is not None:
        return config.alpha
    if config.optimizer == "sgd":
        return config.learning_rate
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
        self._keep = run.vocab.keep_probabilities(run.config.sample)

    @property
    def rate(self) -> float:  # noqa: D102
        return self._rate

    def train_epoch(self, epoch: int) -> None:  # noqa: D102
        config, corpus, progress = self.run.config, self.run.corpus, self.run.progress
        tokens = self._subsampled(epoch)
        if len(tokens) <= 2 * config.window:
            raise ValueError(
                f"minibatches have whole windows only: window={config.window} needs more than "
                f"{2 * config.window} words and there are {len(tokens)}; lower window, give more "
                f"text, or take optimizer='sgd', whose windows end where a sentence does"
            )
        windows = context_windows(tokens, config.window)
        targets = tokens[config.window : -config.window]
        batch_size = min(config.batch_size, len(targets))
        # The layers sum a skip-gram's loss over its contexts; what is told is a prediction's.
        progress.predictions_per_row = 2 * config.window if config.sg else 1
        progress.words_per_row = corpus.total_words / len(targets)
        progress.update(epoch * corpus.total_words)
        self._stepper.lockf = self.run.lockf
        before = len(self._trainer.loss_list)
        self._trainer.fit(
            windows,
            targets,
            1,
            batch_size,
            eval_interval=max(1, len(targets) // batch_size // _REPORTS_AN_EPOCH),
            verbose=False,
            progress=progress,
        )
        mean = float(np.mean(self._trainer.loss_list[before:]))
        rows = len(targets) // batch_size * batch_size
        self.total_loss += mean * rows
        self.predictions += rows

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

"""What stands around the epochs of one training: reports, checks, losses, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from w2v.config import TrainConfig
from w2v.data import EncodedCorpus
from w2v.messages import quoted
from w2v.training.divergence import check_loss, sum_of_weights
from w2v.training.engines import Run, make_engine
from w2v.training.progress import TrainingProgress
from w2v.training.resting_loss import RestingLoss, excerpt_for_loss
from w2v.training.words_trained import WordsTrained
from w2v.word2vec.base import Base

Report = Callable[[float, float], None]
_EVENTS = ("on_train_begin", "on_epoch_begin", "on_batch_end", "on_epoch_end", "on_train_end")


class Plan(NamedTuple):
    """One training of a model.

    Parameters
    ----------
    text : EncodedCorpus
        In the ids of the model's vocabulary.
    config : TrainConfig
        Its ``epochs``, ``alpha`` and ``min_alpha`` are those of this training.
    first_epoch : int
        Epochs that are done already.
    hooks : sequence of objects
        Called with the model where they have a method of an event's name.
    on_report : callable, optional
        Called with the words trained and the latest mean loss.
    read_anew : callable, optional
        Returns the text of an epoch after the first, where it may be another.
    keep : callable, optional
        Saves the model after an epoch.
    """

    text: EncodedCorpus
    config: TrainConfig
    first_epoch: int
    hooks: Sequence[Any]
    on_report: Report | None
    read_anew: Callable[[], EncodedCorpus] | None
    keep: Callable[[], None] | None


class TrainingSession:
    """A training that goes on inside of its block, an epoch at a time.

    Parameters
    ----------
    trained : Base
        The model; what the training leaves, ``losses`` and the like, is written to it.
    plan : Plan

    Attributes
    ----------
    engine : Engine
        What trains an epoch.
    known_words : int
        Words of the vocabulary in the epochs that have ended.
    """

    def __init__(self, trained: Base, plan: Plan) -> None:
        self._trained, self._plan, self._text = trained, plan, plan.text
        self._model, vocab = trained.built()
        config, words = plan.config, plan.text.total_words
        trained.curve, trained._rests = [], []
        self._resting = RestingLoss(self._model, excerpt_for_loss(plan.text), vocab, config)
        self._words = WordsTrained(plan.first_epoch, words)
        self._progress = TrainingProgress(
            config.epochs * words,
            enabled=None if trained.verbose else False,
            on_report=self._report,
        )
        self._begin = time.perf_counter()
        weights = trained._weights
        self.engine = make_engine(
            Run(
                self._model,
                plan.text,
                vocab,
                config,
                self._progress,
                plan.first_epoch,
                weights.optimizer,
            )
        )
        weights.optimizer = self.engine.optimizer

    @property
    def known_words(self) -> int:  # noqa: D102
        return self._words.known_words

    def __enter__(self) -> Self:
        self._progress.__enter__()
        self._trained._weights.is_training, self._trained._loss_set_to = True, 0.0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        trained, words = self._trained, self._words
        trained.backend.synchronize()
        self._note()
        trained._weights.is_training = False
        trained._rate_reached = self.engine.rate
        trained.compile_seconds = self.engine.compile_seconds or self._resting.compile_seconds
        trained.train_seconds = time.perf_counter() - self._begin - trained.compile_seconds
        trained.total_train_time += trained.train_seconds
        done = round(words.position(self._progress.done)) - words.begun_with
        trained.trained_words = done if self._plan.first_epoch < self._plan.config.epochs else 0
        self._progress.__exit__(kind, error, trace)

    def epochs(self) -> Iterator[int]:
        """Yield each epoch when all is ready for it, and see to what comes after it."""
        first, last = self._plan.first_epoch, self._plan.config.epochs
        self.call("on_train_begin")
        for epoch in range(first, last):
            if self._plan.read_anew and epoch > first:
                self._text = self._plan.read_anew()
                self.engine.go_on_with(self._text, epoch)
            self._begin_epoch(epoch)
            yield epoch
            self._end_epoch(epoch)

    def call(self, event: str) -> None:
        """Call the hooks that have a method of an event's name."""
        for hook in self._plan.hooks:
            method = getattr(hook, event, None)
            if method is not None:
                method(self._trained)

    def _begin_epoch(self, epoch: int) -> None:
        words = self._text.total_words
        self._words.begin(words)
        label = f"epoch {epoch + 1}/{self._plan.config.epochs}"
        self._progress.update(epoch * words, label=label)
        self.call("on_epoch_begin")
        weights = self._trained._weights
        weights.take_written()
        self.engine.run.lockf = weights.lockf()

    def _end_epoch(self, epoch: int) -> None:
        trained, config = self._trained, self._plan.config
        self._note()
        self._words.end(self._text.n_tokens)
        self._progress.update((epoch + 1) * self._text.total_words)
        check_loss(
            sum_of_weights(self._model),
            epoch=epoch + 1,
            words=round(self._progress.done),
            alpha=config.learning_rate,
            window=config.window,
        )
        loss = self._resting.measure()
        trained.epochs_done = epoch + 1
        if loss is not None:
            trained.losses.append(loss)
            trained._rests.append((self._words.position(self._progress.done), loss))
        self.call("on_epoch_end")
        if self._plan.keep and trained.predictions:
            self._plan.keep()

    def _report(self, words: float, loss: float) -> None:
        position = self._words.position(words)
        self._trained.curve.append((position, loss))
        self._trained._weights.stepped()
        self.call("on_batch_end")
        if self._plan.on_report:
            self._plan.on_report(position, loss)

    def _note(self) -> None:
        self._trained._total_loss = self.engine.total_loss
        self._trained.predictions = self.engine.predictions
        self._trained._weights.stepped()


def each_once(hooks: Sequence[Any]) -> list[Any]:
    """Return callbacks without those that stand there before; TypeError for what is none."""
    for hook in hooks:
        if not any(hasattr(hook, event) for event in _EVENTS):
            raise TypeError(
                f"callbacks have a method of one of the names {', '.join(_EVENTS)}, got "
                f"{quoted(hook)} of type {type(hook).__name__}"
            )
    return list({id(hook): hook for hook in hooks}.values())

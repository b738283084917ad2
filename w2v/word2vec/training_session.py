"""What stands around the epochs of one training: reports, checks, losses, checkpoints."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from w2v.config import TrainConfig
from w2v.data import EncodedCorpus
from w2v.messages import loss_text
from w2v.training.checkpoint_interval import Interval
from w2v.training.divergence import DivergedError, check_after_hooks, check_loss, sum_of_weights
from w2v.training.engines import Run
from w2v.training.position import Position
from w2v.training.progress import TrainingProgress
from w2v.training.progress_lines import ProgressLines
from w2v.training.resting_loss import RestingLoss, excerpt_for_loss
from w2v.training.stopping import Stopping
from w2v.training.untrained_loss import untrained_loss
from w2v.training.words_trained import WordsTrained
from w2v.word2vec.base import Base
from w2v.word2vec.keeping import Keeping

_log = logging.getLogger("w2v")

Report = Callable[[float, float], None]


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
    position : Position or None
        How much of the next one is done.
    hooks : sequence of objects
        Called with the model where they have a method of an event's name.
    on_report : callable, optional
        Called with the words trained and the latest mean loss.
    read_anew : callable, optional
        Returns the text of an epoch after the first, given its number, where it may be another.
    keep : callable, optional
        Saves the model.
    interval : Interval
        How often.
    report_delay : float
        Seconds between two lines of the log.
    measured : EncodedCorpus, optional
        What the loss after an epoch is measured on, if it is not ``text``.
    """

    text: EncodedCorpus
    config: TrainConfig
    first_epoch: int
    position: Position | None
    hooks: Sequence[Any]
    on_report: Report | None
    read_anew: Callable[[int], EncodedCorpus] | None
    keep: Callable[[], None] | None
    interval: Interval
    report_delay: float
    measured: EncodedCorpus | None = None


class TrainingSession:
    """A training that goes on inside of its block.

    Parameters
    ----------
    trained : Base
        The model; what the training leaves, ``losses`` and the like, is written to it, and added
        to what it has of the epochs before.
    plan : Plan

    Attributes
    ----------
    known_words, trained_words : int
        Words of the vocabulary in the epochs that have ended, and all words trained on, since
        the block began.
    resting : RestingLoss
    """

    def __init__(self, trained: Base, plan: Plan) -> None:
        self._trained, self._plan, self._text = trained, plan, plan.text
        self._model, vocab = trained.built()
        config, words, first = plan.config, plan.text.total_words, plan.first_epoch
        self._before = trained.trained_words
        excerpt = excerpt_for_loss(plan.measured or plan.text)
        self.resting = RestingLoss(self._model, excerpt, vocab, config)
        if not trained.curve and not trained._rests:
            loss = untrained_loss(self._model, vocab, config)
            trained._rests += [] if loss is None else [(0, loss)]
        self._words = WordsTrained(first, words, trained._words_in_epochs or first * words)
        self._progress = TrainingProgress(
            config.epochs * words,
            enabled=None if trained.verbose else False,
            on_report=self._report,
        )
        self._progress.done = self._begin_of(first)
        self._begun_with = round(self._words.position(self._progress.done))
        self._keeping = Keeping(plan.keep, plan.interval, *self._done())
        self._stopping = Stopping()
        self._in_epoch = plan.position is not None
        self._begin = time.perf_counter()
        weights = trained._weights
        self._engine = trained._engine_of(
            Run(
                self._model,
                plan.text,
                vocab,
                config,
                self._progress,
                first,
                weights.optimizer,
                position=plan.position,
                begun_with=(trained._total_loss, trained.predictions),
                pause=self._is_to_rest,
                at_rest=self._rest,
            )
        )
        weights.optimizer = self._engine.optimizer

    @property
    def known_words(self) -> int:  # noqa: D102
        return self._words.known_words

    @property
    def trained_words(self) -> int:  # noqa: D102
        return round(self._words.position(self._progress.done)) - self._begun_with

    def __enter__(self) -> Self:
        self._progress.__enter__()
        self._trained._weights.is_training, self._trained._loss_set_to = True, 0.0
        self._trained.not_kept = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        trained = self._trained
        trained.backend.synchronize()
        self._note()
        trained._weights.is_training = False
        failure = self._keeping.failure
        trained.not_kept = None if failure is None else str(failure) or type(failure).__name__
        trained._rate_reached = self._engine.rate
        trained.total_train_time += trained.train_seconds
        self._progress.update(self._progress.done)  # at the speed that is told of all
        self._progress.__exit__(kind, error, trace)

    def run(self) -> None:
        """Train all epochs that are left.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C, or raised by a hook; the training is kept as it is then, if it is kept at all.
        OSError, MemoryError, CheckpointError
            All is trained, and the last checkpoint could not be written.
        """
        first, last = self._plan.first_epoch, self._plan.config.epochs
        if first < last:
            self._engine.compile()
        self._progress.begin(self._progress.done)
        self._lines = ProgressLines(self._plan.report_delay, self._progress.total_words)
        self.call("on_train_begin")
        for epoch in range(first, last):
            try:
                if self._plan.read_anew and epoch > first:
                    self._text = self._plan.read_anew(epoch)
                    self._engine.go_on_with(self._text, epoch)
                with self._stopping:
                    self._begin_epoch(epoch)
                    self._in_epoch = True
                    self._note_rest(False)
                    self._engine.train_epoch(epoch)
                    self._end_epoch(epoch)
                    self._stopping.obey()
            except DivergedError:
                raise
            except BaseException:
                self._keep_where_it_stopped()
                raise
        if self._keeping.failure:
            raise self._keeping.failure

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
        self._progress.update(self._begin_of(epoch), label=label)
        self.call("on_epoch_begin")
        weights = self._trained._weights
        weights.take_written()
        self._engine.run.lockf = weights.lockf()

    def _end_epoch(self, epoch: int) -> None:
        trained, config = self._trained, self._plan.config
        position, known = self._position_in(epoch), self._text.n_tokens
        self._progress.update((epoch + 1) * self._text.total_words)
        self._check_weights(epoch + 1)
        loss = self.resting.measure()
        self._words.end(known - (position.done_of(known) if position else 0))
        self._in_epoch = False
        self._note_rest(True)
        trained.epochs_done = epoch + 1
        self._note()
        if loss is not None:
            trained.losses.append(loss)
            trained._rests.append((self._words.position(self._progress.done), loss))
        _log.info(
            "epoch %d of %d: %.0f words in %.1f s, loss %s, rate %.5f",
            epoch + 1, config.epochs, self.trained_words, trained.train_seconds,
            "unknown" if loss is None else loss_text(loss), self._engine.rate,
        )  # fmt: skip
        self.call("on_epoch_end")
        if self._plan.hooks:
            trained._weights.take_written()
            check_after_hooks(self._model, epoch + 1)
        if epoch + 1 == config.epochs or self._keeping.due(*self._done()):
            self._keep()

    def _begin_of(self, epoch: int) -> float:
        """Return what the progress counts where an epoch begins, or goes on."""
        position, words = self._position_in(epoch), self._text.total_words
        return position.words_at(epoch, words) if position else float(epoch * words)

    def _position_in(self, epoch: int) -> Position | None:
        """Return how much of an epoch was done before this training."""
        return self._plan.position if epoch == self._plan.first_epoch else None

    def _is_to_rest(self, words: float) -> bool:
        return self._stopping.asked or self._keeping.due(*self._done(words))

    def _rest(self) -> None:
        """See to what is due within an epoch."""
        self._stopping.obey()
        self._note()
        self._note_rest(True)
        try:
            self._keep()
        except ValueError:  # of numbers that are not finite
            self._check_weights(self._trained.epochs_done + 1)
            raise
        self._stopping.obey()
        self._note_rest(False)

    def _note_rest(self, rests: bool) -> None:
        """Note whether what is known of the run is all that the weights have learnt."""
        self._trained._torn = self._in_epoch and not rests

    def _done(self, words: float | None = None) -> tuple[float, float]:
        """Return words and epochs of the run, given words as the progress counts them."""
        words = self._progress.done if words is None else words
        return self._words.position(words), self._words.epochs(words)

    def _check_weights(self, epoch: int) -> None:
        config = self._plan.config
        check_loss(
            sum_of_weights(self._model),
            epoch=epoch,
            words=round(self._progress.done),
            alpha=config.learning_rate,
            window=config.window_size,
        )

    def _keep(self) -> None:
        """Save the model, if it is to be kept and has learnt anything."""
        failed = self._trained.predictions and self._keeping.save(self._stands(), *self._done())
        if failed and self._trained.epochs_done < self._plan.config.epochs:
            warnings.warn(
                f"a checkpoint could not be written: {self._keeping.failure}; the training goes "
                "on, and the next one is tried when it is due",
                stacklevel=2,
            )

    def _stands(self) -> tuple[int, Position | None]:
        return self._trained.epochs_done, self._trained._position

    def _keep_where_it_stopped(self) -> None:
        """Save the model where something has ended the training, unless it was the saving."""
        self._note()
        whole = not self._in_epoch or self._trained._position is not None
        self._note_rest(whole)
        keeping, stands = self._keeping, self._stands()
        if not whole or keeping.is_saving or keeping.has(stands) or not self._trained.predictions:
            return
        error: Exception | None
        try:
            keeping.save(stands, *self._done())
            error = keeping.failure
        except ValueError as diverged:
            error = diverged
        if error:
            warnings.warn(
                f"where the training stopped could not be kept: {error}; the checkpoint is the "
                "one before",
                stacklevel=2,
            )

    def _report(self, words: float, loss: float) -> None:
        position = self._words.position(words)
        self._trained.curve.append((position, loss))
        self._trained._weights.stepped()
        speed = (position - self._begun_with) / self._note_time()
        self._lines.report(position, loss, speed, self._engine.rate)
        self.call("on_batch_end")
        if self._plan.on_report:
            self._plan.on_report(position, loss)

    def _note(self) -> None:
        """Write to the model what the training has come to."""
        trained, engine = self._trained, self._engine
        trained._total_loss, trained.predictions = engine.total_loss, engine.predictions
        trained._position = engine.position if self._in_epoch else None
        trained._words_in_epochs = self._words.before
        trained._words_now = self.trained_words
        trained.trained_words = self._before + self.trained_words
        self._note_time()
        trained._weights.stepped()

    def _note_time(self) -> float:
        trained, compiling = self._trained, self._engine.compile_seconds
        trained.compile_seconds = compiling or self.resting.compile_seconds
        trained.train_seconds = time.perf_counter() - self._begin - trained.compile_seconds
        return trained.train_seconds

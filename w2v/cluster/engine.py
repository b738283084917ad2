"""The engine of a cluster: rounds that workers train, and the weights that they make together.

The driver has the truth: weights that were fetched from a worker after some round, and which words
those are that they have learnt.  Rounds go on without it, each from what all workers have made of
the one before.  Whatever ends a round early, training goes on from the latest weights that some
worker has, or from those here, so that nothing is trained twice.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from w2v.cluster import checks
from w2v.cluster.cluster_run import ClusterRun
from w2v.cluster.dealer import Dealer
from w2v.cluster.dealing import Shard
from w2v.cluster.dealt_rounds import DealtRounds
from w2v.cluster.errors import ClusterError
from w2v.cluster.orders import RoundOrder, Start
from w2v.cluster.parts import Piece
from w2v.cluster.round_report import RoundReport
from w2v.cluster.rounds import Span
from w2v.cluster.schedule import MOST_ALONE, Rounds, Schedule, words_alone
from w2v.cluster.sharded_corpus import ShardedCorpus
from w2v.cluster.workers import Future, WorkersLeftError
from w2v.config import TrainConfig
from w2v.training.divergence import check_loss
from w2v.training.engines import Engine, Run, first_rate
from w2v.training.memory import bytes_of_model
from w2v.training.position import Position

_FIRST_ROUND = 50_000
# What a worker holds at most: common weights, those that it trains, their changes, those of others,
# and the sum of both.
_MODELS = 5
_PAUSE = 0.5  # seconds, before a round is begun again in vain
_FRUITLESS = 5  # rounds begun in vain, one after the other
_KEPT_EVERY = 1.0  # seconds, at least, after which weights are fetched
_KEPT_SHARE = 0.01  # of the time, at most, that fetching takes
_LOOK_EVERY = 1.0  # seconds from one look at who has come to the next


class _State(NamedTuple):
    """How far an epoch is.

    Parameters
    ----------
    words : int
    left : list of Piece
    loss : float
    predictions : int
        Both of the whole run.
    """

    words: int
    left: list[Piece]
    loss: float
    predictions: int


class ClusterEngine(Engine):
    """Trains a model on the workers of a cluster.

    Parameters
    ----------
    run : Run
        Of a :class:`ShardedCorpus`.
    cluster : ClusterRun
    worker_config : TrainConfig
        With the backend and the threads of each worker.
    rounds : Rounds

    Attributes
    ----------
    report : RoundReport
        What the rounds have cost.
    """

    def __init__(
        self, run: Run, cluster: ClusterRun, worker_config: TrainConfig, rounds: Rounds
    ) -> None:
        super().__init__(run)
        assert isinstance(run.corpus, ShardedCorpus)
        self._cluster, self._text = cluster, run.corpus
        self._config, self._rounds = worker_config, rounds
        self._epoch, self._words = run.first_epoch, 0
        self._left = self._text.pieces()
        self._version = self._most = 0
        self._words_a_round = _FIRST_ROUND
        self._dealer = Dealer(cluster, run.corpus, worker_config, run.config.epochs)
        self._next_fetch = 0.0
        self._overlap = bool(rounds.overlap)
        self._told_of_windows = False
        self._known: set[str] = set()  # who was there when words were dealt
        self._ahead: DealtRounds | None = None  # rounds of the next epoch that are in flight
        self._arrived: tuple[int, ...] = ()  # what tells the weights that they go on from
        self.report = RoundReport()
        cluster.require_memory(_MODELS * bytes_of_model(len(run.vocab), run.config))
        if run.position is not None:
            self._go_on_from(run.position)

    def _go_on_from(self, position: Position) -> None:
        N = self._text.n_tokens
        if position.of != N:
            raise ValueError(
                f"the training was stopped within an epoch of {position.of:,} words, and this text "
                f"has {N:,}: go on with that one"
            )
        self._words = position.done
        self._left = self._text.pieces(position.ranges or [(0, position.done)])

    @property
    def rate(self) -> float:
        """The learning rate now."""
        config, trained = self.run.config, self._epoch * self._text.n_tokens + self._words
        first = max(first_rate(config), config.min_alpha)
        total = max(1, config.epochs * self._text.n_tokens)
        return max(config.min_alpha, first - (first - config.min_alpha) / total * trained)

    @property
    def _run_words(self) -> int:
        return self.run.config.epochs * self._text.n_tokens

    @property
    def position(self) -> Position:
        """Where in the epoch the weights here stand."""
        N, done = self._text.n_tokens, self._text.ranges(self._left)
        # All sentences from the first on are as many words as come before the next.
        ranges = [] if not done or (len(done) == 1 and done[0][0] == 0) else done
        totals = (
            self._progressed(self._words),
            self._text.total_words,
            self.total_loss,
            self.predictions,
        )
        return Position(self._words, N, *totals, ranges=ranges)

    def compile(self) -> None:
        """Do nothing: workers do, when they are dealt their words."""

    def train_epoch(self, epoch: int) -> None:
        """Train one epoch, or what is left of the first.

        Raises
        ------
        ClusterError
            The cluster is gone, or its workers cannot do it.
        KeyboardInterrupt
            Ctrl-C; the model holds what was trained.
        """
        if epoch != self._epoch:
            self._epoch, self._words, self._left = epoch, 0, self._text.pieces()
        fruitless = 0
        while self._left:
            words = self._words
            try:
                self._train()
            except WorkersLeftError as left:
                fruitless = 0 if self._words > words else fruitless + 1
                if fruitless == _FRUITLESS:
                    raise ClusterError(
                        f"rounds were begun {_FRUITLESS} times in vain, {left or 'some workers'} "
                        "left last: look at the workers' logs"
                    ) from None
                self._cluster.workers.is_silent(left.workers)
                time.sleep(_PAUSE * fruitless)
            self.run.progress.done = self._progressed(self._words)
        if self._words != self._text.n_tokens:
            raise RuntimeError(
                f"an epoch had {self._words:,} of {self._text.n_tokens:,} words: this is an error "
                "of w2v; the weights are not to be trusted"
            )

    def leave(self) -> None:
        """Have workers begin nothing more."""
        if self._ahead is not None:
            self._ahead.drop()

    # -- rounds ---------------------------------------------------------------------------

    def _train(self) -> None:
        """Train what is left of the epoch, or until it is to be dealt anew."""
        rounds = self._gone_ahead() or self._dealt(self._cluster.workers.ready(wait=True))
        if rounds is None:  # what was left is the end of a sentence that is done
            return
        states: dict[int, _State] = {}  # by the version of the weights
        try:
            self._train_rounds(rounds, states)
        except WorkersLeftError as left:
            self._rescue(rounds, states, left.workers)
            self._dealer.were_late(left.workers, rounds.speeds())
            raise
        except KeyboardInterrupt:
            self._rescue(rounds, states, ())
            raise
        finally:
            self._version = rounds.version
            # Rounds of which the weights never came are no part of what was trained.
            self.run.progress.done = self._progressed(self._words)
        if not rounds.done:
            self._ahead = rounds

    def _gone_ahead(self) -> DealtRounds | None:
        """Return rounds that are in flight from the weights here, if these are still the same."""
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return None
        if self._arrived != self._fingerprint():  # someone has written to them meanwhile
            ahead.drop()
            return None
        ahead.go_on()
        return ahead

    def _dealt(self, workers: list[str]) -> DealtRounds | None:
        """Deal what is left to workers, with the epochs after it if nothing is trained yet."""
        base = self._epoch * self._text.n_tokens + self._words
        epochs = 1 if self._words else self.run.config.epochs - self._epoch
        shards = self._dealer.deal(self._left, workers)
        self.compile_seconds = self._dealer.compile_seconds
        self._left = [piece for shard in shards for piece in shard.pieces]
        self._known = set(workers)
        if not shards:
            return None
        alone = len(shards) == 1
        if not alone and not self._told_of_windows:
            length = self._text.n_tokens / max(1, len(self._text))
            self._told_of_windows = checks.tell_of_wide_windows(self._config, length)
        self._most = checks.tell_of_many(len(shards), self._most, skip_gram=bool(self._config.sg))
        lengths = [shard.words for shard in shards]
        first = 0 if base else words_alone(lengths, self._run_words)
        self._words_a_round = max(self._words_a_round, first // len(shards))
        most = self._rounds.most(len(shards), self._run_words)
        words = min(most, MOST_ALONE if alone else self._words_a_round)
        schedule = Schedule(lengths, epochs, words=words, before=base, alone=first)
        start = self._start(shards[:1] if first else shards)
        span = Span(0, 0, base, self._epoch)
        order = RoundOrder(self._version, self._dealer.name, (), span, alone, self._rounds.half)
        rounds = DealtRounds(self._cluster, shards, schedule, order, start)
        rounds.overlap = self._overlap
        return rounds

    def _train_rounds(self, rounds: DealtRounds, states: dict[int, _State]) -> None:
        """Train to the end of the epoch, from which on rounds go on without being taken."""
        run, workers = self.run, self._cluster.workers
        state = _State(self._words, self._left, self.total_loss, self.predictions)
        looked = time.monotonic()
        self._next_fetch = max(self._next_fetch, looked + _KEPT_EVERY)
        while self._left and not rounds.done:
            now = time.monotonic()
            rests = run.pause(self._progressed(state.words))
            if now - looked > _LOOK_EVERY:
                looked = now
                if rounds.are_unequal() or not set(workers.ready()) <= self._known:
                    rounds.close()
            taken = rounds.take(keep=rests or now > self._next_fetch, at_once=rests)
            loss = sum(told.loss for told in taken.told)
            predictions = sum(told.predictions for told in taken.told)
            check_loss(
                loss,
                epoch=self._epoch + 1,
                words=self._epoch * self._text.n_tokens + state.words,
                alpha=first_rate(run.config),
                window=run.config.window_size,
            )
            state = _State(
                state.words + sum(told.words for told in taken.told),
                taken.left,
                state.loss + loss,
                state.predictions + predictions,
            )
            states[taken.version] = state
            self.report.add(taken.told, taken.seconds)
            self._dealer.were(rounds.speeds())
            if len(taken.told) > 1:
                trained = max(told.seconds for told in taken.told)
                exchange = max(0.0, taken.seconds - trained)
                words = max(told.words for told in taken.told)
                most = self._rounds.most(len(rounds.shards), self._run_words)
                waited = max(0.0, taken.seconds - max(told.busy for told in taken.told))
                schedule = rounds.schedule
                schedule.adapt(words, trained, exchange, most=most, waiting_seconds=waited)
                self._words_a_round = schedule.words
                self._overlap |= schedule.waits and self._rounds.overlap is None
                rounds.overlap = self._overlap
            if taken.weights is not None:
                self._fetch(taken.weights, rounds, state)
                states.clear()
            if predictions:  # the loss of none would be 0
                run.progress.update(self._progressed(state.words), loss / predictions)
            if taken.weights is not None and run.pause(self._progressed(state.words)):
                run.at_rest()

    def _fetch(self, weights: Future, rounds: DealtRounds, state: _State) -> None:
        """Make the weights here those of a state."""
        begin = time.monotonic()
        self._cluster.workers.wait({weights: rounds.workers[0]}, needed=rounds.workers)
        _, found = self._cluster.workers.result(weights, rounds.workers[:1])
        self._stands(found, state)
        if not state.left:  # at an epoch's end, before anyone sees them
            self._arrived = self._fingerprint()
        now = time.monotonic()
        self._next_fetch = now + max(_KEPT_EVERY, (now - begin) / _KEPT_SHARE)

    def _stands(self, found: Start, state: _State) -> None:
        """Take weights, and what they have learnt."""
        backend = self.run.model.backend
        for mine, W in zip(self.run.model.params, (found.W_in, found.W_out), strict=True):
            mine[...] = backend.asarray(W)
        self._words, self._left = state.words, state.left
        self.total_loss, self.predictions = state.loss, state.predictions

    def _rescue(
        self, rounds: DealtRounds, states: dict[int, _State], without: Sequence[str]
    ) -> None:
        """Take what workers that are left have of the rounds before."""
        if not states:
            return
        with suppress(ClusterError):
            found = rounds.rescued(without)
            if found is not None and found[0] in states:
                self._stands(found[1], states[found[0]])

    def _start(self, shards: Sequence[Shard]) -> Future:
        """Send the weights to those who are to begin with them."""
        backend, lockf = self.run.model.backend, self.run.lockf
        W_in, W_out = map(backend.to_numpy, self.run.model.params)
        self._version += 1
        value = Start(W_in, W_out, None if lockf is None else backend.to_numpy(lockf))
        return self._cluster.workers.send(value, [shard.worker for shard in shards])

    def _fingerprint(self) -> tuple[int, ...]:
        """Tell the weights here, and what input vectors' changes are multiplied by, from others."""
        arrays = [*self.run.model.params, *([] if self.run.lockf is None else [self.run.lockf])]
        to_numpy = self.run.model.backend.to_numpy
        return tuple(zlib.crc32(np.ascontiguousarray(to_numpy(each)).data) for each in arrays)

    def _progressed(self, words: int) -> float:
        """Return words as the progress counts them, those that are not in the vocabulary too."""
        N = self._text.n_tokens
        return (self._epoch * N + words) * (self._text.total_words / max(1, N))

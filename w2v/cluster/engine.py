"""The engine of a cluster: rounds that workers train, and the weights that they make together.

The driver has the truth: weights that were fetched from a worker after some round, and which words
those are that they have learnt.  Rounds go on without it, each from what all workers have made of
the one before.  Whatever ends a round early, training goes on from the latest weights that some
worker has, or from those here, so that nothing is trained twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from w2v.cluster import checks, worker_run
from w2v.cluster.cluster_run import ClusterRun
from w2v.cluster.dealing import Shard, dealt
from w2v.cluster.dealt_rounds import DealtRounds
from w2v.cluster.errors import ClusterError
from w2v.cluster.orders import Deal, RoundOrder, Start
from w2v.cluster.parts import Piece
from w2v.cluster.round_report import RoundReport
from w2v.cluster.rounds import Span
from w2v.cluster.schedule import Rounds, Schedule
from w2v.cluster.sharded_corpus import ShardedCorpus
from w2v.cluster.workers import Future, WorkersLeftError
from w2v.config import TrainConfig
from w2v.training.divergence import check_loss
from w2v.training.engines import Engine, Run, first_rate
from w2v.training.memory import bytes_of_model
from w2v.training.position import Position

_log = logging.getLogger("w2v")

_FIRST_ROUND = 50_000
# What a worker holds at most: common weights, those that it trains, their changes, those of others,
# and the sum of both.
_MODELS = 5
_PAUSE = 0.5  # seconds, before a round is begun again in vain
_FRUITLESS = 5  # rounds begun in vain, one after the other
_KEPT_EVERY = 1.0  # seconds, at least, after which weights are fetched
_KEPT_SHARE = 0.04  # of the time, at most, that fetching takes
_APART = 1.5  # times faster, from which on shares follow speed
_SLOW = 10.0  # times slower than others is who was late
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
        self._version = self._deals = self._most = 0
        self._words_a_round = _FIRST_ROUND
        self._speeds: dict[str, float] = {}
        self._next_fetch = 0.0
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
                self._train(self._cluster.workers.ready(wait=True))
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

    # -- rounds ---------------------------------------------------------------------------

    def _train(self, workers: list[str]) -> None:
        """Train what is left with some workers, or until it is to be dealt anew."""
        base = self._epoch * self._text.n_tokens + self._words
        shards = self._deal(workers)
        self._left = [piece for shard in shards for piece in shard.pieces]
        if not shards:  # what was left is the end of a sentence that is done
            return
        alone = len(shards) == 1
        self._most = checks.tell_of_many(len(shards), self._most, skip_gram=bool(self._config.sg))
        most = self._rounds.most(len(shards))
        words = most if alone else min(most, self._words_a_round)
        schedule = Schedule([shard.words for shard in shards], 1, words=words, before=base)
        start = self._start(shards)
        span = Span(0, 0, base, self._epoch)
        order = RoundOrder(self._version, self._name, (), span, alone, self._rounds.half)
        rounds = DealtRounds(self._cluster, shards, schedule, order, start)
        states: dict[int, _State] = {}  # by the version of the weights
        try:
            self._train_rounds(rounds, states, set(workers))
        except WorkersLeftError as left:
            self._rescue(rounds, states, left.workers)
            self._are_slow(rounds, left.workers)
            raise
        except KeyboardInterrupt:
            self._rescue(rounds, states, ())
            raise
        finally:
            self._version = rounds.version
            # Rounds of which the weights never came are no part of what was trained.
            self.run.progress.done = self._progressed(self._words)

    def _train_rounds(
        self, rounds: DealtRounds, states: dict[int, _State], known: set[str]
    ) -> None:
        run, workers = self.run, self._cluster.workers
        state = _State(self._words, self._left, self.total_loss, self.predictions)
        looked = time.monotonic()
        self._next_fetch = max(self._next_fetch, looked + _KEPT_EVERY)
        while not rounds.done:
            now = time.monotonic()
            rests = run.pause(self._progressed(state.words))
            if now - looked > _LOOK_EVERY:
                looked = now
                if rounds.are_unequal() or not set(workers.ready()) <= known:
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
            self._speeds |= rounds.speeds()
            if len(rounds.shards) > 1:
                trained = max(told.seconds for told in taken.told)
                exchange = max(0.0, taken.seconds - trained)
                words = max(told.words for told in taken.told)
                most = self._rounds.most(len(rounds.shards))
                rounds.schedule.adapt(words, trained, exchange, most=most)
                self._words_a_round = rounds.schedule.words
            if taken.weights is not None:
                self._fetch(taken.weights, rounds, state)
                states.clear()
            run.progress.update(self._progressed(state.words), loss / max(1, predictions))
            if taken.weights is not None and run.pause(self._progressed(state.words)):
                run.at_rest()

    def _fetch(self, weights: Future, rounds: DealtRounds, state: _State) -> None:
        """Make the weights here those of a state."""
        begin = time.monotonic()
        self._cluster.workers.wait({weights: rounds.workers[0]}, needed=rounds.workers)
        _, found = self._cluster.workers.result(weights, rounds.workers[:1])
        self._stands(found, state)
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

    def _are_slow(self, rounds: DealtRounds, workers: Sequence[str]) -> None:
        """Give workers that did not answer in time a small share when they come back."""
        known = rounds.speeds().values()
        for worker in workers:
            self._speeds[worker] = min(known, default=1.0) / _SLOW

    def _deal(self, workers: list[str]) -> list[Shard]:
        """Deal what is left to workers, who put it together."""
        cluster, run = self._cluster, self.run
        self._deals += 1
        known = [self._speeds[worker] for worker in workers if worker in self._speeds]
        # Parts stay where they are as long as workers are about equal.
        apart = bool(known) and max(known) > _APART * min(known)
        hands = dealt(self._left, cluster.holders, workers, self._speeds if apart else None)
        vocab = cluster.workers.send(self._text.vocab, list(hands))
        total = run.config.epochs * self._text.n_tokens
        futures = {}
        for worker, pieces in hands.items():
            deal = Deal(self._config, total, self._name, tuple(pieces), self._text.sizes)
            given = worker_run.take_deal, cluster.name, deal, vocab
            futures[cluster.workers.submit(*given, worker=worker)] = worker
        cluster.workers.wait(futures, needed=list(hands))
        shards = []
        for future, worker in futures.items():
            bounds, seconds = cluster.workers.result(future, [worker])
            self.compile_seconds = max(self.compile_seconds, seconds)
            found = (
                piece._replace(start=first, stop=last)
                for piece, (first, last) in zip(hands[worker], bounds, strict=True)
            )
            shard = Shard(worker, tuple(piece for piece in found if piece.start < piece.stop))
            for piece in shard.pieces:
                cluster.holders[piece.part] = worker
            shards.append(shard)
        shares = ", ".join(f"{shard.words:,} to {shard.worker}" for shard in shards)
        _log.debug("words are dealt anew: %s", shares)
        return [shard for shard in shards if shard.pieces]

    @property
    def _name(self) -> str:
        return f"{self._deals}"

    def _start(self, shards: Sequence[Shard]) -> Future:
        """Send the weights to those who are to begin with them."""
        backend, lockf = self.run.model.backend, self.run.lockf
        W_in, W_out = map(backend.to_numpy, self.run.model.params)
        self._version += 1
        value = Start(W_in, W_out, None if lockf is None else backend.to_numpy(lockf))
        return self._cluster.workers.send(value, [shard.worker for shard in shards])

    def _progressed(self, words: int) -> float:
        """Return words as the progress counts them, those that are not in the vocabulary too."""
        N = self._text.n_tokens
        return (self._epoch * N + words) * (self._text.total_words / max(1, N))

"""The engine of a cluster: rounds that workers train, and the weights that they make together.

The driver has the truth: the weights after the last round that came to its end, and which words
those are that they have learnt.  Whatever ends a round early, it is trained again from there by
the workers that are left, so that nothing is trained twice.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from w2v.cluster import worker_run
from w2v.cluster.cluster_run import ClusterRun
from w2v.cluster.combining import apply
from w2v.cluster.dealing import Shard, dealt
from w2v.cluster.errors import ClusterError
from w2v.cluster.round_report import RoundReport
from w2v.cluster.schedule import Schedule
from w2v.cluster.sharded_corpus import ShardedCorpus
from w2v.cluster.worker_run import Answer, Deal, RoundOrder, Start
from w2v.cluster.workers import Future, WorkersLeftError
from w2v.config import TrainConfig
from w2v.training.divergence import check_loss
from w2v.training.engines import Engine, Run, first_rate
from w2v.training.memory import bytes_of_model
from w2v.training.position import Position

ROUND_WORDS = 200_000
_FIRST_ROUND = 50_000
# What a worker holds at most: common weights, those that it trains, and their changes.
_MODELS = 3
_PAUSE = 0.5  # seconds, before a round is begun again in vain
_FRUITLESS = 5  # rounds begun in vain, one after the other
_COMPILED_IN = 600.0  # seconds, in which a first round is over
_SLOWER = 5.0  # times the slowest yet, when others do a worker's work


class Rounds(NamedTuple):
    """How rounds are to be.

    Parameters
    ----------
    words : int
        Of a worker, in each, at most.
    half : bool, default False
        Whether changes travel in half precision.
    """

    words: int = ROUND_WORDS
    half: bool = False


class _Ended(NamedTuple):
    """A round of which all workers are done.

    Parameters
    ----------
    answer : Future
        Of all together.
    stops : list of int
        Up to which word of each shard it came.
    begun : float
        When.
    """

    answer: Future
    stops: list[int]
    begun: float


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
        self._version = self._deals = 0
        self._slowest, self._words_a_round = 0.0, min(_FIRST_ROUND, rounds.words)
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
        totals = self._progressed(), self._text.total_words, self.total_loss, self.predictions
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
            self.run.progress.done = self._progressed()
        if self._words != self._text.n_tokens:
            raise RuntimeError(
                f"an epoch had {self._words:,} of {self._text.n_tokens:,} words: this is an error "
                "of w2v; the weights are not to be trusted"
            )

    # -- rounds ---------------------------------------------------------------------------

    def _train(self, workers: list[str]) -> None:
        """Train what is left with some workers, or until others come."""
        cluster, base = self._cluster, self._epoch * self._text.n_tokens + self._words
        shards = self._deal(workers)
        self._left = [piece for shard in shards for piece in shard.pieces]
        if not shards:  # what was left is the end of a sentence that is done
            return
        lengths = [shard.words for shard in shards]
        words = self._rounds.words if len(shards) == 1 else self._words_a_round
        schedule = Schedule(lengths, 1, words=words, before=base)
        patience = cluster.workers.patience
        ended: _Ended | None = None
        start: Future | None = self._start(shards)
        while not schedule.done:
            if ended is not None and not set(workers) >= set(cluster.workers.ready()):
                break  # somebody has come
            begun, spans, futures = time.monotonic(), schedule.deal(), {}
            for shard, span in zip(shards, spans, strict=True):
                span = span._replace(position=base + span.position, epoch=self._epoch)
                how = len(shards) == 1, self._rounds.half
                order = RoundOrder(self._version, self._name, shard.pieces, span, *how)
                update = None if ended is None else ended.answer
                given = cluster.name, order, update, start
                where = {"worker": shard.worker}
                futures[cluster.workers.submit(worker_run.train_round, *given, **where)] = (
                    shard.worker
                )
            start = None
            pace: tuple[float, float] | None = None
            if ended is not None:
                trained = self._take(ended, shards, begun)
                pace = trained, max(0.0, begun - ended.begun - trained)
            bound = _COMPILED_IN if ended is None else patience + _SLOWER * self._slowest
            cluster.workers.wait(futures, needed=[shard.worker for shard in shards], bound=bound)
            schedule.finish()
            if pace is not None and len(shards) > 1:
                schedule.adapt(*pace, most=self._rounds.words)
                self._words_a_round = schedule.words
            answer = cluster.tree(worker_run.merge_answers, list(futures))
            ended = _Ended(answer, [span.stop for span in spans], begun)
            self._version += 1
        if ended is not None:
            self._take(ended, shards, time.monotonic())

    def _deal(self, workers: list[str]) -> list[Shard]:
        """Deal what is left to workers, who put it together."""
        cluster, run = self._cluster, self.run
        self._deals += 1
        hands = dealt(self._left, cluster.holders, workers)
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

    def _take(self, ended: _Ended, shards: Sequence[Shard], over: float) -> float:
        """Make the weights here what all workers made of them in a round that is over since.

        Returns
        -------
        float
            Seconds that the slowest of them trained for.
        """
        run, workers = self.run, [shard.worker for shard in shards]
        answer: Answer = self._cluster.workers.result(ended.answer, workers)
        changes, params = answer.changes, run.model.params
        check_loss(
            changes.loss,
            epoch=self._epoch + 1,
            words=self._epoch * self._text.n_tokens + self._words,
            alpha=first_rate(run.config),
            window=run.config.window_size,
        )
        apply((params[0], params[1]), worker_run.on_backend(run.model.backend, changes))
        self._words += changes.words
        self._left = [
            piece
            for shard, stop in zip(shards, ended.stops, strict=True)
            for piece in shard.left(stop)
        ]
        self.total_loss += changes.loss
        self.predictions += changes.predictions
        self.report.add(answer, over - ended.begun)
        trained = max(told.seconds for told in answer.told)
        self._slowest = max(self._slowest, trained)
        words = self._progressed()
        run.progress.update(words, changes.loss / max(1, changes.predictions))
        if run.pause(words):
            run.at_rest()
        return trained

    def _progressed(self) -> float:
        """Return words as the progress counts them, those that are not in the vocabulary too."""
        N = self._text.n_tokens
        return (self._epoch * N + self._words) * (self._text.total_words / max(1, N))

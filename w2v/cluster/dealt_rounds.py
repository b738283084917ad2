"""Rounds of the same workers with the same shards: submitted ahead, and taken one by one."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from w2v.cluster import worker_run
from w2v.cluster.cluster_run import ClusterRun
from w2v.cluster.dealing import Shard
from w2v.cluster.orders import RoundOrder, Start, Told
from w2v.cluster.parts import Piece
from w2v.cluster.schedule import Schedule
from w2v.cluster.workers import Future, WorkersLeftError

_AHEAD = 2  # rounds submitted at once, so that workers go on without the driver; one more of late
_AHEAD_OF_EPOCH = 4  # while weights are fetched at an epoch's end, and looked at
_ROOTS = 2  # sums of changes that every worker adds up by itself
_COMPILED_IN = 600.0  # seconds, in which a first round is over
_SLOWER = 5.0  # times the longest round yet, when others do a worker's work
_LOOKED_BACK = 4  # rounds, of which workers' speeds are taken
_UNEQUAL = 1.5  # times as long as it would be with shares by speed, when these are dealt
_WORTH_DEALING = 12  # rounds that are left for it


class Taken(NamedTuple):
    """A round that is over.

    Parameters
    ----------
    told : list of Told
        Of each worker.
    left : list of Piece
        What is not trained after it.
    version : int
        Of the weights after it.
    weights : Future or None
        These, where they were asked for.
    seconds : float
        Since the round before.
    """

    told: list[Told]
    left: list[Piece]
    version: int
    weights: Future | None
    seconds: float


class _Submitted(NamedTuple):
    told: dict[Future, str]
    stops: list[int]
    version: int
    weights: Future | None


class DealtRounds:
    """Rounds that are trained until workers come or go.

    Workers are given the next round before the last is over: they wait for each other, not for the
    driver, which only hears how it went.

    Parameters
    ----------
    cluster : ClusterRun
    shards : sequence of Shard
    schedule : Schedule
        Of these shards.
    order : RoundOrder
        Of the first round; its span is where the run is before.
    start : Future
        The weights to begin with.

    Attributes
    ----------
    overlap : bool
        Whether workers go on, with their own part of a round, while the others' are on their way.
    """

    def __init__(
        self,
        cluster: ClusterRun,
        shards: Sequence[Shard],
        schedule: Schedule,
        order: RoundOrder,
        start: Future,
    ) -> None:
        self.shards, self.schedule = shards, schedule
        self._cluster, self._order = cluster, order
        self._start: Future | None = start
        self._flying: deque[_Submitted] = deque()
        # Of rounds that the next one is to take up, or the one after it; the last one's last.
        self._answers: deque[list[Future]] = deque()
        self._frequent = False  # whether the last round was one of frequent rows
        self._own: list[Future | None] = [None] * len(shards)  # each worker's answer to it
        self._closed = self.overlap = False
        self._begun, self._longest = time.monotonic(), 0.0
        self._unwatched = 0  # rounds at the front that went on while nobody looked
        self._told: deque[list[Told]] = deque(maxlen=_LOOKED_BACK)

    @property
    def workers(self) -> list[str]:
        """Who trains."""
        return [shard.worker for shard in self.shards]

    @property
    def version(self) -> int:
        """Of the weights after the last round that was submitted."""
        return self._order.version

    @property
    def done(self) -> bool:
        """Whether all rounds have been taken."""
        return self._ended() and not self._flying

    def _ended(self) -> bool:
        return self._closed or self.schedule.done

    def close(self) -> None:
        """Let the next round that is submitted be the last."""
        if not self._ended():
            self._closed = True
            self._submit(whole=True)

    def go_on(self) -> None:
        """Count the time from now on: rounds in flight went on while an epoch was seen to."""
        self._begun, self._unwatched = time.monotonic(), len(self._flying)

    def drop(self) -> None:
        """Forget the rounds in flight; what has not begun is not begun any more."""
        self._flying.clear()
        self._answers.clear()
        self._own.clear()

    def take(self, *, keep: bool, at_once: bool = False) -> Taken:
        """Wait for the next round to be over.

        Parameters
        ----------
        keep : bool
            Whether the weights are asked for, after the next round that puts all rows together;
            after the last of an epoch they are.
        at_once : bool, default False
            Whether the round that is submitted now is to be such.

        Raises
        ------
        WorkersLeftError
            Who is gone, or far behind the others.
        """
        while not self._ended() and len(self._flying) < _AHEAD + self.overlap:
            asked = any(each.weights for each in self._flying)
            self._submit(keep=keep and not asked, whole=at_once and not asked)
        taken, workers = self._flying[0], self._cluster.workers
        first = not self._longest
        bound = _COMPILED_IN if first else workers.patience + _SLOWER * self._longest
        workers.wait(taken.told, needed=self.workers, late_after=bound)
        told = workers.results(list(taken.told), self.workers)
        now, busy = time.monotonic(), max(each.busy for each in told)
        seconds, self._begun = busy if self._unwatched else now - self._begun, now
        self._unwatched = max(0, self._unwatched - 1)
        self._flying.popleft()
        if len(told) == len(self.shards):
            self._told.append(told)
        # Of the first round what was compiled in it does not count.
        self._longest = max(self._longest, busy if first else min(seconds, bound))
        pairs = zip(self.shards, taken.stops, strict=True)
        left = [piece for shard, stop in pairs for piece in shard.left(stop)]
        while not left and not self._ended() and len(self._flying) < _AHEAD_OF_EPOCH:
            self._submit()
        return Taken(told, left, taken.version, taken.weights, seconds)

    def _submit(self, *, keep: bool = False, whole: bool = False) -> None:
        submit, name = self._cluster.workers.submit, self._cluster.name
        first = self.schedule.begins_alone
        order = self._order._replace(whole=whole or self.schedule.whole)
        late = self.overlap and self._frequent and not order.whole and not order.alone
        self._frequent = not order.whole
        updates, counts = self._updates(late=late)
        order = order._replace(late=late, before=counts)
        before, spans = order.span, self.schedule.deal()
        start, self._start = self._start, None
        answers: list[Future] = []
        told: dict[Future, str] = {}
        for shard, span, own in zip(self.shards, spans, self._own, strict=True):
            span = span._replace(
                position=before.position + span.position, epoch=before.epoch + span.epoch
            )
            if first and told:  # the others wait
                break
            given = order._replace(pieces=shard.pieces, span=span, alone=first or order.alone)
            train, where = worker_run.train_round, {"worker": shard.worker}
            # Dask brings a task what it needs when all of that is there: these would wait for the
            # worker's own part of the round.
            brought = [submit(worker_run.together, *updates, **where)] if late else updates
            answer = submit(train, name, given, start, own, *brought, **where)
            answers.append(answer)
            told[submit(worker_run.told_of, answer, **where)] = shard.worker
        self._answers.append(self._cluster.tree(worker_run.merge_answers, answers, _ROOTS))
        self._own = list(answers)
        self._order = order._replace(version=order.version + 1)
        self.schedule.finish(whole=order.whole)
        weights, version = None, self._order.version
        keep |= self._ended() or self.schedule.epoch_done
        if order.whole and (keep or first):
            where = {"worker": self.shards[0].worker}
            (last,) = self._answers
            weights = submit(worker_run.weights_of, name, version, (len(last),), *last, **where)
            if order.alone:  # trains in place: not before its weights have been copied
                self._answers[0] = [submit(worker_run.first_of, *last, weights, **where)]
            if first:
                self._start = submit(worker_run.start_of, weights, **where)
                self._answers.clear()
                self._own = [None] * len(self.shards)
                weights = weights if keep else None
        self._flying.append(_Submitted(told, [span.stop for span in spans], version, weights))

    def _updates(self, *, late: bool) -> tuple[list[Future], tuple[int, ...]]:
        """Return what the next round is to take up, and how much of it is of each round."""
        rounds = [self._answers.popleft() for _ in range(len(self._answers) - late)]
        return [each for answers in rounds for each in answers], tuple(map(len, rounds))

    def rescued(self, without: Sequence[str]) -> tuple[int, Start] | None:
        """Return weights that a worker has, and their version, when others have left."""
        workers = self._cluster.workers
        self.drop()
        for worker in sorted(set(self.workers) & workers.alive() - set(without)):
            try:
                asked = workers.submit(
                    worker_run.weights_of, self._cluster.name, None, worker=worker
                )
                workers.wait({asked: worker}, bound=workers.patience + self._longest)
                version, weights = workers.result(asked, [worker])
            except WorkersLeftError:
                continue
            return version, weights
        return None

    def speeds(self) -> dict[str, float]:
        """Return words a second of each worker at work; nothing before the fourth round."""
        if len(self._told) < _LOOKED_BACK:
            return {}
        # The median, so that one slow round is not taken for a slow worker.
        return {
            each[0].worker: statistics.median(
                max(1, told.words) / max(told.busy, 1e-9) for told in each
            )
            for each in zip(*self._told, strict=True)
        }

    def are_unequal(self) -> bool:
        """Tell whether workers wait so long for the slowest that shares by speed are worth it."""
        left, speeds = self.schedule.total - self.schedule.trained, self.speeds()
        if not speeds or left < _WORTH_DEALING * self.schedule.words * len(self.shards):
            return False
        told = self._told[-1]
        slowest = max(each.words / speeds[each.worker] for each in told)
        return slowest > _UNEQUAL * sum(each.words for each in told) / sum(speeds.values())

"""Deals words to workers, by how fast they have been, and has them made ready."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence

from w2v.cluster import worker_run
from w2v.cluster.cluster_run import ClusterRun
from w2v.cluster.dealing import Shard, dealt
from w2v.cluster.orders import Deal
from w2v.cluster.parts import Piece
from w2v.cluster.sharded_corpus import ShardedCorpus
from w2v.config import TrainConfig

_log = logging.getLogger("w2v")

_APART = 1.5  # times faster, from which on shares follow speed
_SLOW = 10.0  # times slower than others is who was late


class Dealer:
    """Deals a text out, again and again.

    Parameters
    ----------
    cluster : ClusterRun
    text : ShardedCorpus
    config : TrainConfig
        The workers'.
    epochs : int
        Of the run.

    Attributes
    ----------
    name : str
        Of what was dealt last.
    compile_seconds : float
        What a worker has compiled for, at most.
    """

    def __init__(
        self, cluster: ClusterRun, text: ShardedCorpus, config: TrainConfig, epochs: int
    ) -> None:
        self._cluster, self._text, self._config = cluster, text, config
        self._total = epochs * text.n_tokens
        self.name = ""
        self._speeds: dict[str, float] = {}  # words a second
        self.compile_seconds = 0.0

    def were(self, speeds: Mapping[str, float]) -> None:
        """Note how many words a second workers have trained."""
        self._speeds |= speeds

    def were_late(self, workers: Collection[str], speeds: Mapping[str, float]) -> None:
        """Give workers that did not answer in time a small share when they come back."""
        for worker in workers:
            self._speeds[worker] = min(speeds.values(), default=1.0) / _SLOW

    def deal(self, left: Sequence[Piece], workers: Sequence[str]) -> list[Shard]:
        """Deal what is left to workers, who put it together."""
        cluster, text = self._cluster, self._text
        self.name = f"{next(cluster.deals)}"  # which tells it from what other engines have dealt
        known = [self._speeds[worker] for worker in workers if worker in self._speeds]
        # Parts stay where they are as long as workers are about equal.
        apart = bool(known) and max(known) > _APART * min(known)
        hands = dealt(left, cluster.holders, workers, self._speeds if apart else None)
        vocab = cluster.workers.send(text.vocab, list(hands))
        futures = {}
        for worker, pieces in hands.items():
            deal = Deal(self._config, self._total, self.name, tuple(pieces), text.sizes)
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

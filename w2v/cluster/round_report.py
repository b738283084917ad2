"""What the rounds of a cluster cost, and how far their workers disagree."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from w2v.cluster.changes import length_of
from w2v.cluster.worker_run import Answer


class RoundReport:
    """Sums over rounds.

    Attributes
    ----------
    rounds : int
    seconds : float
        From the beginning of each to the next.
    """

    def __init__(self) -> None:
        self.rounds, self.seconds = 0, 0.0
        self._busy = 0.0  # of the slowest worker of each round
        self._words: Counter[str] = Counter()
        self._at_work: Counter[str] = Counter()
        self._agreement = 0.0
        self._bytes = 0

    def add(self, answer: Answer, seconds: float) -> None:
        """Count a round that has taken so long."""
        self.rounds += 1
        self.seconds += seconds
        self._busy += max(told.seconds for told in answer.told)
        for told in answer.told:
            self._words[told.worker] += told.words
            self._at_work[told.worker] += told.seconds  # type: ignore[assignment]
        self._agreement += _disagreement(answer)
        self._bytes += answer.changes.bytes

    def told(self) -> dict[str, Any]:
        """Return the figures, for JSON.

        Returns
        -------
        dict
            ``rounds``; ``exchange_share``, of the time in which the slowest worker did not train;
            ``bytes_a_round``; ``disagreement``, between 0, where all workers change the weights
            alike, and 1, where they have nothing in common; ``words_per_second`` of each worker.
        """
        share = max(0.0, 1 - self._busy / self.seconds) if self.seconds else 0.0
        rounds = max(1, self.rounds)
        return {
            "rounds": self.rounds,
            "exchange_share": round(share, 4),
            "bytes_a_round": self._bytes // rounds,
            "disagreement": round(self._agreement / rounds, 4),
            "workers": {
                worker: round(words / max(self._at_work[worker], 1e-9))
                for worker, words in self._words.items()
            },
        }


def _disagreement(answer: Answer) -> float:
    """Return how much of the workers' changes cancels out when they are summed.

    Changes at right angles sum up to √Σ‖c‖², equal ones to Σ‖c‖.
    """
    norms = np.array([told.norm for told in answer.told])
    if len(norms) < 2 or not norms.any():
        return 0.0
    together = length_of(answer.changes)
    apart, most = float(np.sqrt((norms**2).sum())), float(norms.sum())
    return float(np.clip((most - together) / max(most - apart, 1e-9), 0.0, 1.0))

"""What the rounds of a cluster cost, and how far their workers disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from w2v.cluster.orders import Told


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
        self._norms: dict[int, np.ndarray] = {}  # of rounds whose sum has not been told of yet
        self._agreement, self._compared = 0.0, 0
        self._bytes = 0
        self._now: set[str] = set()  # who had words in the last round

    def add(self, told: Sequence[Told], seconds: float) -> None:
        """Count a round that has taken so long, as its workers tell of it."""
        self.rounds += 1
        self.seconds += seconds
        self._now = {each.worker for each in told}
        self._busy += max(each.seconds for each in told)
        for each in told:
            self._words[each.worker] += each.words
            self._at_work[each.worker] += each.seconds  # type: ignore[assignment]
        for version, together in told[0].sums:
            norms = self._norms.pop(version, None)
            if together and norms is not None:
                self._agreement += _disagreement(norms, together)
                self._compared += 1
        if len(told) > 1:
            self._norms[told[0].version] = np.array([each.norm for each in told])
        self._bytes += max(each.bytes for each in told)

    def told(self) -> dict[str, Any]:
        """Return the figures, for JSON.

        Returns
        -------
        dict
            ``rounds``; ``exchange_share``, of the time in which the slowest worker did not train;
            ``bytes_a_round`` of a worker; ``disagreement``, between 0, where all workers change the
            weights alike, and 1, where they have nothing in common; ``workers``, words
            a second of each that was at work in the last round; ``gone``, who was before it, and
            has left or is waited for no more.
        """
        share = max(0.0, 1 - self._busy / self.seconds) if self.seconds else 0.0
        rounds = max(1, self.rounds)
        return {
            "rounds": self.rounds,
            "exchange_share": round(share, 4),
            "bytes_a_round": self._bytes // rounds,
            "disagreement": round(self._agreement / max(1, self._compared), 4),
            "workers": {
                worker: round(words / max(self._at_work[worker], 1e-9))
                for worker, words in self._words.items()
                if worker in self._now
            },
            "gone": sorted(self._words.keys() - self._now),
        }


def _disagreement(norms: np.ndarray, together: float) -> float:
    """Return how much of the workers' changes cancels out when they are summed.

    Changes at right angles sum up to √Σ‖c‖², equal ones to Σ‖c‖.
    """
    apart, most = float(np.sqrt((norms**2).sum())), float(norms.sum())
    return float(np.clip((most - together) / max(most - apart, 1e-9), 0.0, 1.0))

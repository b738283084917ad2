"""How often a training is kept: by time, by words or by epochs."""

from __future__ import annotations

import math
import re
import time
from typing import Any, NamedTuple, Self

from w2v.messages import quoted

_NUMBER = r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+"
_WRITTEN = re.compile(rf"({_NUMBER}) ?(?:([smhe])|([kMG]?)w)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_TIMES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


class Interval(NamedTuple):
    """From one checkpoint to the next.

    Parameters
    ----------
    amount : float
        Above 0.
    unit : {"seconds", "words", "epochs"}
        Words are those of the corpus, in the vocabulary or not, over all epochs.
    """

    amount: float
    unit: str

    @classmethod
    def parse(cls, given: Any) -> Self:
        """Return the interval that is meant.

        Parameters
        ----------
        given : str or None
            ``"90s"``, ``"10m"`` or ``"2h"``; ``"500kw"``, ``"50Mw"`` or ``"1Gw"``; ``"1e"`` or
            ``"0.5e"``.  None is an epoch.

        Raises
        ------
        ValueError
            It is none.
        """
        if given is None:
            return cls(1, "epochs")
        written = _WRITTEN.fullmatch(given.strip()) if isinstance(given, str) else None
        number = float(written[1]) if written else 0.0
        if written is None or not 0 < number < math.inf:
            raise ValueError(
                f"checkpoints are kept every so much time (30s, 10m, 2h), so many words (500kw, "
                f"50Mw, 1Gw) or epochs (1e, 0.5e), got {quoted(given)}"
            )
        if written[2] is None:
            return cls(number * _TIMES[written[3]], "words")
        if written[2] == "e":
            return cls(number, "epochs")
        return cls(number * _SECONDS[written[2]], "seconds")


class Schedule:
    """When the next checkpoint is due.

    Time is counted from the end of the last checkpoint, so that a slow disk leaves time to train;
    words and epochs from the beginning of the run, so that a run in parts keeps the same ones.

    Parameters
    ----------
    interval : Interval
    words, epochs : float
        Of the run, where it begins or goes on.
    """

    def __init__(self, interval: Interval, words: float, epochs: float) -> None:
        self._interval = interval
        self.kept(words, epochs)

    def kept(self, words: float, epochs: float) -> None:
        """Begin the next interval: a checkpoint has been written."""
        self._last = self._intervals(words, epochs)

    def due(self, words: float, epochs: float) -> bool:
        """Tell whether an interval has ended since."""
        now, last = self._intervals(words, epochs), self._last
        return now - last >= 1 if self._interval.unit == "seconds" else int(now) > int(last)

    def _intervals(self, words: float, epochs: float) -> float:
        amount, unit = self._interval
        if unit == "seconds":
            return time.monotonic() / amount
        return (words if unit == "words" else epochs) / amount

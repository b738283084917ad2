"""Lines of the log that say how far a training is, every so often."""

from __future__ import annotations

import logging
import math
import time
from contextlib import suppress
from typing import Any

from w2v.messages import loss_text, quoted
from w2v.training.checkpoint_interval import Interval

_log = logging.getLogger("w2v")


def seconds_of(given: str) -> float:
    """Return the seconds of a time as it is written: ``"30s"``, ``"10m"`` or ``"2h"``.

    Raises
    ------
    ValueError
        It is none, or not above 0.
    """
    with suppress(ValueError):
        interval = Interval.parse(given)
        if interval.unit == "seconds":
            return interval.amount
    raise ValueError(f"expected a time above 0, such as 30s, 10m or 2h, got {quoted(given)}")


def checked_delay(seconds: Any) -> float:
    """Return the seconds between two lines, if they can be that.

    Raises
    ------
    ValueError
        They are no number, or below 0.
    """
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not number or not seconds >= 0:
        raise ValueError(
            f"report_delay is the seconds between two lines of the log, 0 or more, got "
            f"{quoted(seconds)}"
        )
    return float(seconds)


class ProgressLines:
    """Writes a line to the log ``w2v``, at level INFO, unless the last was a moment ago.

    Parameters
    ----------
    every : float
        Seconds from one line to the next.
    total : float
        Words of the whole run.
    """

    def __init__(self, every: float, total: float) -> None:
        self._every, self._total = every, total
        self._next = time.monotonic() + every

    def report(self, words: float, loss: float, speed: float, rate: float) -> None:
        """Say how far the training is, if a line is due.

        Parameters
        ----------
        words : float
            Of the run.
        loss : float
            The latest mean, in nats.
        speed : float
            Words a second, of this training.
        rate : float
            The learning rate now.
        """
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._every
        share = words / self._total if self._total else 1.0
        left = max(0.0, self._total - words) / speed if speed else math.nan
        line = (
            f"training: {share:.1%} of {self._total:,.0f} words, {words:,.0f} words done, "
            f"{speed:,.0f} words/s, {_clock(left)} left, loss {loss_text(loss)}, rate {rate:.5f}"
        )
        _log.info(line, extra={"w2v_progress": True})


def _clock(seconds: float) -> str:
    """Write seconds as people do: 1:02:03."""
    if not math.isfinite(seconds):
        return "unknown time"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"

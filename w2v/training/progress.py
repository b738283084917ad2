"""Bars on a terminal that say how far reading and training are."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from w2v.backend.compiling import LABEL, hears_of_compiling
from w2v.messages import loss_text

_REDRAW_SECONDS = 0.1
_GONE = (OSError, ValueError)  # a terminal that hung up, a stream that was closed


class _Bar:
    """A bar with the share done, the speed and the time left.

    It is drawn on standard error and only if that is a terminal, so that what a
    program prints on standard output stays clean.

    Parameters
    ----------
    label : str
        What stands before the bar.
    total : float or None
        What 100 % is; None where it is not known.
    enabled : bool, optional
        Whether to draw; by default if standard error is a terminal.
    """

    def __init__(self, label: str, total: float | None, enabled: bool | None) -> None:
        console = Console(stderr=True)
        self._drawn = console.is_terminal if enabled is None else enabled
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("{task.fields[loss]}"),
            console=console,
            auto_refresh=False,
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
            redirect_stderr=False,
            disable=not self._drawn,
        )
        self._label, self._says_that_it_compiles = label, False
        self._heard = ExitStack()
        self._task = self._bar.add_task(label, total=total, speed="", loss="")
        self._begin = self._next = time.perf_counter()
        self._begun: float = 0  # words that were done before

    def __enter__(self) -> Self:
        self._try(self._bar.start)
        self._heard.enter_context(hears_of_compiling(self._compiling))
        self._begin = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._heard.close()
        self._try(self._bar.refresh)
        with suppress(*_GONE):
            self._bar.stop()

    def begin(self, words: float) -> None:
        """Count speed from now on, where so many words are done."""
        self._begin, self._begun = time.perf_counter(), words

    def _draw(self, completed: float, words: float, *, now: bool, **fields: Any) -> None:
        """Redraw, unless nothing is drawn or the last time was a moment ago."""
        if not self._drawn:
            return
        time_now = time.perf_counter()
        if time_now < self._next and not now and not self._says_that_it_compiles:
            return
        self._next = time_now + _REDRAW_SECONDS
        pace = max(0.0, words - self._begun) / (time_now - self._begin + 1e-9)
        speed = f"{readable(pace)} words/s"
        self._says_that_it_compiles = False
        fields |= {"completed": completed, "speed": speed, "description": self._label}
        self._try(lambda: self._bar.update(self._task, refresh=True, **fields))

    def _compiling(self) -> None:
        """Say so before the bar, until it is drawn the next time."""
        self._says_that_it_compiles = True
        self._try(lambda: self._bar.update(self._task, refresh=True, description=LABEL))

    def _try(self, draw: Callable[[], None]) -> None:
        """Draw, and no more where it fails: what is going on does not depend on a terminal."""
        try:
            if self._drawn:
                draw()
        except _GONE:
            self._drawn = False


class ReadingProgress(_Bar):
    """How far reading is: share of the bytes, words/s, time left.

    Parameters
    ----------
    enabled : bool, optional
        Whether to draw; by default if standard error is a terminal.
    """

    def __init__(self, *, enabled: bool | None = None) -> None:
        super().__init__("reading", None, enabled)

    def update(self, bytes_done: int, bytes_total: int | None, words: int) -> None:
        """Say how far reading is; what :func:`w2v.data.read_corpus` calls."""
        self._draw(bytes_done, words, now=bytes_done == bytes_total, total=bytes_total)


class TrainingProgress(_Bar):
    """How far training is: share of the words, words/s, time left, loss.

    Parameters
    ----------
    total_words : int
        Words to train, epochs included.
    enabled : bool, optional
        Whether to draw; by default if standard error is a terminal.
    on_report : callable, optional
        Called with the words trained and the mean loss whenever there is a new one.

    Attributes
    ----------
    done : float
        Words trained.
    words_per_row : float
        Words of the corpus that a row of a batch stands for.
    predictions_per_row : int
        What a batch's loss, a sum over these, is divided by before it is shown.
    """

    def __init__(
        self,
        total_words: int,
        *,
        enabled: bool | None = None,
        on_report: Callable[[float, float], None] | None = None,
    ) -> None:
        super().__init__("training", total_words, enabled)
        self.total_words = total_words
        self.done: float = 0
        self.words_per_row = 1.0
        self.predictions_per_row = 1
        self._on_report = on_report

    def advance(self, rows: int, loss: float | None = None) -> None:
        """Count rows of a batch, each of which stands for ``words_per_row`` words."""
        mean = None if loss is None else loss / self.predictions_per_row
        self.update(self.done + rows * self.words_per_row, mean)

    def update(self, words: float, loss: float | None = None, label: str | None = None) -> None:
        """Say how far training has come; cheap enough for every step.

        Parameters
        ----------
        words : float
            Words trained so far.
        loss : float, optional
            The latest mean loss; the last one stays until there is another.
        label : str, optional
            What stands before the bar.
        """
        self.done = words
        if loss is not None and self._on_report:
            self._on_report(words, loss)
        shown = {} if loss is None else {"loss": f"loss {loss_text(loss, 3)}"}
        at_once = loss is not None or label is not None or words >= self.total_words
        self._label = label or self._label
        self._draw(words, words, now=at_once, **shown)


def readable(number: float) -> str:
    """Shorten a number for people: 1234567 is 1.23M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:.3g}{unit}"
    return f"{number:.3g}"

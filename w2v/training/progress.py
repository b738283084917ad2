"""What is shown while training: a bar on a terminal, course-style lines anywhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

_REDRAW_SECONDS = 0.1


class TrainingProgress:
    """A bar with the share done, words/s, the time left and the loss.

    It is drawn on standard error and only if that is a terminal, so that what a
    program prints on standard output stays clean.

    Parameters
    ----------
    total_words : int
        Words to train, epochs included.
    enabled : bool, optional
        Whether to draw; by default if standard error is a terminal.
    on_report : callable, optional
        Called with the words trained and the mean loss whenever there is a new one.
    """

    def __init__(
        self,
        total_words: int,
        *,
        enabled: bool | None = None,
        on_report: Callable[[float, float], None] | None = None,
    ) -> None:
        self.total_words = total_words
        self.done: float = 0
        self.words_per_row = 1.0
        self._on_report = on_report
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
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=False,
            disable=not self._drawn,
        )
        self._task = self._bar.add_task("training", total=total_words, speed="", loss="")
        self._begin = self._next = time.perf_counter()

    def __enter__(self) -> TrainingProgress:
        self._bar.start()
        self._begin = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.refresh()
        self._bar.stop()

    def advance(self, rows: int, loss: float | None = None) -> None:
        """Count rows of a batch, each of which stands for ``words_per_row`` words."""
        self.update(self.done + rows * self.words_per_row, loss)

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
        if not self._drawn:
            return
        now = time.perf_counter()
        finished = words >= self.total_words
        if now < self._next and loss is None and label is None and not finished:
            return
        self._next = now + _REDRAW_SECONDS
        fields: dict[str, Any] = {
            "speed": f"{readable(words / (now - self._begin + 1e-9))} words/s"
        }
        if loss is not None:
            fields["loss"] = f"loss {loss:.3f}"
        self._bar.update(self._task, completed=words, description=label, refresh=True, **fields)


def readable(number: float) -> str:
    """Shorten a number for people: 1234567 is 1.23M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:.3g}{unit}"
    return f"{number:.3g}"

"""What the library's log says of how far things are, for who has no terminal to draw a bar on."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

LogEvery = Annotated[
    str,
    typer.Option(
        help="Time (30s, 10m, 2h) from one line of progress to the next, where there is no "
        "terminal to draw a bar on."
    ),
]


def seconds_between(log_every: str) -> float:
    """Return the seconds that ``--log-every`` means.

    Raises
    ------
    typer.BadParameter
        It is no time.
    """
    from w2v.training.progress_lines import seconds_of

    try:
        return seconds_of(log_every)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--log-every") from None


class _Lines(logging.Handler):
    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        if hasattr(record, "w2v_progress") or record.levelno >= logging.WARNING:
            self._say(record.getMessage())


@contextmanager
def log_lines(say: Callable[[str], None], *, quiet: bool) -> Iterator[None]:
    """Tell what the log says of progress in a block, unless a bar shows it or it is quiet."""
    if quiet or (sys.stderr is not None and sys.stderr.isatty()):
        yield
        return
    log, lines = logging.getLogger("w2v"), _Lines(say)
    level = log.level
    log.addHandler(lines)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(lines)
        log.setLevel(level)

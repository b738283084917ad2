"""Word that kernels are being compiled, for whoever shows how far things are."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LABEL = "compiling (once)"

_log = logging.getLogger("w2v")
_listeners: list[Callable[[], None]] = []
_is_logged = threading.Event()


def tell_of_compiling() -> None:
    """Say that a kernel is going to be compiled: to the log the first time, to listeners always."""
    if not _is_logged.is_set():
        _is_logged.set()
        what = f"{LABEL}: later processes load what is compiled now"
        _log.info(what, extra={"w2v_progress": True})
    for listener in tuple(_listeners):
        listener()


@contextmanager
def hears_of_compiling(listener: Callable[[], None]) -> Iterator[None]:
    """Have a function called, on whatever thread, when a kernel of this process is compiled."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)

"""Signals that ask to stop while a model trains: obeyed where nothing is done by halves."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows lacks the last


class Stopping:
    """A block in which the first signal is noted, to be obeyed soon, and a second one at once.

    To obey is to do what the signal would have done: Ctrl-C raises a KeyboardInterrupt, and what a
    program has set for a signal is called.  Signals for which Python does nothing are left alone,
    as are all in another thread than the main one.
    """

    def __init__(self) -> None:
        self._handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
        self._noted: int | None = None

    @property
    def asked(self) -> bool:
        """Whether someone has asked to stop."""
        return self._noted is not None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
                handler = signal.getsignal(number)
                if callable(handler):
                    self._handlers[number] = handler
                    signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._handlers.items():
            if signal.getsignal(number) == self._note:  # nobody has set another meanwhile
                signal.signal(number, handler)

    def obey(self) -> None:
        """Do what the noted signal, if there is one, asks for."""
        number, self._noted = self._noted, None
        if number is not None:
            self._handlers[number](number, sys._getframe())

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self.obey()
        else:
            self._noted = number

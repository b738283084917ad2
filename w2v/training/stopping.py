"""Ctrl-C while a model trains: noticed at once, and obeyed where nothing is done by halves."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class Stopping:
    """A block in which the first Ctrl-C is noted, to be obeyed soon, and a second one at once.

    It is the one place that takes signals over: where another handler than Python's own is
    set, or in another thread than the main one, it leaves them alone.

    Attributes
    ----------
    asked : bool
        Whether someone has asked to stop.
    """

    def __init__(self) -> None:
        self.asked = False
        self._taken = False

    def __enter__(self) -> Self:
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            signal.signal(signal.SIGINT, self._note)
            self._taken = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._taken:
            self._taken = False
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def obey(self) -> None:
        """Raise a KeyboardInterrupt if someone has asked to stop."""
        if self.asked:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

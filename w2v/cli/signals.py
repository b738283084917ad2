"""Signals that ask to stop: Ctrl-C, those of ``kill`` and schedulers, a terminal that closes.

The first one breaks off what the command does, as an exception in the main thread, so that all
that was begun is cleared away; where something must be ended first, such as a save, it is only
noted.  A second one ends the process at once.  Handlers run between two steps of Python alone:
a thread looks after signals that come while the main thread is inside something longer.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows lacks the last
# Seconds.  Shells and service managers send two signals at once, as when a terminal is closed:
# nobody has asked twice then.
_SAME_WISH = 0.3
_MOMENT = 0.01
_PATIENCE = 2.0  # with a main thread that does not end
_INSIDE = 0.5  # with one that does not get to a signal's handler


class Stopped(KeyboardInterrupt):
    """A signal asks to stop."""


class Stop:
    """Whether and how the process was asked to stop, and what is to be ended first.

    Attributes
    ----------
    number : int or None
        Of the first signal that asked.
    told : bool
        Whether the command itself has said how it ended.
    holds : bool
        Whether the command sees to its end when a signal has asked for it.
    unwritten, written : list of str
        What a stop at once loses, and what it does not, for its line.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self.told = False
        self.unwritten: list[str] = []
        self.written: list[str] = []
        self._raises, self._swallowed, self.holds = True, False, False
        self._since = 0.0
        self._leaving = threading.Lock()
        self._leaver: int | None = None

    @property
    def status(self) -> int:
        """The exit status that tells of the signal, as shells have it."""
        return 128 + (signal.SIGINT if self.number is None else self.number)

    def hold(self, *unwritten: object) -> None:
        """From now on only note the first signal, for the command to look at.

        Parameters
        ----------
        *unwritten
            What a second signal will lose.
        """
        self.unwritten += map(str, unwritten)
        self._raises, self.holds = False, True

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Have the first signal raise a :class:`Stopped` in a block of a command that holds."""
        self._raises = True
        try:
            yield
        finally:
            self._raises = False

    def wrote(self, path: object) -> None:
        """Say that something is whole now, which nothing loses any more."""
        self.written.append(str(path))
        self.unwritten = [each for each in self.unwritten if each != str(path)]

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Do what a signal asks for; a handler of signals."""
        if self.number is None:
            self.number, self._since = number, time.monotonic()
            if self._raises:
                raise Stopped
        elif self._swallowed:
            self._swallowed = False
            raise Stopped
        elif time.monotonic() - self._since > _SAME_WISH:
            self.leave("a second signal")

    def lost(self, error: BaseException | None) -> bool:
        """Tell whether an exception that is shown, as nobody takes it, is ours; raise it again.

        Finalizers lose what is raised in them, as do modules written in C while they are imported.
        """
        if not isinstance(error, Stopped) or self.number is None:
            return False
        self._swallowed = True
        # In a moment: what would be raised here is lost as well.
        again = threading.Timer(_MOMENT, _wake_main_thread, [self.number])
        again.daemon = True
        again.start()
        return True

    def watch(self, wakes: int) -> None:
        """End the process when the main thread does not get to it.

        Parameters
        ----------
        wakes : int
            A pipe that gets each signal's number.
        """
        first = None
        while read := os.read(wakes, 1):
            if read[0] not in _asking():
                continue
            if first is None:
                first = time.monotonic()
                threading.Thread(target=self._wait, daemon=True).start()
            elif time.monotonic() - first > _SAME_WISH:
                time.sleep(_INSIDE)
                self.leave("a second signal")
        os.close(wakes)

    def _wait(self) -> None:
        time.sleep(_PATIENCE)
        if not self.holds:
            self.leave("")

    def leave(self, why: str) -> None:
        """End the process at once; what is whole stays whole, what is not is cleared away."""
        if not self._leaving.acquire(blocking=False):
            while self._leaver != threading.get_ident():  # another thread is at it
                time.sleep(1)
            return
        self._leaver = threading.get_ident()
        with suppress(Exception):
            from w2v.files import abandon

            abandon()
        line = f"stopped at once by {why}" if why else "stopped"
        if self.unwritten:
            line += f"; not written: {', '.join(self.unwritten)}"
        if self.written:
            line += f"; written: {', '.join(self.written)}"
        with suppress(OSError):
            # Not by sys.stderr, which another thread may have locked.  A bar hides the cursor.
            shown = "\x1b[?25h\n" if os.isatty(2) else ""
            if not self.told:
                os.write(2, f"{shown}w2v: {line}\n".encode(errors="backslashreplace"))
        os._exit(self.status)


_current = Stop()  # which hears nothing, until the command line runs


def current() -> Stop:
    """Return what this process was asked."""
    return _current


def _asking() -> list[int]:
    return [int(getattr(signal, name)) for name in _NAMES if hasattr(signal, name)]


@contextmanager
def heard() -> Iterator[Stop]:
    """Hear signals in the block, and end the process as they ask.

    What was ignored when the process began, as by ``nohup``, stays ignored.  In another thread
    than the main one nothing can be heard.

    Raises
    ------
    SystemExit
        A signal has ended the block.
    """
    global _current
    stop = Stop()
    before, _current = _current, stop
    taken: dict[int, Any] = {}
    hooks, wakes = (sys.unraisablehook, sys.excepthook), -1
    try:
        if threading.current_thread() is threading.main_thread():
            wakes = _wake(stop)
            sys.unraisablehook = lambda lost: stop.lost(lost.exc_value) or hooks[0](lost)
            sys.excepthook = lambda *lost: stop.lost(lost[1]) or hooks[1](*lost)
            for number in _asking():
                handler = signal.getsignal(number)
                if handler not in (signal.SIG_IGN, None):
                    taken[number] = handler
                    signal.signal(number, stop.ask)
        yield stop
    except BaseException as error:
        # Libraries make what they like of an exception that comes while they are imported.
        if stop.number is None and not isinstance(error, KeyboardInterrupt):
            raise
        for number in taken:
            signal.signal(number, signal.SIG_IGN)
        taken = {}
        status = stop.status
        if stop.told and isinstance(error, SystemExit):
            status = error.code if isinstance(error.code, int) else 1
        else:
            with suppress(OSError, ValueError):
                print("w2v: stopped", file=sys.stderr, flush=True)
        _ending.append(status)
        sys.exit(status)
    finally:
        for number, handler in taken.items():
            signal.signal(number, handler if isinstance(handler, _Over) else _Over(handler))
        (sys.unraisablehook, sys.excepthook), _current = hooks, before
        if wakes >= 0:
            os.close(signal.set_wakeup_fd(-1))


class _Over:
    """What a signal does when the command is over: nothing any more, if the process ends with it.

    Parameters
    ----------
    handler
        That of before, which a program that goes on gets back.
    """

    def __init__(self, handler: Any) -> None:
        self._handler = handler

    def __call__(self, number: int, frame: FrameType | None) -> None:
        while frame is not None and frame.f_back is not None:
            frame = frame.f_back
        if frame is not None and frame.f_code.co_name in ("<module>", "_run_module_as_main"):
            signal.signal(number, self._handler)
            signal.raise_signal(number)


def _wake_main_thread(number: int) -> None:
    ident = threading.main_thread().ident
    if os.name == "posix" and ident is not None:
        signal.pthread_kill(ident, number)  # which ends what it waits for
    else:
        signal.raise_signal(number)


def _wake(stop: Stop) -> int:
    """Have each signal's number written to a pipe that a thread reads."""
    if os.name != "posix":  # elsewhere it had to be a socket
        return -1
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
    threading.Thread(target=stop.watch, args=(reads,), daemon=True).start()
    return writes


def _end() -> None:
    """End the process before Python takes itself apart, which threads at work may not survive."""
    if _ending:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(_ending[0])
    for number in _asking():
        if isinstance(signal.getsignal(number), _Over):
            signal.signal(number, signal.SIG_IGN)  # which Python does not reset


_ending: list[int] = []  # the status, if a signal ends the process
atexit.register(_end)  # before what is imported later, and so after all that is to be done then

"""The calls by which files are written, counted, so that a process can be stopped at each."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from w2v.files import exchanging, replacing

_OS = (
    *("open", "mkdir", "rename", "replace", "link", "unlink", "remove", "rmdir"),
    *("fsync", "chmod", "truncate", "ftruncate", "write"),
)


@contextmanager
def file_calls(before: Callable[[str], None], *, exchanging_works: bool = True) -> Iterator[None]:
    """Call ``before`` with the name of each call by which files are made, written or moved.

    A file's bytes come in two calls, so that it is seen half written.

    Parameters
    ----------
    before : callable
    exchanging_works : bool, default True
        Whether two folders can change places in one step.
    """

    def told(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            before(name)
            return call(*args, **kwargs)

        return wrapper

    class File(io.FileIO):
        def write(self, data: Any) -> int:
            before("write")
            view = memoryview(data).cast("B")
            done = super().write(view[: len(view) // 2])
            before("write the rest")
            return (done or 0) + (super().write(view[len(view) // 2 :]) or 0)

    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        given = {**dict(zip(("buffering", "encoding", "errors", "newline"), args, strict=False))}
        given |= kwargs
        at_once = given.get("buffering") == 0
        if mode.strip("bt") not in ("w", "a", "x") and not (at_once and "+" in mode):
            return _open(file, mode, *args, **kwargs)
        before("open")
        if at_once:
            return File(file, mode.replace("b", ""))
        raw = io.BufferedWriter(File(file, mode.replace("t", "").replace("b", "")))
        if "b" in mode:
            return raw
        return io.TextIOWrapper(
            raw, given.get("encoding"), given.get("errors"), given.get("newline")
        )

    _open = io.open
    replaced = [patch.object(os, name, told(name, getattr(os, name))) for name in _OS]
    exchange = exchanging.exchange if exchanging_works else lambda one, other: False
    replaced += [patch.object(io, "open", opened), patch("builtins.open", opened)]
    replaced += [patch.object(replacing, "exchange", told("exchange", exchange))]
    for each in replaced:
        each.start()
    try:
        yield
    finally:
        for each in replaced:
            each.stop()


def calls_of(write: Callable[[], object], *, exchanging_works: bool = True) -> list[str]:
    """Return the names of the calls that ``write`` makes."""
    made: list[str] = []
    with file_calls(made.append, exchanging_works=exchanging_works):
        write()
    return made


def forked(call: Callable[[], object]) -> int:
    """Call in a fork; return its process's number.  It ends with 0, or with 1 for an error."""
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(300)
            call()
            os._exit(0)
        except BaseException as error:  # nothing of the tests may go on in the fork
            os.write(2, f"{error!r}\n".encode())
        finally:
            os._exit(1)
    return child


def killed_at(n: int, write: Callable[[], object], *, exchanging_works: bool = True) -> bool:
    """Call ``write`` in a fork that is killed at its n-th call; tell whether it came so far."""

    def counted() -> None:
        left = n

        def stop(name: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        with file_calls(stop, exchanging_works=exchanging_works):
            write()

    _, status = os.waitpid(forked(counted), 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False

"""One training of a model at a time, whichever threads ask for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class _Trained(Protocol):
    @property
    def _alone(self) -> threading.Lock: ...


P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=_Trained)


def one_at_a_time(
    method: Callable[Concatenate[M, P], R],
) -> Callable[Concatenate[M, P], R]:
    """Have a method refuse, with a ValueError, to run while it runs for the same object."""

    @wraps(method)
    def run(self: M, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if not self._alone.acquire(blocking=False):
            raise ValueError(
                "weights cannot be changed while the model trains: wait until the other train() "
                "has ended, or give each thread a model of its own"
            )
        try:
            return method(self, *args, **kwargs)
        finally:
            self._alone.release()

    return run

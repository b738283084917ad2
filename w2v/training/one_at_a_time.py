"""One training of a model at a time, whichever threads ask for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_at_a_time(lock: threading.Lock) -> Iterator[None]:
    """Hold a model's lock for a block; ValueError if another thread's training holds it."""
    if not lock.acquire(blocking=False):
        raise ValueError(
            "weights cannot be changed while the model trains: wait until the other train() "
            "has ended, or give each thread a model of its own"
        )
    try:
        yield
    finally:
        lock.release()

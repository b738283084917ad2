"""Work on a device, and what it can say when it runs out of memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cupy

from w2v.backend.reference.arrays import MemoryInfo


def memory_of(device: Any) -> MemoryInfo:
    """Return the free and total memory of a device, in bytes."""
    with device:
        free, total = device.mem_info
        # What CuPy's pool holds unused is free to us.
        return MemoryInfo(free + cupy.get_default_memory_pool().free_bytes(), total)


@contextmanager
def on_device(device: Any, what: str, needed: int = 0) -> Iterator[None]:
    """Work on a device, whichever the thread has chosen, and say what memory it lacks.

    What runs out of memory ends in one line, with nothing of ours left allocated.

    Parameters
    ----------
    device : cupy.cuda.Device
    what : str
        What the memory is for.
    needed : int, optional
        Bytes; by default those that could not be had in the end.

    Raises
    ------
    MemoryError
        What is needed, what is free, and which options to lower.
    """
    try:
        with device:
            yield
    except cupy.cuda.memory.OutOfMemoryError as error:
        needed = needed or getattr(error, "_size", 0)
        with device:
            cupy.get_default_memory_pool().free_all_blocks()
        free, total = memory_of(device)
        raise MemoryError(
            f"not enough GPU memory for {what}: {needed / 1e9:.3g} GB needed, {free / 1e9:.3g} "
            f"of {total / 1e9:.3g} GB free; lower vector_size or batch_size, raise min_count, "
            f"or use backend 'cpu'"
        ) from None

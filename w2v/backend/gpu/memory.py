"""Work on a device, and what it can say when it runs out of memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cupy

from w2v.backend.pending import DeviceFailedError
from w2v.backend.reference.arrays import MemoryInfo

_FAULTS = cupy.cuda.runtime.CUDARuntimeError, cupy.cuda.driver.CUDADriverError
_NO_MEMORY = 2  # cudaErrorMemoryAllocation, CUDA_ERROR_OUT_OF_MEMORY
_MEANINGS = {
    "DevicesUnavailable": " (another process has it to itself)",
    "LaunchTimeout": " (a limit of time on kernels, as GPUs with a display have it)",
    "LAUNCH_TIMEOUT": " (a limit of time on kernels, as GPUs with a display have it)",
}


def memory_of(device: Any) -> MemoryInfo:
    """Return the free and total memory of a device, in bytes."""
    with device:
        free, total = device.mem_info
        # What CuPy's pool holds unused is free to us.
        return MemoryInfo(free + cupy.get_default_memory_pool().free_bytes(), total)


def resident_bytes(n_tokens: int) -> int:
    """Return what a corpus takes on the device, with room for what training takes beside."""
    return 4 * n_tokens + n_tokens // 8 + (1 << 30)


@contextmanager
def on_device(device: Any, what: str, needed: int = 0) -> Iterator[None]:
    """Work on a device, whichever the thread has chosen, and say what memory it lacks.

    What runs out of memory ends in one line, with nothing of ours left allocated; so does a
    device that fails.

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
    DeviceFailedError
        What went wrong, and how to go on.
    """
    try:
        with device:
            yield
    except cupy.cuda.memory.OutOfMemoryError as error:
        raise _no_memory(device, what, needed or getattr(error, "_size", 0)) from None
    except _FAULTS as error:
        if error.status == _NO_MEMORY:  # not from CuPy's pool: pinned memory, a kernel's code
            raise _no_memory(device, what, needed) from None
        raise DeviceFailedError(
            f"GPU {device.id} failed at {what}: {reason(error)}; what was on it is lost, and "
            f"this process cannot use it any more: begin a new one, from the last checkpoint if "
            f"there is one, or use backend 'cpu'"
        ) from error


def reason(error: BaseException) -> str:
    """Return what CUDA says of an error, in one line, with what it means where that helps."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    meaning = next((x for name, x in _MEANINGS.items() if name in said), "")
    return said + meaning


def _no_memory(device: Any, what: str, needed: int) -> MemoryError:
    try:
        with device:
            cupy.get_default_memory_pool().free_all_blocks()
        free, total = memory_of(device)
        room = f"{free / 1e9:.3g} of {total / 1e9:.3g} GB free"
    except _FAULTS as error:
        room = reason(error)
    asked = f"{needed / 1e9:.3g} GB needed, " if needed else ""
    return MemoryError(
        f"not enough GPU memory for {what}: {asked}{room}; lower vector_size or batch_size, raise "
        f"min_count, end other processes on the GPU, or use backend 'cpu'"
    )

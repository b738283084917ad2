"""Tokens of the host, sent to the GPU in blocks while it trains on the block before."""

from __future__ import annotations

from typing import Any

import cupy
import numpy as np

from w2v.backend.array import Array

_BUFFERS = 2
_NOT_READY = 600  # cudaErrorNotReady


class BlockSender:
    """Two buffers in pinned memory and two on the device, used in turn for block after block.

    A block is copied to pinned memory once what was sent from there before has arrived, and
    sent once the device is done with the block that it replaces.

    Parameters
    ----------
    room : int
        Tokens of the largest block.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self._pinned = [_pinned(room) for _ in range(_BUFFERS)]
        self._device = [cupy.empty(room, dtype=np.int32) for _ in range(_BUFFERS)]
        self._sent = [cupy.cuda.Event(disable_timing=True) for _ in range(_BUFFERS)]
        self._used = [cupy.cuda.Event(disable_timing=True) for _ in range(_BUFFERS)]
        self._sending = cupy.cuda.Stream(non_blocking=True)
        self._here = 0
        for event in self._used:  # memory just allocated may be in use by work not yet done
            event.record(cupy.cuda.get_current_stream())

    def send(self, tokens: np.ndarray) -> Array:
        """Return a block on the device, where the current stream will find it.

        Parameters
        ----------
        tokens : (N,) int array
            At most ``room``; a memory map will do.
        """
        self._here = (self._here + 1) % _BUFFERS
        sent, pinned = self._sent[self._here], self._pinned[self._here][: tokens.size]
        device = self._device[self._here][: tokens.size]
        if not is_done(sent):
            sent.synchronize()
        pinned[...] = tokens
        self._sending.wait_event(self._used[self._here])
        try:
            device.set(pinned, stream=self._sending)
            sent.record(self._sending)
        except BaseException:
            self._sending.synchronize()  # nothing may be under way that no event tells of
            raise
        cupy.cuda.get_current_stream().wait_event(sent)
        return device

    def used(self) -> None:
        """Say that all work on the last block has been given to the current stream."""
        self._used[self._here].record(cupy.cuda.get_current_stream())

    def close(self) -> None:
        """Wait for what is being sent, before the buffers are given back."""
        self._sending.synchronize()


def is_done(event: Any) -> bool:
    """Say whether an event has come, and raise where the device has failed.

    CuPy's own ``Event.done`` would say no of a failed device for ever.

    Raises
    ------
    cupy.cuda.runtime.CUDARuntimeError
        What went wrong on the device.
    """
    status = cupy.cuda.runtime.eventQuery(event.ptr)
    if status not in (0, _NOT_READY):
        event.synchronize()  # raises
    return bool(status == 0)


def _pinned(n: int) -> np.ndarray:
    """Return a NumPy array that the device can read by itself."""
    return np.frombuffer(cupy.cuda.alloc_pinned_memory(4 * n), dtype=np.int32, count=n)

"""Checks of word ids on the GPU that the host need not wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import cupy
import numpy as np

from w2v.backend.array import Array
from w2v.backend.gpu.kernels import minibatch, wrong_id
from w2v.backend.gpu.memory import on_device
from w2v.backend.reference.backend import Backend

Found: TypeAlias = dict[tuple[int, str], Array]
"""What ``check_ids`` has left on the device, by the vocabulary's size and what ids stand for."""

_INT32 = np.iinfo(np.int32)


class DeviceChecks(Backend):
    """The part of the GPU backend that checks ids."""

    device: Any

    def __init__(self) -> None:
        super().__init__(cupy)
        self._checks = threading.local()

    def synchronize(self) -> None:  # noqa: D102
        with on_device(self.device, "what it was given"):
            self.device.synchronize()
        self._raise_deferred()

    def check_ids(self, ids: Array, size: int, what: str = "word id") -> None:  # noqa: D102
        deferred = self._deferred
        if deferred is None or not isinstance(ids, cupy.ndarray):
            super().check_ids(ids, size, what)
            return
        self.check_integers(ids, f"{what}s")
        if not ids.size:
            return
        if (size, what) not in deferred:
            deferred[size, what] = cupy.zeros(2, dtype=np.int32)
        if not np.can_cast(ids.dtype, np.int32):
            ids = cupy.clip(ids, max(_INT32.min, np.iinfo(ids.dtype).min), _INT32.max)
        flat = cupy.ascontiguousarray(ids, dtype=np.int32)
        wrong = deferred[size, what]
        minibatch().launch("check_ids", ids.size, flat, np.int64(ids.size), np.int32(size), wrong)

    def _check_rows(self, index: Array, size: int) -> None:
        """Refuse rows that there are not, unless checks are deferred: ids were checked before."""
        if self._deferred is None:
            self.check_ids(index, size, "row")

    @property
    def _deferred(self) -> Found | None:
        """What this thread's deferred checks have found, by size and what ids stand for."""
        return getattr(self._checks, "deferred", None)

    @contextmanager
    def _deferring(self, found: Found) -> Iterator[None]:
        """Leave in ``found`` what ids of this thread are checked to be, and raise nothing."""
        outer, self._checks.deferred = self._deferred, found
        try:
            yield
        finally:
            self._checks.deferred = outer

    @contextmanager
    def deferred_checks(self) -> Iterator[None]:
        """Check ids on the device without waiting for the answer.

        Ids out of range raise at the block's end, or at :meth:`synchronize`; until then
        they are read as others.

        Raises
        ------
        ValueError
            As :meth:`check_ids`.
        """
        with self._deferring({}):
            yield
            self._raise_deferred()

    def _raise_deferred(self) -> None:
        """Raise what deferred checks have found; waits for the device."""
        for (size, what), wrong in (self._deferred or {}).items():
            got = wrong_id(self.to_numpy(wrong), size)
            if got is not None:
                wrong[...] = 0
                super().check_ids(np.array([got]), size, what)

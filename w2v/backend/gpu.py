"""The GPU backend: CuPy, with what the device does better than plain array code."""

from __future__ import annotations

from typing import Any

import cupy
import cupyx
import numpy as np

from w2v.backend.base import Backend, MemoryInfo
from w2v.backend.rowgrad import Array


class GPUBackend(Backend):
    """CuPy arrays on one device; negatives are sampled fast unless asked otherwise.

    Parameters
    ----------
    device : int, default 0
        The CUDA device's number.
    """

    name = "gpu"
    sampling = "fast"

    def __init__(self, device: int = 0) -> None:
        super().__init__(cupy)
        self.device = cupy.cuda.Device(device)
        self.device.use()

    def to_numpy(self, x: Array) -> np.ndarray:
        return cupy.asnumpy(x)

    def synchronize(self) -> None:
        self.device.synchronize()

    def memory_info(self) -> MemoryInfo:
        free, total = self.device.mem_info
        # What CuPy's pool holds unused is free to us.
        return MemoryInfo(free + cupy.get_default_memory_pool().free_bytes(), total)

    def describe(self) -> str:
        properties: Any = cupy.cuda.runtime.getDeviceProperties(self.device.id)
        return f"gpu, {properties['name'].decode()}, device {self.device.id}"

    def scatter_add(self, dst: Array, index: Array, rows: Array) -> None:
        cupyx.scatter_add(dst, index, rows)

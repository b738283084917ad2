"""A stand-in for CuPy: NumPy arrays, and kernels compiled as C++ with a warp of one lane.

Enough of it to run the GPU backend's own Python without a GPU.  Work is done at once,
so streams and events have nothing to do.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import shutil
import subprocess
import tempfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from cuda_host import COMPILE

_folder = Path(tempfile.mkdtemp())
atexit.register(shutil.rmtree, _folder, ignore_errors=True)


def __getattr__(name: str) -> Any:
    return getattr(np, name)


class ndarray(np.ndarray):  # noqa: N801
    """An array that is not one of the host."""

    @property
    def data(self) -> Any:
        return SimpleNamespace(ptr=self.ctypes.data)

    def set(self, values: np.ndarray, stream: Any = None) -> None:
        assert type(values) is np.ndarray
        self[...] = values


class OutOfMemoryError(MemoryError):
    """What CuPy raises."""


memory = SimpleNamespace(limit=1 << 40)


def _on_device(make: Any) -> Any:
    def made(*args: Any, **options: Any) -> Any:
        array = np.asarray(make(*args, **options))
        if array.nbytes > memory.limit:
            raise OutOfMemoryError("Out of memory")
        return array.view(ndarray)

    return made


zeros, full, empty = _on_device(np.zeros), _on_device(np.full), _on_device(np.empty)
asarray = _on_device(lambda x, dtype=None: np.array(x, dtype=dtype))
ascontiguousarray, empty_like = _on_device(np.ascontiguousarray), _on_device(np.empty_like)
broadcast_to = _on_device(np.broadcast_to)


def asnumpy(array: Any) -> np.ndarray:
    return np.array(array)


class RawModule:
    """Kernels by name."""

    def __init__(self, code: str, options: tuple[str, ...]) -> None:
        name = hashlib.sha256("\n".join((code, *options)).encode()).hexdigest()
        file = _folder / f"{name}.cpp"
        file.write_text(code)
        library = file.with_suffix(".so")
        command = [*COMPILE, "-DHOST_LANES=1", *options, str(file), "-o", str(library)]
        subprocess.run(command, check=True, capture_output=True)
        self._library = ctypes.CDLL(str(library))

    def get_function(self, name: str) -> RawKernel:
        return RawKernel(getattr(self._library, name))


_c_type: Any = np.ctypeslib.as_ctypes_type


class RawKernel:
    """A kernel that one warp of one lane runs, however many are asked for."""

    kernel = SimpleNamespace(ptr=0)
    max_dynamic_shared_size_bytes = 0

    def __init__(self, function: Any) -> None:
        self._function = function
        function.restype = None

    def __call__(self, grid: Any, block: Any, args: Any, shared_mem: int = 0) -> None:
        assert grid[0] > 0
        assert 0 < block[0] <= 1024
        assert shared_mem <= max(self.max_dynamic_shared_size_bytes, 48 << 10)
        self._function(*map(_argument, args))


def _argument(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        assert isinstance(x, ndarray), "an array of the host"
        return ctypes.c_void_p(x.ctypes.data)
    assert isinstance(x, np.generic), f"{x!r} has no type that a kernel could rely on"
    return _c_type(x.dtype)(x.item())


class _Device(nullcontext[None]):
    id = 0
    mem_info = (3 << 30, 4 << 30)
    attributes = {  # noqa: RUF012
        "MaxSharedMemoryPerMultiprocessor": 228 << 10,
        "MaxSharedMemoryPerBlockOptin": 227 << 10,
        "MultiProcessorCount": 2,
    }

    def use(self) -> None: ...
    def synchronize(self) -> None: ...


class _Event:
    def record(self, stream: Any = None) -> None: ...
    def synchronize(self) -> None: ...
    def wait_event(self, event: _Event) -> None: ...


cuda = SimpleNamespace(
    Device=lambda device: _Device(),
    Event=lambda disable_timing: _Event(),
    Stream=lambda non_blocking: _Event(),
    get_current_stream=_Event,
    alloc_pinned_memory=bytearray,
    memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
    driver=SimpleNamespace(occupancyMaxActiveBlocksPerMultiprocessor=lambda *_: 4),
)


def get_default_memory_pool() -> Any:
    return SimpleNamespace(free_bytes=lambda: 0, free_all_blocks=lambda: None)

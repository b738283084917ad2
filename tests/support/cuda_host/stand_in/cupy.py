"""A stand-in for CuPy: NumPy arrays, and kernels compiled as C++ with a warp of one lane.

Enough of it to run the GPU backend's own Python without a GPU.  Work is done at once, so
streams have nothing to do; what a real device would make the host wait for is counted.
Arrays belong to the device that their thread had chosen, and only there can be worked on.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.support.cuda_host import compiled

synchronisations: Counter[str] = Counter()
"""What made the host wait for the device, or ask it for a size, how often."""

card = SimpleNamespace(flags=(), many_warps=False)
"""The compiler's flags beside the usual; whether as many warps train as are asked for."""

_TOGETHER = "train"  # the kernel whose warps' number matters
_EXPORTED = 'extern "C" __attribute__((visibility("default"))) void'


def _read(name: str) -> Any:
    def read(self: Any, *args: Any) -> Any:
        synchronisations[name] += 1
        return getattr(_host(self), name)(*args)

    return read


class ndarray(np.ndarray):  # noqa: N801
    """An array that is not one of the host: the two do not mix, and reading it is noted."""

    @property
    def data(self) -> Any:
        return SimpleNamespace(ptr=self.ctypes.data)

    __cuda_array_interface__ = None  # having one, it is told from the host's

    def __array_finalize__(self, base: Any) -> None:
        self._device = getattr(base, "_device", None) or _Device(_chosen.device)

    @property
    def device(self) -> Any:
        return self._device

    def set(self, values: np.ndarray, stream: Any = None) -> None:
        assert type(values) is np.ndarray
        assert values.flags.c_contiguous
        self[...] = values.view(ndarray)

    def get(self, out: np.ndarray | None = None, blocking: bool = True) -> np.ndarray:
        synchronisations["get"] += blocking
        host = np.array(_host(self)) if out is None else out
        host[...] = _host(self)
        return host

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if "out" in options:
            options["out"] = tuple(map(_host, options["out"]))
        result = getattr(ufunc, method)(*map(_host, inputs), **options)
        return None if result is None else _device(result)

    def __getitem__(self, key: Any) -> Any:
        for each in key if isinstance(key, tuple) else (key,):
            if isinstance(each, ndarray) and each.dtype == bool:
                synchronisations["mask"] += 1
        part = np.asarray(super().__getitem__(key)).view(ndarray)
        part._device = self._device
        return part

    def __setitem__(self, key: Any, value: Any) -> None:
        _host(value)
        super().__setitem__(key, value)

    __bool__, __int__, __float__ = _read("__bool__"), _read("__int__"), _read("__float__")
    item, tolist = _read("item"), _read("tolist")


def _host(x: Any) -> Any:
    """Return a device's array as one of the host; the host's own are refused, as by CuPy."""
    if hasattr(x, "__cupy_get_ndarray__"):
        x = x.__cupy_get_ndarray__()
    if isinstance(x, ndarray):
        assert x.device.id == _chosen.device, "an array of another device than the one chosen"
        return x.view(np.ndarray)
    if isinstance(x, tuple | list):
        return type(x)(map(_host, x))
    assert not isinstance(x, np.ndarray), "an array of the host"
    return x


def _device(x: Any) -> Any:
    if isinstance(x, tuple | list):
        return type(x)(map(_device, x))
    array = np.asarray(x)
    if array.nbytes > memory.limit:
        raise OutOfMemoryError(array.nbytes)
    return array.view(ndarray)


_SIZES = {"flatnonzero", "nonzero", "unique", "bincount", "repeat", "argwhere"}


def __getattr__(name: str) -> Any:
    """Return NumPy's function of that name, for the device's arrays."""
    value = getattr(np, name)
    if isinstance(value, type) or not callable(value):
        return value

    def made(*args: Any, **options: Any) -> Any:
        synchronisations["size"] += name in _SIZES
        options = {key: _host(option) for key, option in options.items()}
        return _device(value(*map(_host, args), **options))

    return made


class OutOfMemoryError(MemoryError):
    """What CuPy raises."""

    def __init__(self, size: int) -> None:
        super().__init__(f"Out of memory allocating {size:,} bytes.")
        self._size = size


class CUDARuntimeError(RuntimeError):
    """What CuPy raises where the device has failed; its text, where a test knows it."""

    def __init__(self, status: int, said: str = "cudaErrorUnknown: unknown error") -> None:
        super().__init__(said)
        self.status = status


class CUDADriverError(CUDARuntimeError):
    """The driver's own."""


memory = SimpleNamespace(limit=1 << 40)


def asarray(x: Any, dtype: Any = None) -> Any:
    if isinstance(x, ndarray) and dtype in (None, x.dtype):
        return x
    return _device(np.array(x, dtype=dtype))


def asnumpy(array: Any) -> np.ndarray:
    synchronisations["asnumpy"] += isinstance(array, ndarray)
    return np.array(array)


class RawModule:
    """Kernels by name."""

    def __init__(self, code: str, options: tuple[str, ...]) -> None:
        code, options = code + _on_warps(code), (*card.flags, *options)
        self._library = compiled(code, "-DHOST_LANES=1", *options)
        real = next((option[7:] for option in options if option.startswith("-DREAL=")), "")
        self._parameters = {
            name: [re.sub(r"\bREAL\b", real, each) for each in parameters.split(",")]
            for name, parameters in re.findall(r"KERNEL void (\w+)\(([^)]*)\)", code)
        }

    def get_function(self, name: str) -> RawKernel:
        return RawKernel(self._library, name, self._parameters[name])


def _on_warps(code: str) -> str:
    """Return a function that has a kernel run by many warps, as C++."""
    found = re.search(rf"KERNEL void {_TOGETHER}\(([^)]*)\)", code)
    if found is None:
        return ""
    names = ", ".join(each.split()[-1] for each in found[1].split(","))
    run = f"Warps::instance().run(warps, [&] {{ {_TOGETHER}({names}); }})"
    return f"{_EXPORTED} {_TOGETHER}_on_warps(int warps, {found[1]}) {{ {run}; }}\n"


_c_type: Any = np.ctypeslib.as_ctypes_type


class RawKernel:
    """A kernel run by one warp of one lane, however many are asked for, unless by many."""

    kernel = SimpleNamespace(ptr=0)
    max_dynamic_shared_size_bytes = 0
    num_regs = local_size_bytes = 0

    def __init__(self, library: Any, name: str, parameters: list[str]) -> None:
        self._many = card.many_warps and name == _TOGETHER
        self._function = getattr(library, f"{name}_on_warps" if self._many else name)
        self._parameters = [_parameter(each) for each in parameters]
        self._function.restype = None

    def __call__(self, grid: Any, block: Any, args: Any, shared_mem: int = 0) -> None:
        assert grid[0] > 0
        assert 0 < block[0] <= 1024
        assert shared_mem <= max(self.max_dynamic_shared_size_bytes, 48 << 10)
        given = zip(args, self._parameters, strict=True)
        warps = [ctypes.c_int(grid[0] * block[0] // 32)] * self._many
        self._function(*warps, *(_argument(x, parameter) for x, parameter in given))


_TYPES = {
    **{"u8": np.uint8, "int": np.int32, "u32": np.uint32, "i64": np.int64, "u64": np.uint64},
    **{"float": np.float32, "double": np.float64, "Workspace": np.uint8, "Outcome": np.float64},
}


def _parameter(declared: str) -> tuple[Any, bool]:
    """Return the type that a kernel's parameter names, and whether it is a pointer to such."""
    kind, pointer = re.fullmatch(r"\s*(?:const )?(\w+)(\*?) \w+", declared).groups()  # type: ignore
    return _TYPES[kind], bool(pointer)


def _argument(x: Any, parameter: tuple[Any, bool]) -> Any:
    kind, pointer = parameter
    if isinstance(x, np.ndarray):
        assert type(_host(x)) is np.ndarray
        halves = kind is np.uint64 and x.dtype == np.uint32 and x.shape[-1] == 2
        assert pointer and (x.dtype == kind or halves), f"{x.dtype} for {parameter}"
        assert x.ctypes.data % np.dtype(kind).itemsize == 0
        return ctypes.c_void_p(x.ctypes.data)
    assert isinstance(x, np.generic), f"{x!r} has no type that a kernel could rely on"
    if pointer:
        assert x.dtype == np.uint64 and x == 0, "no array"
    else:
        assert x.dtype == kind, f"{x.dtype} for {parameter}"
    return _c_type(x.dtype)(x.item())


class _Chosen(threading.local):
    def __init__(self) -> None:
        self.device, self.before = 0, list[int]()


_chosen = _Chosen()


class _Device:
    """A device, and the choice of it."""

    compute_capability = "00"
    mem_info = (3 << 30, 4 << 30)
    attributes = {  # noqa: RUF012
        "MaxSharedMemoryPerMultiprocessor": 228 << 10,
        "MaxSharedMemoryPerBlockOptin": 227 << 10,
        "MultiProcessorCount": 2,
    }

    def __init__(self, number: int) -> None:
        self.id = number

    def use(self) -> None:
        _chosen.device = self.id

    def __enter__(self) -> None:
        _chosen.before.append(_chosen.device)
        self.use()

    def __exit__(self, *error: object) -> None:
        _chosen.device = _chosen.before.pop()

    def synchronize(self) -> None:
        synchronisations["device"] += 1


class _Event:
    """An event, or a stream: done when it is looked at for the second time."""

    done_after = 1

    def record(self, stream: Any = None) -> None:
        self._looks = 0

    @property
    def ptr(self) -> _Event:
        return self

    def query(self) -> int:
        """Return CUDA's status: 0 for done, 600 for not ready."""
        self._looks = getattr(self, "_looks", self.done_after) + 1
        return 0 if self._looks > self.done_after else 600

    def synchronize(self) -> None:
        synchronisations["event or stream"] += 1
        self._looks = self.done_after

    def wait_event(self, event: _Event) -> None: ...


cuda = SimpleNamespace(
    Device=_Device,
    Event=lambda disable_timing: _Event(),
    Stream=lambda non_blocking: _Event(),
    get_current_stream=_Event,
    alloc_pinned_memory=bytearray,
    memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
    runtime=SimpleNamespace(
        CUDARuntimeError=CUDARuntimeError,
        driverGetVersion=lambda: 0,
        eventQuery=_Event.query,
        runtimeGetVersion=lambda: 0,
        getDeviceProperties=lambda device: {"name": b"Stand-in"},
    ),
    driver=SimpleNamespace(
        CUDADriverError=CUDADriverError,
        occupancyMaxActiveBlocksPerMultiprocessor=lambda *_: 4,
    ),
)


def get_default_memory_pool() -> Any:
    return SimpleNamespace(free_bytes=lambda: 0, free_all_blocks=lambda: None)

"""Which backend is at hand, and which one is in use."""

from __future__ import annotations

import importlib.util
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import numpy as np

from w2v.backend.array import on_gpu
from w2v.backend.place import found_by
from w2v.backend.reference.backend import Backend
from w2v.messages import quoted

_log = logging.getLogger("w2v")
_active: ContextVar[Backend | None] = ContextVar("w2v_backend", default=None)
_default: Backend | None = None

INSTALL_LINE = (
    "install an NVIDIA driver and CuPy: pip install 'cupy-cuda12x[ctk]' for CUDA 12, "
    "pip install 'cupy-cuda13x[ctk]' for CUDA 13"
)
_TOOLKIT = re.compile(r"nvrtc|CUDA_PATH|failed to load|[Cc]annot open source|\.h\b")


class BackendUnavailableError(RuntimeError):
    """A backend was asked for by name and cannot be had."""


@lru_cache(maxsize=1)
def gpu_problem() -> str:
    """Say in a few words why no GPU can be used; empty when one can."""
    if importlib.util.find_spec("cupy") is None:
        return "CuPy is not installed"
    try:
        import cupy
    except Exception as error:  # a broken CuPy fails in many ways, none of them ours
        return f"CuPy does not start: {_first_line(error)}"
    try:
        count = cupy.cuda.runtime.getDeviceCount()
        if count == 0:
            return "no CUDA device: the driver finds none"
        cupy.zeros(1).sum().item()  # a device that answers, not one that is merely listed
    except Exception as error:
        return _device_problem(_first_line(error))
    return ""


def _device_problem(reason: str) -> str:
    """Say what CUDA's error means for whoever reads it."""
    import cupy

    if "InsufficientDriver" in reason:  # CUDA reports a missing driver and an old one alike
        version = cupy.cuda.runtime.driverGetVersion()
        if not version:
            return "no CUDA device: driver not found"
        supported = f"{version // 1000}.{version % 1000 // 10}"
        return f"no CUDA device: the driver is too old, it supports CUDA {supported} at most"
    if "out of memory" in reason.lower():
        return f"the CUDA device has no free memory: {reason}"
    if "DevicesUnavailable" in reason:
        return f"another process has the CUDA device to itself: {reason}"
    if _TOOLKIT.search(reason):
        return f"NVIDIA's libraries that CuPy needs are missing: {reason}"
    return f"no CUDA device: {reason}"


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]


@lru_cache(maxsize=1)
def _cpu() -> Backend:
    from w2v.backend.cpu.backend import CPUBackend

    return CPUBackend()


@lru_cache
def _gpu(device: int) -> Backend:
    problem = gpu_problem()
    if problem:
        raise BackendUnavailableError(
            f"backend 'gpu' is not available ({problem}); {INSTALL_LINE}; or use backend 'cpu'"
        )
    import cupy

    from w2v.backend.gpu.backend import GPUBackend

    count = cupy.cuda.runtime.getDeviceCount()
    if device >= count:
        raise BackendUnavailableError(
            f"backend 'gpu:{device}' is not available: there are {count} CUDA devices, "
            f"numbered from 0"
        )
    return GPUBackend(device)


def get_backend(name: str | Backend | None = None) -> Backend:
    """Return a backend by name, or the one in use.

    Parameters
    ----------
    name : {"auto", "cpu", "gpu", "gpu:N"}, Backend or None, default None
        ``"auto"`` takes the GPU when CuPy imports and a device answers, otherwise
        the CPU, and logs which and why.  ``None`` is the backend of the
        innermost :func:`use_backend`, outside of any that of
        :func:`set_default_backend`, and ``"auto"`` where that was not called.

    Returns
    -------
    Backend

    Raises
    ------
    BackendUnavailableError
        A GPU was asked for by name and none can be used: the reason and the
        install line.
    ValueError
        Not a backend's name.
    """
    if name is None:
        name = _active.get() or _default or "auto"
    if not isinstance(name, str):
        return name
    if name == "auto":
        return _automatic()
    if name == "cpu":
        return _cpu()
    kind, _, number = name.partition(":")
    if kind == "gpu" and (name == "gpu" or number.isdecimal()):
        return _gpu(int(number or 0))
    raise ValueError(f"unknown backend {quoted(name)}: expected 'auto', 'cpu', 'gpu' or 'gpu:N'")


@lru_cache(maxsize=1)
def _automatic() -> Backend:
    problem = gpu_problem()
    backend = _cpu() if problem else _gpu(0)
    _log.info("backend: %s", describe_choice("auto"))
    return backend


def describe_choice(name: str) -> str:
    """Say in one line which backend a name gives, and for ``"auto"`` why.

    Parameters
    ----------
    name : str
        As for :func:`get_backend`.
    """
    if name != "auto":
        return get_backend(name).describe()
    problem = gpu_problem()
    return f"{_cpu().describe()} ({problem})" if problem else _gpu(0).describe()


@contextmanager
def use_backend(name: str | Backend) -> Iterator[Backend]:
    """Make a backend the one that layers and models built inside the block take.

    Parameters
    ----------
    name : {"auto", "cpu", "gpu", "gpu:N"} or Backend

    Yields
    ------
    Backend
    """
    backend = get_backend(name)
    token = _active.set(backend)
    try:
        yield backend
    finally:
        _active.reset(token)


def set_default_backend(name: str | Backend | None, *, keep: bool = False) -> None:
    """Make a backend the one that layers and models built from now on take, in every thread.

    Inside a :func:`use_backend` block it takes the place of the block's too, until its end.

    Parameters
    ----------
    name : {"auto", "cpu", "gpu", "gpu:N"}, Backend or None
        None goes back to the choice that is made where nothing was said, ``"auto"``.
    keep : bool, default False
        Leave a default that has been set as it is.

    Raises
    ------
    BackendUnavailableError, ValueError
        As :func:`get_backend`; the default stays what it was.
    """
    global _default
    if keep and _default is not None:
        return
    backend = None if name is None else get_backend(name)
    if _active.get() is not None and not keep:
        _active.set(backend)
    _default = backend


def available_backends() -> list[str]:
    """Return the names of the backends that can be used here, ``"cpu"`` first."""
    return ["cpu"] if gpu_problem() else ["cpu", "gpu"]


def backend_for(array: Any) -> Backend:
    """Return the backend an array belongs to.

    Parameters
    ----------
    array : NumPy or CuPy array
    """
    return _gpu(array.device.id) if on_gpu(array) else _cpu()


def to_cpu(array: Any) -> np.ndarray:
    """Return an array of any backend as a NumPy array."""
    return backend_for(array).to_numpy(array) if on_gpu(array) else np.asarray(array)


def to_gpu(array: Any) -> Any:
    """Return an array on the GPU.

    Raises
    ------
    BackendUnavailableError
        There is no usable GPU.
    """
    return get_backend("gpu").asarray(array)


found_by(get_backend)

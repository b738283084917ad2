"""What is said, in one line, where CuPy is there but no device can be used."""

from __future__ import annotations

import logging
import re
import sys
from functools import lru_cache
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec

import pytest

from w2v.backend import BackendUnavailableError, get_backend, select

# A CuPy of which one function fails, as the real one does.
CUPY = """
from types import SimpleNamespace

class CUDARuntimeError(RuntimeError): ...
class OutOfMemoryError(MemoryError): ...

def fail(error):
    raise error

def zeros(n):
    fail({zeros})

runtime = SimpleNamespace(
    getDeviceCount=lambda: {count}, driverGetVersion=lambda: {driver_version}
)
cuda = SimpleNamespace(runtime=runtime)
"""
DRIVER = "CUDA driver version is insufficient for CUDA runtime version"
INSUFFICIENT = f"fail(CUDARuntimeError('cudaErrorInsufficientDriver: {DRIVER}'))"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (
            {"count": INSUFFICIENT, "driver_version": 0},
            "no CUDA device: driver not found",
        ),
        (
            {"count": INSUFFICIENT, "driver_version": 11040},
            "no CUDA device: the driver is too old, it supports CUDA 11.4 at most",
        ),
        (
            {"count": 0, "driver_version": 12090},
            "no CUDA device: the driver finds none",
        ),
        (
            {"count": 1, "zeros": "OutOfMemoryError('Out of memory allocating 512 bytes.\\nMore')"},
            "the CUDA device has no free memory: Out of memory allocating 512 bytes.",
        ),
        (
            {"count": 1, "zeros": "CUDARuntimeError('cudaErrorMemoryAllocation: out of memory')"},
            "the CUDA device has no free memory: cudaErrorMemoryAllocation: out of memory",
        ),
        (
            {"count": 1, "zeros": "CUDARuntimeError('cudaErrorDevicesUnavailable: busy')"},
            "another process has the CUDA device to itself: cudaErrorDevicesUnavailable: busy",
        ),
        (
            {"count": 1, "zeros": "CUDARuntimeError('cudaErrorNoKernelImageForDevice: no image')"},
            "no CUDA device: cudaErrorNoKernelImageForDevice: no image",
        ),
    ],
    ids=["no driver", "old driver", "no device", "no memory", "no memory at all", "taken", "other"],
)
def test_a_device_that_cannot_be_used_is_named_and_the_cpu_taken(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answers: dict[str, object],
    said: str,
) -> None:
    stub = module_from_spec(ModuleSpec("cupy", None))
    exec(CUPY.format(**{"zeros": "None", "driver_version": 12090, **answers}), vars(stub))
    monkeypatch.setitem(sys.modules, "cupy", stub)
    for name in ("gpu_problem", "_gpu", "_automatic"):  # as where nobody has asked yet
        monkeypatch.setattr(select, name, lru_cache(getattr(select, name).__wrapped__))
    with caplog.at_level(logging.INFO, "w2v"):
        assert get_backend("auto").name == "cpu"
    assert caplog.messages == [f"backend: cpu ({said})"]
    by_name = rf"^backend 'gpu' is not available \({re.escape(said)}\); install an NVIDIA driver"
    with pytest.raises(BackendUnavailableError, match=by_name):
        get_backend("gpu")

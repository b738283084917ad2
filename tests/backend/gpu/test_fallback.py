"""What is said, in one line, where CuPy is there but no device can be used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, python_path

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

ASK = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
import w2v
from w2v.backend import BackendUnavailableError, get_backend
assert get_backend("auto").name == "cpu"
try:
    get_backend("gpu")
except BackendUnavailableError as error:
    print(error)
"""


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
    tmp_path: Path, answers: dict[str, object], said: str
) -> None:
    stub = CUPY.format(**{"zeros": "None", "driver_version": 12090, **answers})
    (tmp_path / "cupy.py").write_text(stub)
    path = python_path(tmp_path, ROOT)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    automatic, by_name = done.stdout.splitlines()
    assert automatic == f"backend: cpu ({said})"
    assert by_name.startswith(f"backend 'gpu' is not available ({said}); install an NVIDIA driver")

"""Which backend is chosen, what is said about it, and what happens without a GPU."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, python_path
from w2v.backend import (
    Backend,
    BackendUnavailableError,
    available_backends,
    get_backend,
    to_gpu,
    use_backend,
)
from w2v.backend.select import INSTALL_LINE, gpu_problem


def test_names_are_answered(backend: Backend) -> None:
    assert get_backend(backend.name) is backend
    assert get_backend(backend) is backend
    assert backend.name in available_backends()
    assert backend.sampling == {"cpu": "exact", "gpu": "fast"}[backend.name]


def test_the_innermost_backend_in_use_is_the_default() -> None:
    cpu, other = get_backend("cpu"), Backend()
    automatic = get_backend()
    with use_backend("cpu") as used:
        assert used is cpu is get_backend()
        with use_backend(other):
            assert get_backend() is other
        with pytest.raises(ZeroDivisionError), use_backend(other):
            raise ZeroDivisionError
        assert get_backend() is cpu
    assert get_backend() is automatic is get_backend("auto")


@pytest.mark.parametrize("name", ["tpu", "gpu:", "gpu:one", "cpu:0", "gpu:-1", ""])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected 'auto', 'cpu', 'gpu' or 'gpu:N'"):
        get_backend(name)


# -- without a GPU --------------------------------------------------------------------------

ASK = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
from w2v.backend import BackendUnavailableError, available_backends, get_backend
assert get_backend().name == get_backend("auto").name == "cpu"
assert available_backends() == ["cpu"]
for name in ("gpu", "gpu:0"):
    try:
        get_backend(name)
    except BackendUnavailableError as error:
        print(error)
"""


def ask_without_gpu(before: str = "", **environment: str) -> list[str]:
    """Run ASK in a Python of its own and return the lines printed."""
    path = python_path(*environment.pop("front", "").split(), ROOT)
    done = subprocess.run(
        [sys.executable, "-c", before + ASK],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def assert_said(lines: list[str], reason: str) -> None:
    """Check for one line from auto, and errors with the reason and what to install."""
    auto, *errors = lines
    assert auto == f"backend: cpu ({reason})"
    expected = f"backend 'gpu' is not available ({reason}); {INSTALL_LINE}; or use backend 'cpu'"
    assert errors == [expected] * 2
    assert "pip install 'cupy-cuda12x[ctk]'" in expected


def test_without_cupy_auto_says_so_and_gpu_by_name_is_an_error() -> None:
    assert_said(ask_without_gpu("import sys; sys.modules['cupy'] = None"), "CuPy is not installed")


def test_a_cupy_that_does_not_start_is_named_with_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "cupy.py").write_text("raise ImportError('libcudart.so.12: not found\\nmore')")
    lines = ask_without_gpu(front=str(tmp_path))
    assert_said(lines, "CuPy does not start: libcudart.so.12: not found")


def test_a_cupy_without_nvidias_libraries_is_not_told_as_a_missing_device(tmp_path: Path) -> None:
    (tmp_path / "cupy.py").write_text(
        "class cuda:\n    class runtime:\n        getDeviceCount = staticmethod(lambda: 1)\n"
        "def zeros(n):\n    raise RuntimeError('CuPy failed to load libnvrtc.so.12')\n"
    )
    lines = ask_without_gpu(front=str(tmp_path))
    reason = "NVIDIA's libraries that CuPy needs are missing: CuPy failed to load libnvrtc.so.12"
    assert_said(lines, reason)


@pytest.mark.skipif(importlib.util.find_spec("cupy") is None, reason="CuPy is not installed")
def test_a_cupy_without_a_device_is_no_gpu() -> None:
    lines = ask_without_gpu(CUDA_VISIBLE_DEVICES="-1")
    reason = lines[0].removeprefix("backend: cpu (").removesuffix(")")
    assert reason.startswith("no CUDA device: ")
    assert_said(lines, reason)


@pytest.mark.skipif(not gpu_problem(), reason="there is a GPU")
def test_no_array_goes_to_a_gpu_that_is_not_there() -> None:
    with pytest.raises(BackendUnavailableError, match="backend 'gpu' is not available"):
        to_gpu([1, 2])

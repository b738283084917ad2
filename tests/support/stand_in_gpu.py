"""The GPU backend on a stand-in for CuPy, for tests that need no GPU."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import w2v.backend as package
from tests.support import cuda_host
from w2v.backend import select

OURS = ("gpu", "gpu_blocks", "gpu_checks", "gpu_kernels", "gpu_nearest", "gpu_stream")


@pytest.fixture(scope="module")
def gpu() -> Iterator[Any]:
    """Import the GPU backend anew with the stand-in, and forget both afterwards."""

    def forget() -> tuple[dict[str, Any], dict[str, Any]]:
        inside = [f"{package.__name__}.{name}" for name in OURS]
        names = [name for name in sys.modules if name in inside or name.startswith("cupy")]
        attributes = {name: vars(package).pop(name) for name in OURS if name in vars(package)}
        return {name: sys.modules.pop(name) for name in names}, attributes

    modules, attributes = forget()
    sys.path.insert(0, str(Path(cuda_host.__file__).parent / "stand_in"))
    known = select._gpu
    try:
        backend = importlib.import_module("w2v.backend.gpu").GPUBackend()
        select._gpu = lambda device: backend  # type: ignore[assignment]
        yield backend
    finally:
        select._gpu = known
        sys.path.pop(0)
        forget()
        sys.modules.update(modules)
        vars(package).update(attributes)

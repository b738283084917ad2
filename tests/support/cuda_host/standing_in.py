"""The GPU backend on a stand-in for CuPy, where there is no GPU."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import w2v.backend as package
from tests.support import cuda_host
from w2v.backend import select

OURS = f"{package.__name__}.gpu"


@contextmanager
def standing_in() -> Iterator[Any]:
    """Import the GPU backend anew with the stand-in, and forget both afterwards."""

    def forget() -> tuple[dict[str, Any], Any]:
        names = [name for name in sys.modules if name.startswith((OURS, "cupy"))]
        return {name: sys.modules.pop(name) for name in names}, vars(package).pop("gpu", None)

    modules, attribute = forget()
    sys.path.insert(0, str(Path(cuda_host.__file__).parent / "stand_in"))
    known = select._gpu
    try:
        backend = importlib.import_module("w2v.backend.gpu.backend").GPUBackend()
        select._gpu = lambda device: backend  # type: ignore[assignment]
        yield backend
    finally:
        select._gpu = known
        sys.path.pop(0)
        forget()
        sys.modules.update(modules)
        if attribute is not None:
            package.gpu = attribute

"""The GPU backend on a stand-in for CuPy, for tests that need no GPU."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cuda_host.standing_in import standing_in


@pytest.fixture(scope="module")
def gpu() -> Iterator[Any]:
    """Give the GPU backend, imported anew with the stand-in."""
    with standing_in() as backend:
        yield backend

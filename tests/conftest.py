"""What several test files share: the backends at hand and the folder of larger data."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from w2v.backend import Backend, use_backend
from w2v.backend.select import gpu_problem

# A shell that starts the tests in the background has them ignore Ctrl-C, which some of them test.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(params=["cpu", "gpu"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each backend in turn, in use while the test runs."""
    if request.param == "gpu" and gpu_problem():
        pytest.skip(gpu_problem())
    with use_backend(request.param) as used:
        yield used


@pytest.fixture(scope="session")
def bench_data() -> Path:
    """Return the folder of corpora and evaluation sets that are too large to keep here."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("W2V_BENCH_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}: set W2V_BENCH_DATA to the benchmark data")
    return folder

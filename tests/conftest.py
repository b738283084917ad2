"""What several test files share: the backends at hand and the folder of larger data."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.cuda_host import BUILD_FOLDER
from w2v import Word2Vec
from w2v.backend import Backend, use_backend
from w2v.backend.select import gpu_problem

if not os.access(Path(__file__).parents[1], os.W_OK):  # where examples that failed are kept
    settings.register_profile("read-only", database=None)
    settings.load_profile("read-only")

# A shell that starts the tests in the background has them ignore Ctrl-C, which some of them test.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Trainings whose kernels take longest to compile, and which most tests need.
COMPILED: list[dict[str, Any]] = [
    {"sg": 1},
    {"sg": 0},
    {"sg": 1, "hs": 1, "negative": 0},
    {"sg": 0, "hs": 1, "negative": 0},
    {"sg": 1, "hs": 1},
    {"sg": 1, "negative": 1},
]


def pytest_configure(config: pytest.Config) -> None:
    """Give all processes of the session one folder for what they compile of C++."""
    if BUILD_FOLDER not in os.environ:
        os.environ[BUILD_FOLDER] = tempfile.mkdtemp()
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(BUILD_FOLDER), ignore_errors=True))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have each of several workers compile its share of the kernels, so that none is idle.

    Without this, all of them would compile the same ones at the same time.
    """
    worker: dict[str, Any] | None = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    mine = int(worker["workerid"].removeprefix("gw"))
    for how in COMPILED[mine :: worker["workercount"]]:
        Word2Vec([[*"abcdef"]] * 9, min_count=1, sample=0, workers=1, backend="cpu", **how)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """Leave the next test what stands for signals, whatever commands a test has run in here."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


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

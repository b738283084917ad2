"""A cluster of two processes, which the tests of this room share."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _bound(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make a test that waits for ever one that fails."""

    def end(*_: object) -> None:
        raise RuntimeError("this test has waited for too long")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(1_200 if request.node.get_closest_marker("soak") else 600)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="package")
def client() -> Iterator[Any]:
    """A client of two worker processes of a thread each."""
    distributed = pytest.importorskip("distributed")
    how: dict[str, Any] = {"dashboard_address": ":0", "silence_logs": logging.CRITICAL}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **how) as near,
        distributed.Client(near) as client,
    ):
        yield client


@pytest.fixture(scope="package")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of 40,000 words, some of which occur equally often."""
    rng = np.random.default_rng(5)
    words = np.array([f"w{i}" for i in rng.permutation(400)])
    ranks = np.minimum(rng.zipf(1.3, 40_000) - 1, 399)
    lines, at = [], 0
    while at < len(ranks):
        length = int(rng.integers(1, 30))
        lines.append(" ".join(words[ranks[at : at + length]]))
        at += length
    path = tmp_path_factory.mktemp("cluster") / "text.txt"
    path.write_text("\n".join(lines), "utf-8")
    return path

"""Workers with a card each, where there is none: on the stand-in for CuPy."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import cuda_host
from tests.support.cuda_host.standing_in import standing_in
from w2v.cluster import train, worker_run
from w2v.cluster.changes import Changes
from w2v.cluster.orders import Answer, Told

pytestmark = [
    pytest.mark.skipif(cuda_host.compiler() is None, reason="there is no C++ compiler"),
]


def test_two_workers_on_cards_learn_what_two_on_processors_do(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    how: dict[str, Any] = {
        "vector_size": 16, "min_count": 3, "epochs": 2, "sg": 1, "workers": 1, "round_words": 4_000
    }  # fmt: skip
    here = {"processes": False, "dashboard_address": ":0", "silence_logs": logging.CRITICAL}
    kinds = set()

    def answered(changes: Changes, told: Told | None) -> Answer:
        kinds.add(type(changes.inputs.index))
        return Answer(changes, told)

    monkeypatch.setattr(worker_run, "Answer", answered)
    with (
        standing_in() as backend,
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, **here) as near,
        distributed.Client(near) as client,
    ):
        cpu, gpu = (train(client, str(text), backend=name, **how) for name in ("cpu", "gpu"))
        assert kinds == {np.ndarray, type(backend.xp.zeros(1))}  # which stays where it is made
    assert gpu.trained_words == cpu.trained_words
    assert np.isfinite(gpu.wv.vectors).all()
    # They draw alike, but a card's warps step rows at once.
    assert gpu.losses == pytest.approx(cpu.losses, rel=0.05)

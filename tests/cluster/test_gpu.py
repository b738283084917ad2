"""Workers with a card each, where there is none: on the stand-in for CuPy."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import cuda_host
from tests.support.cuda_host.standing_in import standing_in
from w2v.cluster import train

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(cuda_host.compiler() is None, reason="there is no C++ compiler"),
]


def test_two_workers_on_cards_learn_what_two_on_processors_do(text: Path) -> None:
    distributed = pytest.importorskip("distributed")
    how: dict[str, Any] = {
        "vector_size": 16, "min_count": 3, "epochs": 2, "sg": 1, "workers": 1, "round_words": 4_000
    }  # fmt: skip
    here = {"processes": False, "dashboard_address": ":0", "silence_logs": logging.CRITICAL}
    with (
        standing_in(),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, **here) as near,
        distributed.Client(near) as client,
    ):
        cpu, gpu = (train(client, str(text), backend=name, **how) for name in ("cpu", "gpu"))
    assert gpu.trained_words == cpu.trained_words
    assert np.isfinite(gpu.wv.vectors).all()
    # They draw alike, but a card's warps step rows at once.
    assert gpu.losses == pytest.approx(cpu.losses, rel=0.05)

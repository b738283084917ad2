"""What a user waits for at first: a process from its start to its first 10,000 words."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.engine_report import first_use_plot, first_use_table
from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.rounds import Spread
from benchmarks.trainers import MODELS

_COLD, _WARM = "kernels compiled", "kernels from the cache"
_FIRST_USE = """
import sys, time, numpy as np
from w2v.models import SkipGram, CBOW
from w2v.training.fused import FusedTrainer
tokens = np.random.default_rng(1).integers(0, 1000, 10_000, dtype=np.int32)
counts = np.bincount(tokens, minlength=1000)
kind = SkipGram if sys.argv[1] == "skip-gram" else CBOW
model = kind(1000, 100, 5, None, counts=counts, start="uniform", backend="cpu")
offsets = np.arange(0, 10_001, 20)
FusedTrainer(model, tokens, offsets, counts, epochs=1, workers=1).run()
print(time.process_time())
"""


def run(folder: Path, *, rounds: int, models: tuple[str, ...] = tuple(MODELS)) -> str:
    """Measure with an empty and with a filled kernel cache, and write ``engine-first-use``.

    Parameters
    ----------
    folder : Path
    rounds : int
        Each begins with an empty cache.
    models : tuple of str

    Returns
    -------
    str
        The table.
    """
    runs: dict[str, list[tuple[float, float]]] = {}
    states = {_COLD: 9.0, _WARM: 1.5}  # expected seconds
    each = rounds * len(models) * sum(states.values())
    with Progress("engine first-use", each, each) as progress:
        for i in range(rounds):
            for model in models:
                with tempfile.TemporaryDirectory() as cache:
                    for state, expected in states.items():
                        progress.step(f"round {i + 1} of {rounds}: {model}, {state}", expected)
                        runs.setdefault(f"{model}, {state}", []).append(_first_use(model, cache))
    summary: dict[str, Any] = {}
    for name, found in runs.items():
        clock, processor = zip(*found, strict=True)
        summary[name] = {
            "seconds": Spread.of(clock).figures(),
            "cpu_seconds": Spread.of(processor).figures(),
        }
    figures = {"summary": summary, "runs": runs}
    return write(
        folder,
        "engine-first-use",
        figures,
        first_use_table(figures),
        partial(first_use_plot, figures),
    )


def _first_use(model: str, cache: str) -> tuple[float, float]:
    """Run a process; return its seconds by the clock and of the processor."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_USE, model],
        env=dict(os.environ, NUMBA_CACHE_DIR=cache),
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return time.perf_counter() - begin, float(done.stdout)

"""What a user waits for at first: a process from its start to its first 10,000 words."""

from __future__ import annotations

import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.contest.libraries import MODELS
from benchmarks.harness.options import Rounds
from benchmarks.harness.plots import bars
from benchmarks.harness.processes import watch
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import markdown_table, page, write
from w2v.bench.rounds import Spread

QUICK = {"rounds": 1, "models": ("skip-gram",)}
_STATES = {"kernels compiled": 9.0, "kernels from the cache": 1.5}  # expected seconds
_FIRST_USE = """
import sys, numpy as np
from w2v.models import SkipGram, CBOW
from w2v.training.fused import FusedTrainer
tokens = np.random.default_rng(1).integers(0, 1000, 10_000, dtype=np.int32)
counts = np.bincount(tokens, minlength=1000)
kind = SkipGram if sys.argv[1] == "skip-gram" else CBOW
model = kind(1000, 100, 5, None, counts=counts, start="uniform", backend="cpu")
offsets = np.arange(0, 10_001, 20)
FusedTrainer(model, tokens, offsets, counts, epochs=1, workers=1).run()
"""


def run(folder: Path, *, rounds: Rounds = 3, models: tuple[str, ...] = tuple(MODELS)) -> str:
    """Measure with an empty and with a filled kernel cache, and write ``engine-first-use``."""
    runs: dict[str, list[tuple[float, float]]] = {}
    with Progress("engine first-use", rounds * len(models) * sum(_STATES.values())) as progress:
        for i in range(rounds):
            for model in models:
                with tempfile.TemporaryDirectory() as cache:
                    for state, expected in _STATES.items():
                        progress.step(f"round {i + 1} of {rounds}: {model}, {state}", expected)
                        found = watch(
                            [sys.executable, "-c", _FIRST_USE, model],
                            environment={**os.environ, "NUMBA_CACHE_DIR": cache},
                        )
                        took = found.wall_seconds, found.cpu_seconds
                        runs.setdefault(f"{model}, {state}", []).append(took)
    clock = {name: Spread.of([x for x, _ in found]) for name, found in runs.items()}
    processor = {name: Spread.of([x for _, x in found]) for name, found in runs.items()}
    summary = {name: {"seconds": clock[name].figures(), "cpu_seconds": processor[name].figures()}
               for name in runs}  # fmt: skip
    rows = [[name, clock[name].text(1, 1), processor[name].text(1, 1)] for name in runs]
    table = page(
        "From the start of a process to its first 10,000 words",
        markdown_table(["model, kernels", "seconds", "processor seconds"], rows),
    )
    plot = partial(bars, values=clock, unit=1, label="seconds to the first 10,000 words")
    return write(folder, "engine-first-use", {"summary": summary, "runs": runs}, table, plot)

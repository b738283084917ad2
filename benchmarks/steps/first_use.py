"""What a user waits for at first: a process from its start to its first 10,000 words."""

import os
import sys
import tempfile
from itertools import product
from pathlib import Path

from benchmarks.contest.libraries import MODELS
from benchmarks.harness.options import Rounds
from benchmarks.harness.plots import bars
from benchmarks.harness.processes import watch
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import markdown_table, page, spread_of, write

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
        for i, model in product(range(rounds), models):
            with tempfile.TemporaryDirectory() as cache:
                environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
                for state, expected in _STATES.items():
                    progress.step(f"round {i + 1} of {rounds}: {model}, {state}", expected)
                    command = [sys.executable, "-c", _FIRST_USE, model]
                    found = watch(command, environment=environment)
                    took = found.wall_seconds, found.cpu_seconds
                    runs.setdefault(f"{model}, {state}", []).append(took)
    both = {name: [spread_of(x) for x in zip(*each, strict=True)] for name, each in runs.items()}
    rows = [[name, *(x.text(1, 1) for x in each)] for name, each in both.items()]
    title = "From the start of a process to its first 10,000 words"
    table = page(title, markdown_table(["model, kernels", "seconds", "processor seconds"], rows))
    summary = {name: {"seconds": clock.figures(), "cpu_seconds": processor.figures()}
               for name, (clock, processor) in both.items()}  # fmt: skip
    clocks = {name: clock for name, (clock, _) in both.items()}
    plot = bars(clocks, 1, "seconds to the first 10,000 words")
    return write(folder, "engine-first-use", {"summary": summary, "runs": runs}, table, plot)

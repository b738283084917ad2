"""What a user waits for at first: a process from its start to its first 10,000 words."""

import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

from benchmarks.contest.libraries import MODELS
from benchmarks.harness import options, plots, report, tables
from benchmarks.harness.processes import watch
from benchmarks.harness.turns import take_turns
from w2v.bench.machine import FIRST_WORDS
from w2v.bench.rounds import Spread

_KEYS, _COLUMNS = ("seconds", "cpu_seconds"), ("model, kernels", "seconds", "processor seconds")


def run(
    folder: Path, *, rounds: options.Rounds = 3,
    models: Annotated[tuple[str, ...], options.Quick(("cbow",))] = tuple(MODELS),
) -> str:  # fmt: skip
    """Measure with an empty and with a filled kernel cache, and write ``engine-first-use``."""
    runs: dict[str, list[tuple[float, float]]] = {}

    def first(name: str, model: str, cache: Path) -> float:
        if "compiled" in name:
            shutil.rmtree(cache, ignore_errors=True)
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
        command = [sys.executable, "-c", FIRST_WORDS, "cpu", model]
        runs.setdefault(name, []).append(watch(command, environment=environment)[1:3])
        return runs[name][-1][0]

    with tempfile.TemporaryDirectory() as cache:
        take_turns("engine first-use", {
            name: partial(first, name, model, Path(cache, model)) for model in models
            for name in (f"{model}, kernels compiled", f"{model}, kernels from the cache")
        }, rounds)  # fmt: skip
    summary = {name: dict(zip(_KEYS, (Spread.of(x).figures() for x in zip(*each, strict=True)),
                              strict=True)) for name, each in runs.items()}  # fmt: skip
    rows = [[name, *(tables.shown(x, 1, 1) for x in each.values())]
            for name, each in summary.items()]  # fmt: skip
    table = tables.markdown_table(_COLUMNS, rows)
    clocks = {name: each["seconds"] for name, each in summary.items()}
    plot = plots.bars(clocks, 1, "seconds to the first 10,000 words")
    title, figures = "From the start of a process to its first 10,000 words", {"summary": summary}
    return report.write(folder, "engine-first-use", title, figures | {"runs": runs}, [table], plot)

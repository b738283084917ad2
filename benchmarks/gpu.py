"""The GPU engine on one card, in parts of which none can spoil another.

``python -m benchmarks.gpu`` takes less than ten minutes: ``smoke`` (the card and one warp
against the reference), ``tests`` (the suite, on both backends), ``speed``, ``quality``,
``batches`` and ``long``. Each part is a process of its own with a limit of time, and whatever
it has measured is on disk at once, in ``benchmarks/results/<card>/``: a part that fails or
hangs is told of in the table, and the next one runs.

What is not at hand is left out, and the table says so: gensim, ``w2v-accel`` (or its path in
W2V_ACCEL), PyTorch, books-18m (W2V_BENCH_DATA, or ``shared/data``), pytest.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.gpu_report import Report, write_page
from benchmarks.machine import RESULTS
from w2v.backend import BackendUnavailableError, get_backend

BUDGET = 570
"""Seconds for all parts together."""

WORDS = 200_000_000
"""Of the Zipf corpus."""


class Part(NamedTuple):
    """A part's module, whose ``main(report, words)`` measures it, and its seconds at most."""

    module: str
    seconds: float


PARTS = {
    "smoke": Part("benchmarks.gpu_smoke", 75),
    "tests": Part("benchmarks.gpu_tests", 170),
    "speed": Part("benchmarks.gpu_speed", 150),
    "quality": Part("benchmarks.gpu_quality", 110),
    "batches": Part("benchmarks.gpu_batches", 60),
    "long": Part("benchmarks.gpu_long", 60),
}


def run(
    output: Path | None = None,
    words: int = WORDS,
    parts: Sequence[str] = tuple(PARTS),
    budget: float = BUDGET,
) -> str:
    """Measure all, and return the table.

    Parameters
    ----------
    output : Path, optional
        Folder to write to; by default the card's own among the results. Parts that are not
        run keep the results they have there.
    words : int
        Of the Zipf corpus.
    parts : sequence of str
        Some of `PARTS`.
    budget : float
        Seconds for all parts.

    Raises
    ------
    BackendUnavailableError
        There is no GPU.
    """
    card = get_backend("gpu").describe().removeprefix("gpu, ").partition(", device")[0]
    folder = output or RESULTS / "-".join(re.findall(r"[a-z0-9.]+", card.lower()))
    Report(folder).set("card", card)
    end = time.monotonic() + budget
    for name in parts:
        limit = min(PARTS[name].seconds, end - time.monotonic())
        said = run_part(name, folder, words, limit) if limit > 1 else "no time was left for it"
        report = Report(folder)
        report.set("parts", report.results.get("parts", {}) | {name: said})
        page = write_page(report.results, folder)  # now: nobody knows how the next part ends
    return page


def run_part(name: str, folder: Path, words: int, limit: float) -> str:
    """Run a part in a process of its own, and say how that went."""
    command = [sys.executable, "-m", "benchmarks.gpu", "--part", name, "-o", str(folder)]
    print(f"== {name}, at most {limit:.0f} s", file=sys.stderr, flush=True)
    begin = time.monotonic()
    # A session of its own, so that what the part has started ends with it.
    process = subprocess.Popen([*command, "--words", str(words)], start_new_session=True)
    try:
        status = process.wait(limit)
    except subprocess.TimeoutExpired:
        return f"stopped after {limit:.0f} s: what it had measured is kept"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    seconds = time.monotonic() - begin
    return f"{'done' if status == 0 else f'failed with status {status}'} in {seconds:.0f} s"


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-o", "--output", type=Path, help="folder to write to")
    parser.add_argument("--words", type=int, default=WORDS, help="words of the Zipf corpus")
    parser.add_argument("--parts", default=",".join(PARTS), help="some of them, by commas")
    parser.add_argument("--budget", type=float, default=BUDGET, help="seconds for all parts")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    parts = options.parts.split(",")
    if not set(parts) <= set(PARTS):
        parser.error(f"--parts {options.parts}: expected some of {', '.join(PARTS)}")
    try:
        if options.part:
            module = __import__(PARTS[options.part].module, fromlist=["main"])
            module.main(Report(options.output), options.words)
            return 0
        print(run(options.output, options.words, parts, options.budget))
    except BackendUnavailableError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

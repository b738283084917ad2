"""The GPU engine on one card, in parts of which none can spoil another.

Each part is a process of its own with a limit of time, and whatever it has measured is on disk at
once, in ``benchmarks/results/<card>/``: a part that fails or hangs is told of in the table, and the
next one runs. What is not at hand is left out, and the table says so.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

from typer import BadParameter, Option

from benchmarks.gpu.report import Report
from benchmarks.harness.machine import RESULTS
from benchmarks.harness.options import Quick
from w2v.backend import get_backend

PARTS = {"smoke": 75, "tests": 170, "speed": 150, "quality": 110, "batches": 60, "long": 60}
"""Parts, functions of `benchmarks.gpu.parts`, and their seconds at most."""
_WORDS, _SOME = "Words of the Zipf corpus.", "Some of the parts, by commas."


def run(
    folder: Path | None = None, *,
    words: Annotated[int, Option(min=1000, help=_WORDS), Quick(5_000_000)] = 200_000_000,
    parts: Annotated[str, Option(help=_SOME), Quick("smoke,speed")] = ",".join(PARTS),
    budget: Annotated[float, Option(help="Seconds for all parts.")] = 570,
    part: Annotated[str | None, Option(hidden=True)] = None,
) -> str:  # fmt: skip
    """Measure some parts in so many seconds, and return the table.

    Parts that are not run keep the results they have in the folder, by default the card's own
    among the results. A single ``part`` is measured in this process.
    """
    chosen = parts.split(",")
    if not set(chosen) <= set(PARTS):
        raise BadParameter(f"{parts}: expected some of {', '.join(PARTS)}")
    card = get_backend("gpu").describe().removeprefix("gpu, ").partition(", device")[0]
    folder = folder or RESULTS / "-".join(re.findall(r"[a-z0-9.]+", card.lower()))
    if part:
        from benchmarks.gpu import parts as measures

        Report(folder).measure(getattr(measures, part)(words, folder))
        return ""
    Report(folder).set("card", card)
    end, page = time.monotonic() + budget, ""
    for name in chosen:
        limit = min(PARTS[name], end - time.monotonic())
        said = run_part(name, folder, words, limit) if limit > 1 else "no time was left for it"
        report = Report(folder)
        report.set("parts", report.results.get("parts", {}) | {name: said})
        page = report.write_page()  # now: nobody knows how the next part ends
    return page


def run_part(name: str, folder: Path, words: int, limit: float) -> str:
    """Run a part in a process of its own, and say how that went."""
    command = [sys.executable, "-m", "benchmarks", "gpu", "--part", name, "-o", str(folder)]
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

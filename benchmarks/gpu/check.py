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
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

from typer import BadParameter, Option

from benchmarks.gpu.report import Report
from benchmarks.harness.machine import RESULTS, results_folder, revision
from benchmarks.harness.options import Corpus, Epochs, Quick
from w2v.backend import get_backend

PARTS = {
    **{"smoke": 75, "speed": 150, "quality": 110, "tests": 170},
    **{"batches": 60, "threads": 90, "long": 60},
}
"""Parts, functions of `benchmarks.gpu.parts`, the most valuable first, and seconds at most."""
BUDGET = 570
"""Seconds of all parts by default: with what begins and ends them, under ten minutes."""
_REHEARSED = 10  # times as long: kernels are compiled and run by a processor, maybe a busy one
_FEW = 5_000_000
_NO_TIME = "no time was left for it: call again"
_WORDS = "Words of the Zipf corpus; of a virtual card's text, at most."
_SECONDS = f"Seconds for all parts; {BUDGET} by default, {_REHEARSED} times as many in a rehearsal."
_SOME = "Some of the parts, by commas."
_ANEW = "Measure everything again, not only what an earlier call has left."
_REHEARSE = "Everything small, on a stand-in for CuPy, where there is no card."
_VIRTUAL = "Judge quality by warps without a card: the kernels as C++, warps taking turns."
_WARPS = "Of a virtual card, by commas; auto: the engine's own choice."


def run(
    folder: Path | None = None, *,
    words: Annotated[int, Option(min=1000, help=_WORDS), Quick(_FEW)] = 200_000_000,
    parts: Annotated[str, Option(help=_SOME), Quick("smoke,speed")] = ",".join(PARTS),
    budget: Annotated[float | None, Option(help=_SECONDS)] = None,
    anew: Annotated[bool, Option("--anew", help=_ANEW)] = False,
    rehearse: Annotated[bool, Option("--rehearse", help=_REHEARSE)] = False,
    virtual: Annotated[bool, Option("--virtual", help=_VIRTUAL)] = False,
    warps: Annotated[str, Option(help=_WARPS), Quick("1,100")] = "1,132,500,1000,2000,4000,auto",
    corpus: Corpus = None, epochs: Epochs = 3,
    part: Annotated[str | None, Option(hidden=True)] = None,
) -> str:  # fmt: skip
    """Measure some parts in so many seconds, and return the table.

    Parts that are not run keep the results they have in the folder, by default the card's own
    among the results, and a second call goes on where the first stopped. A single
    ``part`` is measured in this process. A ``virtual`` card has a time of its own, see
    :mod:`benchmarks.gpu.virtual`.
    """
    if virtual:
        from benchmarks.gpu.virtual import run as judge

        where = folder or results_folder(quick=words <= _FEW)
        return judge(where, corpus=corpus, words=words, epochs=epochs, warps=warps)
    chosen = parts.split(",")
    if not set(chosen) <= set(PARTS):
        raise BadParameter(f"{parts}: expected some of {', '.join(PARTS)}")
    slower = _REHEARSED if rehearse else 1
    limits = {name: slower * PARTS[name] for name in chosen}
    with rehearsal() if rehearse else nullcontext():
        if part:
            from benchmarks.gpu import parts as measures

            where = _folder(folder)
            Report(where).measure(getattr(measures, part)(words, where))
            return ""
        options = ("--words", str(words), *(("--rehearse",) if rehearse else ()))
        return _check(_folder(folder), limits, budget or slower * BUDGET, anew, options)


def _card() -> str:
    return get_backend("gpu").describe().removeprefix("gpu, ").partition(", device")[0]


def _folder(asked: Path | None) -> Path:
    return asked or RESULTS / "-".join(re.findall(r"[a-z0-9.]+", _card().lower()))


def _check(
    folder: Path, limits: dict[str, int], budget: float, anew: bool, options: tuple[str, ...]
) -> str:
    Report(folder).begin(_card(), revision(), anew)
    end, page = time.monotonic() + budget, ""
    for name, most in limits.items():
        ended = Report(folder).results["parts"].get(name, "")
        if not ended.startswith("done"):
            limit = min(most, end - time.monotonic())
            ended = run_part(name, folder, limit, options) if limit > 1 else _NO_TIME
        report = Report(folder)
        report.set("parts", report.results["parts"] | {name: ended})
        page = report.write_page()  # now: nobody knows how the next part ends
    return page


@contextmanager
def rehearsal() -> Iterator[None]:
    """Have a stand-in for CuPy play the card, and measure little."""
    from tests.support.cuda_host.standing_in import standing_in

    with standing_in():
        from benchmarks.gpu.parts import small

        with small():
            yield


def run_part(name: str, folder: Path, limit: float, options: tuple[str, ...] = ()) -> str:
    """Run a part in a process of its own, and say how that went."""
    command = [sys.executable, "-m", "benchmarks", "gpu", "--part", name, "-o", str(folder)]
    command += options
    print(f"== {name}, at most {limit:.0f} s", file=sys.stderr, flush=True)
    begin = time.monotonic()
    # A session of its own, so that what the part has started ends with it.
    process = subprocess.Popen(command, start_new_session=True)
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

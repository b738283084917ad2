"""What `w2v bench` finds on this machine, kept beside the other results."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks.harness.plots import bars
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import markdown_table, page, write
from w2v.bench import Bench, summary
from w2v.bench.rounds import Spread

QUICK = {"seconds": 5}
_FIRST = 20  # seconds before rounds begin: reading, loading kernels, starting processes


def run(folder: Path, *, seconds: float = 120) -> str:
    """Measure in rounds of so many seconds together, about, and write ``bench``."""
    with Progress("bench", seconds + _FIRST) as progress:
        found = Bench(seconds).run(progress.say)
    speeds = {str(each.case): Spread.of(each.words_per_second) for each in found.measurements}
    figures = summary(found)
    table = page(
        "What training costs here",
        f"{figures['corpus']['name']}, {figures['corpus']['words']:,} words; medians "
        f"(lowest–highest) of {max(each.rounds for each in speeds.values())} rounds in which all "
        "took turns.",
        markdown_table(["", "M words/s"], [[name, x.text(1e6, 3)] for name, x in speeds.items()]),
        figures["verdict"],
    )
    plot = partial(bars, values=speeds, unit=1e6, label="million words a second")
    return write(folder, "bench", figures, table, plot)

"""What `w2v bench` finds on this machine, kept beside the other results."""

from pathlib import Path

from benchmarks.harness.plots import bars
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import markdown_table, page, shown, write
from w2v.bench import Bench, summary

QUICK = {"seconds": 5}
_FIRST = 20  # seconds before rounds begin: reading, loading kernels, starting processes


def run(folder: Path, *, seconds: float = 120) -> str:
    """Measure in rounds of so many seconds together, about, and write ``bench``."""
    with Progress("bench", seconds + _FIRST) as progress:
        found = Bench(seconds).run(progress.say)
    speeds = {str(each.case): each.words_per_second for each in found.measurements}
    figures = summary(found)
    intro = (
        f"{figures['corpus']['name']}, {figures['corpus']['words']:,} words; medians "
        f"(lowest–highest) of {max(map(len, speeds.values()))} rounds in which all took turns."
    )
    table = markdown_table(["", "M words/s"], [[x, shown(y, 1e6, 3)] for x, y in speeds.items()])
    text = page("What training costs here", intro, table, figures["verdict"])
    plot = bars(speeds, 1e6, "million words a second")
    return write(folder, "bench", figures, text, plot)

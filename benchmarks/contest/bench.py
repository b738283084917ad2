"""What `w2v bench` finds on this machine, kept beside the other results."""

from pathlib import Path
from typing import Annotated

from benchmarks.harness import plots, report, tables, turns
from benchmarks.harness.options import Quick
from w2v.bench import Bench, summary


def run(folder: Path, *, seconds: Annotated[float, Quick(2)] = 120) -> str:
    """Measure in rounds of so many seconds together, about, and write ``bench``."""
    found = Bench(seconds).run(lambda line: turns.say(f"bench: {line}", passing=True))
    speeds, figures = {str(x.case): x.words_per_second for x in found.measurements}, summary(found)
    rows = [[name, tables.shown(each, 1e6, 3)] for name, each in speeds.items()]
    parts = [report.MEDIANS, tables.markdown_table(["", "M words/s"], rows), figures["verdict"]]
    plot = plots.bars(speeds, 1e6, "million words a second")
    return report.write(folder, "bench", "What training costs here", figures, parts, plot)

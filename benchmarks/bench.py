"""What `w2v bench` finds on this machine, kept beside the other results."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.progress import Progress
from benchmarks.report import bars, markdown_table, write
from benchmarks.rounds import Spread
from w2v.bench import Bench, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FIRST = 20  # seconds before rounds begin: reading, loading kernels, starting processes


def run(folder: Path, *, seconds: float) -> str:
    """Measure, and write ``bench``.

    Parameters
    ----------
    folder : Path
    seconds : float
        Of the rounds, about.

    Returns
    -------
    str
        The table and the verdict.
    """
    with Progress("bench", seconds, seconds + _FIRST) as progress:
        found = Bench(seconds).run(progress.say)
    speeds = {str(each.case): Spread.of(each.words_per_second) for each in found.measurements}
    figures = summary(found)
    return write(folder, "bench", figures, _table(figures, speeds), partial(_draw, speeds))


def _table(figures: dict[str, Any], speeds: dict[str, Spread]) -> str:
    corpus = figures["corpus"]
    rounds = max(each.rounds for each in speeds.values())
    rows = [[name, speed.text(1e6, 3)] for name, speed in speeds.items()]
    return "\n".join(
        [
            "# What training costs here",
            "",
            f"{corpus['name']}, {corpus['words']:,} words; medians (lowest–highest) of {rounds} "
            "rounds in which all took turns.",
            "",
            markdown_table(["", "M words/s"], rows),
            "",
            *(f"- {line}" for line in figures["verdict"]),
        ]
    )


def _draw(speeds: dict[str, Spread], figure: Figure) -> None:
    bars(figure, speeds, 1e6, "million words a second")

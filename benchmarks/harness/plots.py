"""The two kinds of pictures: bars with their spread, and lines over a parameter."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, NullLocator

from benchmarks.harness.tables import grouped, spread_of
from w2v.files import atomic_path

Plot = Callable[[Figure], None]
_STYLE: Any = {
    "axes.grid": True, "grid.color": "0.9", "axes.axisbelow": True, "axes.titlesize": "medium",
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "legend.fontsize": "small", "lines.linewidth": 1.2, "lines.markersize": 5,
}  # fmt: skip
# Told apart by mark and line, not by colour, so that they can be told apart in print.
_LINES = ("-", "--", ":", "-.", (0, (1, 3)), (0, (7, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (5, 5)))
_LOOKS = (cycler(marker="os^DvPX*") + cycler(linestyle=_LINES)
          + cycler(markerfacecolor=["black", "white"] * 4))  # fmt: skip


def draw(path: Path, plot: Plot) -> None:
    """Draw a picture aside and rename the file."""
    with mpl.rc_context(_STYLE), atomic_path(path) as aside:
        figure = Figure(figsize=(7.5, 5.2), dpi=150, layout="constrained")
        plot(figure)
        figure.savefig(aside)


def bars(values: Mapping[str, Any], unit: float, label: str, log: bool = False) -> Plot:
    """Return a plot of medians in a unit, whiskers from lowest to highest."""
    each = [spread_of(x) for x in values.values()]
    low, middle, high = ([getattr(x, key) / unit for x in each]
                         for key in ("lowest", "median", "highest"))  # fmt: skip
    off = [[m - x for m, x in zip(middle, low, strict=True)],
           [x - m for m, x in zip(middle, high, strict=True)]]  # fmt: skip
    look: Any = {"xerr": off, "color": "0.85", "edgecolor": "black", "capsize": 3}

    def plot(figure: Figure) -> None:
        figure.set_size_inches(7.5, 1 + 0.35 * max(3, len(values)))
        axes = figure.add_subplot(xlabel=label)
        bars = axes.barh(list(values), middle, **look)
        axes.bar_label(bars, fmt="%.3g", padding=3, fontsize="small")
        axes.set(**{"xscale": "log"} if log else {"xlim": (0, 1.25 * max(high, default=1))})
        axes.invert_yaxis()

    return plot


class Line(NamedTuple):
    """A line of a panel: points, and how far each may be off, or off below and above."""

    x: Any
    y: Any
    off: Any = None


def lines(records: Iterable[Any], name: str, x: str, y: Callable[[Any], float]) -> dict[str, Line]:
    """Return a line for every name that records have, through their values x and y of them."""
    return {key: Line([each[x] for each in of], [y(each) for each in of])
            for key, of in grouped(records, name).items()}  # fmt: skip


class Panel(NamedTuple):
    """Lines over a parameter, joined or not; pale guides; axes in powers of ten: "x" or "xy"."""

    title: str
    x: str
    y: str
    lines: Mapping[str, Line]
    log: str = "xy"
    guides: Sequence[Line] = ()
    ticks: Sequence[float] | None = None
    joined: bool = True


def panels(drawn: Sequence[Panel], most: int, named_at_ends: bool = False) -> Plot:
    """Return a plot of panels, so many in a row, with one legend for the names of all lines.

    Or each line has its name beside its last point.
    """
    columns = min(most, len(drawn))
    rows = -(-len(drawn) // columns)
    names = dict.fromkeys(name for panel in drawn for name in panel.lines)
    looks: dict[str, Any] = dict(zip(names, cycle(_LOOKS), strict=False))

    def plot(figure: Figure) -> None:
        handles: dict[str, Any] = {}
        wide = 5 if named_at_ends else 3.4
        figure.set_size_inches(max(7.5, wide * columns), 3.2 * rows + 0.8)
        grid = figure.subplots(rows, columns, squeeze=False).flat
        for panel, axes in zip(drawn, grid, strict=False):
            for name, line in panel.lines.items():
                look = looks[name] | ({} if panel.joined else {"linestyle": "none"})
                handles[name] = axes.errorbar(*line, color="k", elinewidth=0.8, capsize=2, **look)
            for guide in panel.guides:
                axes.plot(guide.x, guide.y, color="0.6", linewidth=0.8, zorder=0)
            axes.set(xlabel=panel.x, ylabel=panel.y, title=panel.title,
                     **{f"{axis}scale": "log" for axis in panel.log})  # fmt: skip
            if "y" not in panel.log and panel.joined:
                axes.set_ylim(bottom=0)
            if named_at_ends:
                _name_at_ends(axes, panel.lines)
            if panel.ticks is not None:
                axes.set_xticks(panel.ticks)
                axes.xaxis.set_major_formatter(EngFormatter(sep=""))
                axes.xaxis.set_minor_locator(NullLocator())
        for axes in grid:  # that are left
            axes.set_visible(False)
        if handles and not named_at_ends:
            figure.legend(handles.values(), handles, loc="outside lower center", ncols=4)

    return plot


def _name_at_ends(axes: Axes, lines: Mapping[str, Line]) -> None:
    """Write each line's name to the right of its last point, none over another."""
    ends = {name: (line.x[-1], line.y[-1]) for name, line in lines.items()}
    heights = {name: float(axes.transData.transform(end)[1]) for name, end in ends.items()}
    point, lowest, right = axes.figure.dpi / 72, float("inf"), max(x for x, _ in ends.values())
    look: Any = {"textcoords": "offset points", "fontsize": "small"}
    for name, height in sorted(heights.items(), key=lambda each: -each[1]):
        if ends[name][0] < right:  # beside it other lines go on
            axes.annotate(name, ends[name], (0, 7), ha="center", **look)
            continue
        lowest = min(height, lowest - 10 * point)
        axes.annotate(name, ends[name], (7, (lowest - height) / point), va="center", **look)

"""The two kinds of pictures: bars with their spread, and lines over a parameter."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, NullLocator

from benchmarks.harness.report import spread_of

# Told apart by mark and line, not by colour, so that they can be told apart in print.
_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
_LINES = ("-", "--", ":", "-.", (0, (1, 3)), (0, (7, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (5, 5)))


Plot = Callable[[Figure], None]


def bars(
    values: Mapping[str, Any], unit: float, label: str,
    notes: Mapping[str, str] | None = None, log: bool = False,
) -> Plot:  # fmt: skip
    """Return a plot of medians in a unit, whiskers from lowest to highest, and notes behind."""
    each = [spread_of(value) for value in values.values()]
    low, middle, high = ([getattr(x, key) / unit for x in each]
                         for key in ("lowest", "median", "highest"))  # fmt: skip
    off = [[m - x for m, x in zip(middle, low, strict=True)],
           [x - m for m, x in zip(middle, high, strict=True)]]  # fmt: skip
    look: Any = {"xerr": off, "color": "0.85", "edgecolor": "black", "capsize": 3}
    texts = [f"{x:.3g}{(notes or {}).get(key, '')}" for key, x in zip(values, middle, strict=True)]

    def draw(figure: Figure) -> None:
        figure.set_size_inches(7.5, 1 + 0.35 * max(3, len(values)))
        axes = _plain_axes(figure.add_subplot(), label, "")
        drawn = axes.barh(list(values), middle, **look)
        axes.bar_label(drawn, texts, padding=3, fontsize="small")
        if log:
            axes.set_xscale("log")
        else:
            axes.set_xlim(0, 1.25 * max(high, default=1))
        axes.invert_yaxis()

    return draw


class Line(NamedTuple):
    """A line of a panel: points, and how far each may be off, or off below and above."""

    x: Any
    y: Any
    off: Any = None


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


def panels(drawn: Sequence[Panel], most: int) -> Plot:
    """Return a plot of panels, so many in a row, with one legend for the names of all lines."""
    columns = min(most, len(drawn))
    rows, look = -(-len(drawn) // columns), {"ncols": 4, "frameon": False, "fontsize": "small"}
    names = list(dict.fromkeys(name for panel in drawn for name in panel.lines))
    handles: dict[str, Any] = {}

    def draw(figure: Figure) -> None:
        figure.set_size_inches(max(7.5, 3.4 * columns), 3.2 * rows + 0.8)
        grid = list(figure.subplots(rows, columns, squeeze=False).flat)
        for axes, panel in zip(grid, drawn, strict=False):
            for name, line in panel.lines.items():
                style = _style(names.index(name)) | ({} if panel.joined else {"linestyle": "none"})
                handles[name] = axes.errorbar(*line, elinewidth=0.8, capsize=2, **style)
            for guide in panel.guides:
                axes.plot(guide.x, guide.y, color="0.6", linewidth=0.8, zorder=0)
            _frame(_plain_axes(axes, panel.x, panel.y, panel.title), panel)
        for axes in grid[len(drawn) :]:
            axes.set_visible(False)
        if handles:
            lines = [handles[name] for name in names]
            figure.legend(lines, names, loc="outside lower center", **look)

    return draw


def _style(i: int) -> dict[str, Any]:
    look = {"color": "black", "linewidth": 1.2, "markersize": 5}
    mark, line = _MARKS[i % len(_MARKS)], _LINES[i % len(_LINES)]
    fill = "white" if i % 2 else "black"
    return {**look, "marker": mark, "linestyle": line, "markerfacecolor": fill}


def _frame(axes: Axes, panel: Panel) -> None:
    if "x" in panel.log:
        axes.set_xscale("log")
    if "y" in panel.log:
        axes.set_yscale("log")
    elif panel.joined:
        axes.set_ylim(bottom=0)
    if panel.ticks is not None:
        axes.set_xticks(panel.ticks)
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.xaxis.set_minor_locator(NullLocator())


def _plain_axes(axes: Axes, x: str, y: str, title: str = "") -> Axes:
    """Give axes their labels, a pale grid and no frame."""
    axes.set(xlabel=x, ylabel=y)
    axes.set_title(title, fontsize="medium")
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return axes

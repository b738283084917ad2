"""The two kinds of pictures: bars with their spread, and lines over a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, NullLocator

from w2v.bench.rounds import Spread

# Told apart by mark and line, not by colour, so that they can be told apart in print.
_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
_LINES = ("-", "--", ":", "-.", (0, (1, 3)), (0, (7, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (5, 5)))


def bars(
    figure: Figure,
    values: Mapping[str, Spread],
    unit: float,
    label: str,
    *,
    notes: Mapping[str, str] | None = None,
    log: bool = False,
) -> None:
    """Draw medians in a unit as bars, with whiskers from lowest to highest, and notes behind."""
    figure.set_size_inches(7.5, 1 + 0.35 * max(3, len(values)))
    axes = figure.add_subplot()
    plain_axes(axes, label, "")
    middle = [each.median / unit for each in values.values()]
    below = [(each.median - each.lowest) / unit for each in values.values()]
    above = [(each.highest - each.median) / unit for each in values.values()]
    drawn = axes.barh(
        list(values), middle, xerr=[below, above], color="0.85", edgecolor="black", capsize=3
    )
    texts = [
        f"{x:.3g}{(notes or {}).get(name, '')}" for name, x in zip(values, middle, strict=True)
    ]
    axes.bar_label(drawn, texts, padding=3, fontsize="small")
    if log:
        axes.set_xscale("log")
    else:
        axes.set_xlim(0, 1.25 * max((each.highest / unit for each in values.values()), default=1))
    axes.invert_yaxis()


class Line(NamedTuple):
    """A line of a panel: points, and how far each may be off, or off below and above."""

    x: Any
    y: Any
    off: Any = None


class Panel(NamedTuple):
    """Lines over a parameter, joined or not, and pale guides behind them.

    ``log`` names the axes in powers of ten: ``"x"`` or ``"xy"``.
    """

    title: str
    x: str
    y: str
    lines: Mapping[str, Line]
    log: str = "xy"
    guides: Sequence[Line] = ()
    ticks: Sequence[float] | None = None
    joined: bool = True


def panels(figure: Figure, drawn: Sequence[Panel], columns: int) -> None:
    """Draw panels in rows, with one legend for the names of all lines."""
    columns = min(columns, len(drawn))
    rows = -(-len(drawn) // columns)
    figure.set_size_inches(max(7.5, 3.4 * columns), 3.2 * rows + 0.8)
    grid = figure.subplots(rows, columns, squeeze=False).flat
    names = list(dict.fromkeys(name for panel in drawn for name in panel.lines))
    handles: dict[str, Any] = {}
    for axes, panel in zip(grid, drawn, strict=False):
        for name, line in panel.lines.items():
            style = _style(names.index(name)) | ({} if panel.joined else {"linestyle": "none"})
            drawn_line = axes.errorbar(*line, elinewidth=0.8, capsize=2, **style)
            handles.setdefault(name, drawn_line)
        for guide in panel.guides:
            axes.plot(guide.x, guide.y, color="0.6", linewidth=0.8, zorder=0)
        _frame(axes, panel)
    for axes in figure.axes[len(drawn) :]:
        axes.set_visible(False)
    if handles:
        figure.legend(
            [handles[name] for name in names], names, loc="outside lower center", ncols=4,
            frameon=False, fontsize="small",
        )  # fmt: skip


def _style(i: int) -> dict[str, Any]:
    look = {"color": "black", "linewidth": 1.2, "markersize": 5}
    mark, line = _MARKS[i % len(_MARKS)], _LINES[i % len(_LINES)]
    fill = "white" if i % 2 else "black"
    return {**look, "marker": mark, "linestyle": line, "markerfacecolor": fill}


def _frame(axes: Axes, panel: Panel) -> None:
    plain_axes(axes, panel.x, panel.y, panel.title)
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


def plain_axes(axes: Axes, x: str, y: str, title: str = "") -> None:
    """Give axes their labels, a pale grid and no frame."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, fontsize="medium")
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)

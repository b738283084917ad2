"""How training time grows, as small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from benchmarks.report import line_style, plain_axes
from benchmarks.scaling_report import HEADS, UNITS, Record, linear_cost, panels

_COLUMNS = 4
_SPEED = ("threads, same text", "threads, as much text each", "batch")


def draw(figure: Figure, records: Sequence[Record]) -> None:
    """Draw speed against threads and batches, and the cost of a word against all else.

    Parameters
    ----------
    figure : Figure
    records : sequence of dict
        What ``scaling.json`` holds as ``results``.
    """
    grouped = panels(records)
    rows = -(-len(grouped) // _COLUMNS)
    figure.set_size_inches(3.2 * _COLUMNS, 3 * rows + 0.5)
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).flat
    styles: dict[str, dict[str, Any]] = {}
    for axes, (panel, group) in zip(grid, grouped.items(), strict=False):
        for name, points in group.items():
            style = styles.setdefault(name, line_style(len(styles)))
            _line(axes, panel, points, {**style, "label": name})
        _frame(axes, panel, [point for points in group.values() for point in points])
        if panel == "batch":
            axes.legend(frameon=False, fontsize="x-small")
    for axes in list(figure.axes)[len(grouped) :]:
        axes.set_visible(False)
    lines, names = figure.axes[0].get_legend_handles_labels()
    if names:
        figure.legend(lines, names, loc="outside lower center", ncols=4, frameon=False)


def _line(axes: Axes, panel: str, points: Sequence[Record], style: dict[str, Any]) -> None:
    x = [point["value"] for point in points]
    middle, low, high = (
        np.array([point["words_per_second"][key] for point in points])
        for key in ("median", "lowest", "highest")
    )
    if panel in _SPEED:
        y, below, above = middle / 1e6, low / 1e6, high / 1e6
    else:
        y, below, above = 1e9 / middle, 1e9 / high, 1e9 / low
    axes.errorbar(x, y, [y - below, above - y], elinewidth=0.8, capsize=2, **style)
    if panel in UNITS and len(points) > 2:
        a, b, _ = linear_cost(points)
        fine = np.geomspace(min(x), max(x), 50)
        axes.plot(fine, a + b * fine, color="0.6", linewidth=0.8, zorder=0)
    if panel.startswith("threads"):
        ideal = np.array([x[0], x[-1]], dtype=float)
        axes.plot(ideal, y[0] / x[0] * ideal, color="0.6", linewidth=0.8, zorder=0)


def _frame(axes: Axes, panel: str, points: Sequence[Record]) -> None:
    speed = panel in _SPEED
    plain_axes(axes, HEADS[panel], "million words a second" if speed else "ns a word", panel)
    axes.set_xscale("log")
    values = sorted({point["value"] for point in points})
    axes.set_xticks(values, [_short(value) for value in values])
    axes.xaxis.set_minor_locator(NullLocator())
    if panel in UNITS or panel == "batch":
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)


def _short(value: int) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size and (value * 10) % size == 0:
            return f"{value / size:g}{letter}"
    return str(value)

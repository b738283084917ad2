"""What a benchmark leaves behind: figures, a table and a picture, with how they were made."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import describe_machine, revision, stolen_seconds, usable_cores
from benchmarks.rounds import Spread
from w2v.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Every benchmark is a process of its own: this is how the machine was before it.
_LOAD_BEFORE = round(os.getloadavg()[0], 2)
_BEGIN, _STOLEN_BEFORE = time.monotonic(), stolen_seconds()

# Told apart by mark and line, not by colour, so that they can be told apart in print.
_STYLES: tuple[dict[str, Any], ...] = (
    {"marker": "o", "linestyle": "-", "markerfacecolor": "black"},
    {"marker": "s", "linestyle": "--", "markerfacecolor": "white"},
    {"marker": "^", "linestyle": ":", "markerfacecolor": "black"},
    {"marker": "D", "linestyle": "-.", "markerfacecolor": "white"},
    {"marker": "v", "linestyle": (0, (1, 3)), "markerfacecolor": "black"},
    {"marker": "P", "linestyle": (0, (7, 2)), "markerfacecolor": "white"},
    {"marker": "X", "linestyle": (0, (3, 1, 1, 1, 1, 1)), "markerfacecolor": "black"},
    {"marker": "*", "linestyle": (0, (10, 3, 2, 3)), "markerfacecolor": "white"},
    {"marker": "<", "linestyle": (0, (5, 5)), "markerfacecolor": "black"},
    {"marker": ">", "linestyle": (0, (1, 1)), "markerfacecolor": "white"},
)
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++", "ooo", "|||")
"""Fillings of bars, told apart in print."""


def write(
    folder: Path,
    name: str,
    figures: Mapping[str, Any],
    table: str,
    plot: Callable[[Figure], None] | None = None,
) -> str:
    """Write ``<name>.json``, ``<name>.md`` and ``<name>.png``, each aside and renamed.

    The machine, the command, the time and the load before and after stand in the first two.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    name : str
    figures : mapping
        What was measured, as JSON; NumPy numbers are converted.
    table : str
        Markdown, a heading first.
    plot : callable, optional
        Draws on the figure that it is given.

    Returns
    -------
    str
        The Markdown as it was written.
    """
    made = {
        "command": shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision(),
        "seconds": round(time.monotonic() - _BEGIN),
        "load_average": [_LOAD_BEFORE, round(os.getloadavg()[0], 2)],
        "stolen_percent": _stolen_percent(),
    }
    machine = describe_machine()
    page = f"{table.rstrip()}\n\n{_provenance(machine, made)}\n"
    everything = {"machine": machine, "made": made, **figures}
    text = json.dumps(everything, indent=1, ensure_ascii=False, default=_plain)
    for suffix, content in ((".json", text + "\n"), (".md", page)):
        with atomic_path(folder / f"{name}{suffix}") as aside:
            aside.write_text(content, encoding="utf-8")
    if plot:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7.5, 5.2), dpi=150, layout="constrained")
        plot(figure)
        with atomic_path(folder / f"{name}.png") as aside:
            figure.savefig(aside)
    return page


def _provenance(machine: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    before, after = made["load_average"]
    cpu = f"{machine['cpu']}{processor_details(machine)}, {machine['cores']} cores"
    return (
        f"`{made['command']}` at {made['revision']}, {made['seconds']} s, on {cpu}, "
        f"{machine['memory_gib']} GiB; load {before} before and {after} after, "
        f"{made['stolen_percent']} % of the cores' time taken by the host; Python "
        f"{machine['python']}, NumPy {machine['numpy']}, Numba {machine['numba']}; {made['when']}."
    )


def processor_details(machine: Mapping[str, Any]) -> str:
    """Return in brackets what tells a processor from others of its name, where it is known."""
    names = {
        "cpu_family_and_model": "family/model",
        "vectors": "",
        "cache_l2": "L2",
        "cache_l3": "L3",
    }
    known = [f"{name} {machine[key]}".strip() for key, name in names.items() if machine.get(key)]
    return f" ({', '.join([*known, *['virtual'] * bool(machine.get('virtual'))])})" if known else ""


def _stolen_percent() -> float:
    passed = max(1e-3, time.monotonic() - _BEGIN) * usable_cores()
    return round(100 * (stolen_seconds() - _STOLEN_BEFORE) / passed, 1)


def _plain(value: Any) -> Any:
    """Return a NumPy number or array as Python's own."""
    return value.tolist()


def output_layer(negative: int) -> str:
    """Say what is trained with so many negatives."""
    return f"{negative} negatives" if negative else "hierarchical softmax"


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table, its first column to the left and the others to the right.

    Parameters
    ----------
    columns : sequence of str
    rows : iterable of sequences
        A cell for every column; None is shown as a dash.
    """
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1)]
    lines += [f"| {' | '.join('–' if x is None else str(x) for x in row)} |" for row in rows]
    return "\n".join(lines)


def line_style(i: int) -> dict[str, Any]:
    """Return what the i-th line of a plot is drawn with: ``axes.plot(x, y, **line_style(0))``."""
    return {"color": "black", "linewidth": 1.2, "markersize": 5, **_STYLES[i % len(_STYLES)]}


def plain_axes(axes: Axes, x: str, y: str, title: str = "") -> None:
    """Give axes their labels, a pale grid and no frame."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if title:
        axes.set_title(title, fontsize="medium")
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def bars(figure: Figure, values: Mapping[str, Spread], unit: float, label: str) -> None:
    """Draw medians as bars, one below the other, with whiskers from lowest to highest.

    Parameters
    ----------
    figure : Figure
        Made as high as the bars need.
    values : mapping of str to Spread
    unit : float
        What values are divided by.
    label : str
        Of the axis.
    """
    figure.set_size_inches(7.5, 1 + 0.35 * max(3, len(values)))
    axes = figure.add_subplot()
    plain_axes(axes, label, "")
    middle = [each.median / unit for each in values.values()]
    below = [(each.median - each.lowest) / unit for each in values.values()]
    above = [(each.highest - each.median) / unit for each in values.values()]
    drawn = axes.barh(
        list(values), middle, xerr=[below, above], color="0.85", edgecolor="black", capsize=3
    )
    axes.bar_label(drawn, fmt="%.3g", padding=3, fontsize="small")
    axes.invert_yaxis()

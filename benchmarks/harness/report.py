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

from benchmarks.harness.machine import (
    describe_machine,
    processor_details,
    revision,
    stolen_seconds,
    usable_cores,
)
from w2v.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Plot = Callable[["Figure"], None]

# Every benchmark is a process of its own: this is how the machine was before it.
_LOAD_BEFORE = round(os.getloadavg()[0], 2)
_BEGIN, _STOLEN_BEFORE = time.monotonic(), stolen_seconds()


def write(folder: Path, name: str, figures: Mapping[str, Any], page: str, plot: Plot) -> str:
    """Write ``<name>.json``, ``<name>.md`` and ``<name>.png``, each aside and renamed.

    The machine, the command, the time and the load before and after stand in the first two. The
    Markdown is returned as it was written.
    """
    passed = max(1e-3, time.monotonic() - _BEGIN) * usable_cores()
    made = {
        "command": shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision(),
        "seconds": round(time.monotonic() - _BEGIN),
        "load_average": [_LOAD_BEFORE, round(os.getloadavg()[0], 2)],
        "stolen_percent": round(100 * (stolen_seconds() - _STOLEN_BEFORE) / passed, 1),
    }
    machine = describe_machine()
    page = f"{page.rstrip()}\n\n{_provenance(machine, made)}\n"
    write_json(folder / f"{name}.json", {"machine": machine, "made": made, **figures})
    write_text(folder / f"{name}.md", page)
    write_picture(folder / f"{name}.png", plot)
    return page


def write_json(path: Path, figures: Mapping[str, Any]) -> None:
    """Write figures aside and rename the file; NumPy's become Python's."""

    def plain(value: Any) -> Any:
        return value.tolist() if hasattr(value, "tolist") else str(value)

    write_text(path, json.dumps(figures, indent=1, ensure_ascii=False, default=plain) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text aside and rename the file."""
    with atomic_path(path) as aside:
        aside.write_text(text, encoding="utf-8")


def write_picture(path: Path, plot: Plot) -> None:
    """Draw a picture aside and rename the file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 5.2), dpi=150, layout="constrained")
    plot(figure)
    with atomic_path(path) as aside:
        figure.savefig(aside)


def _provenance(machine: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    before, after = made["load_average"]
    cpu = f"{machine['cpu']}{processor_details(machine)}, {machine['cores']} cores"
    return (
        f"`{made['command']}` at {made['revision']}, {made['seconds']} s, on {cpu}, "
        f"{machine['memory_gib']} GiB; load {before} before and {after} after, "
        f"{made['stolen_percent']} % of the cores' time taken by the host; Python "
        f"{machine['python']}, NumPy {machine['numpy']}, Numba {machine['numba']}; {made['when']}."
    )


def page(title: str, *parts: str | Sequence[str]) -> str:
    """Return a page of paragraphs, tables and lists; what is empty is left out."""
    texts = [each if isinstance(each, str) else "\n".join(f"- {x}" for x in each) for each in parts]
    return "\n\n".join([f"# {title}", *(text for text in texts if text)])


def left_out(reasons: Iterable[str]) -> list[str]:
    """Return the lines that say what was left out."""
    return [f"Left out: {each}." for each in reasons]


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table, its first column to the left and the others to the right.

    None in a row is shown as a dash.
    """
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1)]
    lines += [f"| {' | '.join('–' if x is None else str(x) for x in row)} |" for row in rows]
    return "\n".join(lines)


def pivot(corner: str, cells: Mapping[Any, object], columns: Sequence[object] | None = None) -> str:
    """Return a table of cells by row and column, by default in the order in which they come."""
    rows, found = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    columns = found if columns is None else columns
    lines = [[row, *(cells.get((row, column)) for column in columns)] for row in rows]
    return markdown_table([corner, *map(str, columns)], lines)


def output_layer(negative: int) -> str:
    """Say what is trained with so many negatives."""
    return f"{negative} negatives" if negative else "hierarchical softmax"

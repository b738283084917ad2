"""What a benchmark leaves behind: figures, a table and a picture, with how they were made."""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from matplotlib.figure import Figure

from benchmarks.harness.machine import describe_machine, processor_details, revision, usable_cores
from w2v.bench.rounds import Spread
from w2v.files import atomic_path


def _machine_now() -> tuple[float, float, float]:
    """Return the time, the load, and the seconds that a host has kept all cores waiting."""
    stolen = getattr(psutil.cpu_times(), "steal", 0.0)
    return time.monotonic(), round(os.getloadavg()[0], 2), stolen


_BEFORE = _machine_now()  # every benchmark is a process of its own


def write(
    folder: Path, name: str, figures: Mapping[str, Any], page: str, plot: Callable[[Figure], None]
) -> str:
    """Write ``<name>.json``, ``<name>.md`` and ``<name>.png``, each aside and renamed.

    The machine, the command, the time and the load before and after stand in the first two. The
    Markdown is returned as it was written.
    """
    machine, (begin, load_before, stolen_before) = describe_machine(), _BEFORE
    end, load, stolen = _machine_now()
    passed = max(1e-3, end - begin) * usable_cores()
    made: dict[str, Any] = {
        "command": shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision(),
        "seconds": round(end - begin),
        "load_average": [load_before, load],
        "stolen_percent": round(100 * (stolen - stolen_before) / passed, 1),
    }
    provenance = (
        f"`{made['command']}` at {made['revision']}, {made['seconds']} s, on {machine['cpu']}"
        f"{processor_details(machine)}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"load {load_before} before and {load} after, {made['stolen_percent']} % of the cores' "
        f"time taken by the host; Python {machine['python']}, NumPy {machine['numpy']}, Numba "
        f"{machine['numba']}; {made['when']}."
    )
    page = f"{page.rstrip()}\n\n{provenance}\n"
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


def write_picture(path: Path, plot: Callable[[Figure], None]) -> None:
    """Draw a picture aside and rename the file."""
    figure = Figure(figsize=(7.5, 5.2), dpi=150, layout="constrained")
    plot(figure)
    with atomic_path(path) as aside:
        figure.savefig(aside)


def page(title: str, *parts: str | Sequence[str]) -> str:
    """Return a page of paragraphs, tables and lists; what is empty is left out."""
    texts = [each if isinstance(each, str) else "\n".join(f"- {x}" for x in each) for each in parts]
    return "\n\n".join([f"# {title}", *(text for text in texts if text)])


def left_out(reasons: Iterable[str]) -> list[str]:
    """Return the lines that say what was left out."""
    return [f"Left out: {each}." for each in reasons]


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table, its first column to the left, the others to the right; None is a dash."""
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1)]
    lines += [f"| {' | '.join('–' if x is None else str(x) for x in row)} |" for row in rows]
    return "\n".join(lines)


def pivot(corner: str, cells: Mapping[Any, object], columns: Sequence[object] | None = None) -> str:
    """Return a table of cells by row and column, by default in the order in which they come."""
    rows, found = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    columns = found if columns is None else columns
    lines = [[row, *(cells.get((row, column)) for column in columns)] for row in rows]
    return markdown_table([corner, *map(str, columns)], lines)


def spread_of(values: Any) -> Spread:
    """Return the spread of measurements, or the one whose fields these are."""
    if isinstance(values, Spread):
        return values
    return Spread(**values) if isinstance(values, Mapping) else Spread.of(values)


def shown(values: Any, unit: float = 1, digits: int = 2) -> str | None:
    """Return ``median (lowest–highest)`` of measurements or of a spread's fields, where any are."""
    return spread_of(values).text(unit, digits) if values else None


def output_layer(negative: int) -> str:
    """Say what is trained with so many negatives."""
    return f"{negative} negatives" if negative else "hierarchical softmax"

"""What a benchmark leaves behind: figures, a table and a picture, with how they were made."""

import json
import os
import shlex
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.harness.machine import describe_machine, processor_details, revision, usable_cores
from benchmarks.harness.plots import Plot, draw
from w2v.files import atomic_path

Figures = Mapping[str, Any]
Part = str | Sequence[str]
"""Of a page: a paragraph, a table, or the items of a list."""
MEDIANS = (
    "Medians, in brackets the lowest and the highest, of rounds in which all took turns; ratios "
    "are taken within a round."
)


def _machine_now() -> tuple[float, float, float]:
    """Return the time, the load, and the seconds that a host has kept all cores waiting."""
    stolen = getattr(psutil.cpu_times(), "steal", 0.0)
    return time.monotonic(), round(os.getloadavg()[0], 2), stolen


_BEFORE = _machine_now()  # every benchmark is a process of its own


def write(
    folder: Path, name: str, title: str, figures: Figures, parts: Iterable[Part], plot: Plot
) -> str:
    """Write ``<name>.json``, ``<name>.md`` and ``<name>.png``, and return the Markdown.

    Of the figures, all plain ones and the setting stand above a page's parts; what was left out,
    the machine, the command, the time and the load before and after stand below.
    """
    machine, (begin, load_before, stolen_before) = describe_machine(), _BEFORE
    end, load, stolen = _machine_now()
    passed = max(1e-3, end - begin) * usable_cores()
    made: dict[str, Any] = {
        "command": shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        "when": datetime.now(UTC).isoformat(timespec="seconds"), "revision": revision(),
        "seconds": round(end - begin), "load_average": [load_before, load],
        "stolen_percent": round(100 * (stolen - stolen_before) / passed, 1),
    }  # fmt: skip
    provenance = (
        f"`{made['command']}` at {made['revision']}, {made['seconds']} s, on {machine['cpu']}"
        f"{processor_details(machine)}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"load {load_before} before and {load} after, {made['stolen_percent']} % of the cores' "
        f"time taken by the host; Python {machine['python']}, NumPy {machine['numpy']}, Numba "
        f"{machine['numba']}; {made['when']}."
    )
    left_out = [f"Left out: {reason}." for reason in figures.get("left_out", ())]
    text = page(title, _setting(figures), *parts, left_out, provenance)
    write_json(folder / f"{name}.json", {"machine": machine, "made": made, **figures})
    write_text(folder / f"{name}.md", text)
    draw(folder / f"{name}.png", plot)
    return text


def _setting(figures: Figures) -> str:
    """Return a line of what was measured, and with what."""
    plain = dict(figures)
    for name in ("text", "settings", "setting"):
        plain |= figures[name] if isinstance(figures.get(name), Mapping) else {}
    return "; ".join(
        f"{key.replace('_', ' ')} {value:,}" if type(value) is int else f"{key} {value}"
        for key, value in plain.items() if value != "" and type(value) in (str, int, float)
    )  # fmt: skip


def write_json(path: Path, figures: Figures) -> None:
    """Write figures aside and rename the file; NumPy's become Python's."""

    def plain(value: Any) -> Any:
        return value.tolist() if hasattr(value, "tolist") else str(value)

    write_text(path, json.dumps(figures, indent=1, ensure_ascii=False, default=plain) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Return a file of results, or nothing where it is not."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def write_text(path: Path, text: str) -> None:
    """Write a text aside and rename the file."""
    with atomic_path(path) as aside:
        aside.write_text(text, encoding="utf-8")


def page(title: str, *parts: Part) -> str:
    """Return a page of paragraphs, tables and lists; what is empty is left out."""
    texts = [each if isinstance(each, str) else "\n".join(f"- {x}" for x in each) for each in parts]
    return "\n\n".join([f"# {title}", *(text for text in texts if text)]) + "\n"

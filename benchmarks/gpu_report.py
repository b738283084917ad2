"""What the GPU benchmarks leave behind: results as they come, tables and plots."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import describe_machine
from benchmarks.report import line_style, markdown_table, plain_axes
from w2v.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Results = dict[str, Any]


class Report:
    """Results in a file, to which each is added as soon as it is there.

    Parameters
    ----------
    folder : Path
        With ``gpu.json``, or where it is to be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "gpu.json"
        self.results: Results = {"machine": describe_machine()}
        if self.file.exists():
            self.results = json.loads(self.file.read_text(encoding="utf-8"))

    def set(self, name: str, value: Any) -> None:
        """Keep a result."""
        self.results[name] = value
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.results, indent=1, ensure_ascii=False, default=_plain)
        with atomic_path(self.file) as aside:
            aside.write_text(text + "\n", encoding="utf-8")

    def add(self, section: str, name: str, measure: Callable[[], Any]) -> Any:
        """Measure; a failure is a result too, and does not keep others from being had."""
        begin = time.perf_counter()
        try:
            value = measure()
        except Exception as error:  # of a peer, or of memory: say so in the table
            value = (f"{type(error).__name__}: {error}".strip().splitlines() or [""])[0]
        seconds = time.perf_counter() - begin
        self.set(section, self.results.get(section, {}) | {name: value})
        print(f"{section}: {name}: {value} ({seconds:.1f} s)", file=sys.stderr, flush=True)
        return value


def _plain(value: Any) -> Any:
    """Return a NumPy number or array as Python's own, and anything else as text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def write_page(results: Results, folder: Path) -> str:
    """Write ``gpu.md`` and the plots, and return the Markdown."""
    page = table(results)
    with atomic_path(folder / "gpu.md") as aside:
        aside.write_text(page, encoding="utf-8")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return page
    for name, plot in (("gpu-speed", _draw_speed), ("gpu-batches", _draw_batches)):
        figure = Figure(figsize=(7.5, 4.5), dpi=150, layout="constrained")
        if plot(results, figure):
            with atomic_path(folder / f"{name}.png") as aside:
                figure.savefig(aside)
    return page


def millions(value: Any) -> str:
    """Return words a second in millions, or why there are none."""
    if isinstance(value, dict):
        value = value.get("words_per_second")
    if value is None:
        return "not at hand"
    return value if isinstance(value, str) else f"{value / 1e6:.3g}"


def table(results: Results) -> str:
    """Return all results as Markdown."""
    parts = [f"# {results.get('card', 'GPU')}", _parts(results), _smoke(results)]
    parts += [_speed(results), _quality(results), _batches(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _parts(results: Results) -> str:
    rows = [(name, said) for name, said in results.get("parts", {}).items()]
    rows += [(f"tests: {name}", said) for name, said in results.get("tests", {}).items()]
    return markdown_table(("part", "how it went"), rows)


def _smoke(results: Results) -> str:
    rows = [(name, _short(value)) for name, value in results.get("smoke", {}).items()]
    return markdown_table(("at first", "found"), rows) if rows else ""


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(x)}" for key, x in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _speed(results: Results) -> str:
    copy = results.get("bandwidth", {}).get("copy, bytes/s")
    known = isinstance(copy, float)
    rows = []
    for section, label in (("gpu", "GPU, "), ("long", "GPU, "), ("cpu", "CPU, "), ("peers", "")):
        for name, value in results.get(section, {}).items():
            share = loss = finite = None
            if isinstance(value, dict):
                moved = value.get("bytes_per_second")
                share = f"{moved / copy:.0%}" if known and moved and section != "cpu" else None
                loss, finite = f"{value['loss']:.4f}", "yes" if value["finite"] else "no"
            rows.append((label + name, millions(value), share, loss, finite))
    if not rows:
        return ""
    heading = f"Copying on the card: {copy / 1e12:.2f} TB/s." if known else f"Copying: {copy}."
    columns = ("system", "M words/s", "share of copy bandwidth", "loss", "finite")
    return f"{heading}\n\n{markdown_table(columns, rows)}"


def _quality(results: Results) -> str:
    measured = results.get("quality", {})
    if not measured:
        return "Quality has not been measured."
    tasks = sorted(
        {t for v in measured.values() if isinstance(v, dict) for t in v.get("scores", {})}
    )
    rows = []
    for name, value in measured.items():
        scores = value.get("scores", {}) if isinstance(value, dict) else {}
        cells = [f"{scores[t]:.3f}" if t in scores else None for t in tasks]
        rows.append((name, millions(value), *cells))
    return markdown_table(("books-18m, 3 epochs", "M words/s", *tasks), rows)


def _by_batch(results: Results) -> dict[str, dict[int, Any]]:
    lines: dict[str, dict[int, Any]] = {}
    for name, value in results.get("batches", {}).items():
        label, _, batch = name.rpartition(", ")
        lines.setdefault(label, {})[int(batch)] = value
    return lines


def _batches(results: Results) -> str:
    lines = _by_batch(results)
    if not lines:
        return ""
    sizes = sorted({batch for values in lines.values() for batch in values})
    rows = [
        (label, *(millions(values[b]) if b in values else None for b in sizes))
        for label, values in lines.items()
    ]
    columns = ("minibatch engine, M words/s, by batch", *(f"{b:,}" for b in sizes))
    return markdown_table(columns, rows)


def _draw_speed(results: Results, figure: Figure) -> bool:
    speeds = {}
    for section in ("gpu", "cpu", "peers"):
        for name, value in results.get(section, {}).items():
            speed = value.get("words_per_second") if isinstance(value, dict) else value
            if isinstance(speed, float):
                speeds[name if section == "peers" else f"{section.upper()}, {name}"] = speed
    if not speeds:
        return False
    figure.set_size_inches(7.5, 1 + 0.35 * len(speeds))
    axes = figure.add_subplot()
    plain_axes(axes, "million words a second", "")
    values = [speed / 1e6 for speed in speeds.values()]
    drawn = axes.barh(list(speeds), values, color="0.85", edgecolor="black")
    axes.bar_label(drawn, fmt="%.3g", padding=3, fontsize="small")
    axes.set_xscale("log")
    axes.invert_yaxis()
    return True


def _draw_batches(results: Results, figure: Figure) -> bool:
    axes, drawn = figure.add_subplot(), 0
    for label, values in _by_batch(results).items():
        points = {batch: v for batch, v in values.items() if isinstance(v, float)}
        if points:
            axes.loglog(list(points), list(points.values()), label=label, **line_style(drawn))
            drawn += 1
    plain_axes(axes, "batch", "words a second")
    if drawn:
        axes.legend(fontsize="small")
    return drawn > 0

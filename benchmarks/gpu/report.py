"""What the GPU benchmarks leave behind: results as they come, tables and plots."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness.machine import describe_machine
from benchmarks.harness.plots import Line, Panel, bars, panels
from benchmarks.harness.report import (
    markdown_table,
    page,
    pivot,
    write_json,
    write_picture,
    write_text,
)

Results = dict[str, Any]


class Report:
    """Results in ``gpu.json``, to which each is added as soon as it is there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "gpu.json"
        self.results: Results = {"machine": describe_machine()}
        if self.file.exists():
            self.results = json.loads(self.file.read_text(encoding="utf-8"))

    def set(self, name: str, value: Any) -> None:
        """Keep a result."""
        self.results[name] = value
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.file, self.results)

    def add(self, section: str, name: str, measure: Callable[[], Any]) -> None:
        """Measure; a failure is a result too, and does not keep others from being had."""
        begin = time.perf_counter()
        try:
            value = measure()
        except Exception as error:  # of a peer, or of memory: say so in the table
            value = (f"{type(error).__name__}: {error}".strip().splitlines() or [""])[0]
        seconds = time.perf_counter() - begin
        self.set(section, self.results.get(section, {}) | {name: value})
        print(f"{section}: {name}: {value} ({seconds:.1f} s)", file=sys.stderr, flush=True)


def write_page(results: Results, folder: Path) -> str:
    """Write ``gpu.md`` and the plots, and return the Markdown."""
    text = page(results.get("card", "GPU"), *_sections(results)) + "\n"
    write_text(folder / "gpu.md", text)
    speeds = {name if section == "peers" else f"{section.upper()}, {name}": [_speed(value)]
              for section in ("gpu", "cpu", "peers")
              for name, value in results.get(section, {}).items()
              if isinstance(_speed(value), float)}  # fmt: skip
    if speeds:
        plot = bars(speeds, 1e6, "million words a second", log=True)
        write_picture(folder / "gpu-speed.png", plot)
    points: dict[str, dict[int, float]] = {}
    for (label, batch), value in _batches(results).items():
        if isinstance(value, float):
            points.setdefault(label, {})[batch] = value
    if lines := {name: Line(list(each), list(each.values())) for name, each in points.items()}:
        plot = panels([Panel("", "batch", "words a second", lines)], 1)
        write_picture(folder / "gpu-batches.png", plot)
    return text


def _sections(results: Results) -> Iterator[str]:
    rows = list(results.get("parts", {}).items())
    rows += [(f"tests: {name}", said) for name, said in results.get("tests", {}).items()]
    yield markdown_table(("part", "how it went"), rows)
    if smoke := results.get("smoke"):
        found = [(name, _short(value)) for name, value in smoke.items()]
        yield markdown_table(("at first", "found"), found)
    copy = results.get("bandwidth", {}).get("copy, bytes/s")
    if speeds := list(_speed_rows(results, copy)):
        known = isinstance(copy, float)
        yield f"Copying on the card: {copy / 1e12:.2f} TB/s." if known else f"Copying: {copy}."
        columns = ("system", "M words/s", "share of copy bandwidth", "loss", "finite")
        yield markdown_table(columns, speeds)
    quality = {}
    for name, value in results.get("quality", {}).items():
        quality[name, "M words/s"] = _millions(value)
        scores = value.get("scores", {}) if isinstance(value, dict) else {}
        quality |= {(name, task): f"{score:.3f}" for task, score in scores.items()}
    yield pivot("books-18m, 3 epochs", quality) if quality else "Quality has not been measured."
    if batches := {(label, f"{n:,}"): _millions(x) for (label, n), x in _batches(results).items()}:
        yield pivot("minibatch engine, M words/s, by batch", batches)


def _speed_rows(results: Results, copy: Any) -> Iterator[tuple[object, ...]]:
    for section, label in (("gpu", "GPU, "), ("long", "GPU, "), ("cpu", "CPU, "), ("peers", "")):
        for name, value in results.get(section, {}).items():
            share = loss = finite = None
            if isinstance(value, dict):
                moved = value.get("bytes_per_second")
                if isinstance(copy, float) and moved and section != "cpu":
                    share = f"{moved / copy:.0%}"
                loss, finite = f"{value['loss']:.4f}", "yes" if value["finite"] else "no"
            yield label + name, _millions(value), share, loss, finite


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(x)}" for key, x in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _speed(value: Any) -> Any:
    return value.get("words_per_second") if isinstance(value, dict) else value


def _millions(value: Any) -> str:
    """Return words a second in millions, or why there are none."""
    speed = _speed(value)
    if speed is None:
        return "not at hand"
    return speed if isinstance(speed, str) else f"{speed / 1e6:.3g}"


def _batches(results: Results) -> dict[tuple[str, int], Any]:
    names = ((name.rpartition(", "), value) for name, value in results.get("batches", {}).items())
    return {(label, int(batch)): value for (label, _, batch), value in names}

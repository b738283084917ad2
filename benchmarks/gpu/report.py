"""What the GPU benchmarks leave behind: results as they come, tables and plots."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
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
from w2v.bench.rounds import Spread

Results = dict[str, Any]


class Report:
    """Results in ``gpu.json``, to which each is added as soon as it is there."""

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
    if speeds := _speeds(results):
        label = "million words a second"
        plot = partial(bars, values=speeds, unit=1e6, label=label, log=True)
        write_picture(folder / "gpu-speed.png", plot)
    points = {label: {batch: v for batch, v in values.items() if isinstance(v, float)}
              for label, values in _by_batch(results).items()}  # fmt: skip
    if lines := {x: Line(list(each), list(each.values())) for x, each in points.items() if each}:
        drawn = [Panel("", "batch", "words a second", lines)]
        write_picture(folder / "gpu-batches.png", partial(panels, drawn=drawn, columns=1))
    return text


def _sections(results: Results) -> Iterator[str]:
    rows = [(name, said) for name, said in results.get("parts", {}).items()]
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
    batches = {(label, f"{batch:,}"): _millions(value) for label, each in _by_batch(results).items()
               for batch, value in each.items()}  # fmt: skip
    if batches:
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


def _speeds(results: Results) -> dict[str, Spread]:
    return {
        name if section == "peers" else f"{section.upper()}, {name}": Spread.of([_speed(value)])
        for section in ("gpu", "cpu", "peers")
        for name, value in results.get(section, {}).items()
        if isinstance(_speed(value), float)
    }


def _by_batch(results: Results) -> dict[str, dict[int, Any]]:
    lines: dict[str, dict[int, Any]] = {}
    for name, value in results.get("batches", {}).items():
        label, _, batch = name.rpartition(", ")
        lines.setdefault(label, {})[int(batch)] = value
    return lines

"""What the GPU benchmarks leave behind: results as they come, tables and plots."""

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.contest.libraries import MODELS
from benchmarks.gpu import prediction
from benchmarks.harness import plots, report, scores, tables
from benchmarks.harness.machine import describe_machine

Row = tuple[str, str, Callable[[], Any]]
"""A section, what is measured, and what measures it."""


def _millions(speed: Any) -> str:
    """Return words a second in millions, or why there are none."""
    return "not at hand" if speed is None else speed if type(speed) is str else f"{speed / 1e6:.3g}"


# What is shown of a measurement: the heading, and how.
_COLUMNS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "words_per_second": ("M words/s", _millions),
    "share": ("share of copy bandwidth", "{:.0%}".format),
    "loss": ("loss", "{:.4f}".format),
    "finite": ("finite", lambda finite: "yes" if finite else "no"),
    **{key: (title, "{:.3f}".format) for key, title in scores.TITLES.items()},
}


def failed(value: Any) -> bool:
    """Say whether a result is what a measurement has failed with."""
    return isinstance(value, str) and re.match(r"\w*(Error|Exception|Warning): ", value) is not None


class Report:
    """Results in a file, ``gpu.json``, to which each is added as soon as it is there."""

    def __init__(self, folder: Path, name: str = "gpu") -> None:
        self.folder, self.file = folder, folder / f"{name}.json"
        self.results = report.read_json(self.file) or {"machine": describe_machine()}

    def begin(self, card: str, revision: str, anew: bool) -> None:
        """Go on with what there is of a card and a revision, or else begin with nothing."""
        if anew or (self.results.get("card"), self.results.get("revision")) != (card, revision):
            self.results = {"machine": describe_machine()}
        self.set("card", card)
        self.set("revision", revision)
        self.set("parts", self.results.get("parts", {}))

    def set(self, name: str, value: Any) -> None:
        """Keep a result."""
        self.results[name] = value
        self.folder.mkdir(parents=True, exist_ok=True)
        report.write_json(self.file, self.results)

    def measure(self, rows: Iterable[Row]) -> None:
        """Measure what has no result yet; a failure is one, which the next call tries again."""
        for section, name, measure in rows:
            if name in (known := self.results.get(section, {})) and not failed(known[name]):
                continue
            begin = time.perf_counter()
            try:
                value = measure()
            except Exception as error:  # of a peer, or of memory: say so in the table
                value = f"{type(error).__name__}: {error}".splitlines()[0]
            seconds = time.perf_counter() - begin
            self.set(section, self.results.get(section, {}) | {name: value})
            print(f"{section}: {name}: {value} ({seconds:.1f} s)", file=sys.stderr, flush=True)

    def write_page(self) -> str:
        """Write ``gpu.md`` and the plots, and return the Markdown."""
        text = report.page(self.results.get("card", "GPU"), *self._parts())
        report.write_text(self.folder / "gpu.md", text)
        speeds = {name: [each["words_per_second"]] for name, each in self._speeds().items()
                  if isinstance(each["words_per_second"], float)}  # fmt: skip
        if speeds:
            plot = plots.bars(speeds, 1e6, "million words a second", log=True)
            plots.draw(self.folder / "gpu-speed.png", plot)
        if batches := [x for x in self._batches() if isinstance(x["speed"], float)]:
            lines = plots.lines(batches, "way", "batch", lambda x: x["speed"])
            panel = plots.Panel("", "batch", "words a second", lines)
            plots.draw(self.folder / "gpu-batches.png", plots.panels([panel], 1))
        return text

    def _parts(self) -> Iterator[str]:
        rows = list(self.results.get("parts", {}).items())
        rows += [(f"tests: {name}", said) for name, said in self.results.get("tests", {}).items()]
        yield tables.markdown_table(("part", "how it went"), rows)
        if smoke := self.results.get("smoke"):
            found = [(name, _short(value)) for name, value in smoke.items()]
            yield tables.markdown_table(("at first", "found"), found)
        if speeds := self._speeds():
            copied = _short(self.results.get("bandwidth", {}).get("copy, bytes/s"))
            yield f"Copying on the card: {copied} bytes a second."
            yield _table("system", speeds)
            fast = {kind: speeds.get(f"GPU, {kind}, fast", {}) for kind in MODELS}
            known = {kind: x["words_per_second"] for kind, x in fast.items() if len(x) > 1}
            yield prediction.beside(str(self.results.get("card")), known)
        quality = self.results.get("quality", {})
        yield _table("books-18m, 3 epochs", {
            name: x | x["scores"] if isinstance(x, dict) else {"words_per_second": x}
            for name, x in quality.items()
        }) if quality else "Quality has not been measured."  # fmt: skip
        if cells := {(x["way"], f"{x['batch']:,}"): _millions(x["speed"]) for x in self._batches()}:
            yield tables.pivot("minibatch engine, M words/s, by batch", cells)

    def _speeds(self) -> dict[str, dict[str, Any]]:
        """Return what all have been measured at, the share of copying among it."""
        found, copied = {}, self.results.get("bandwidth", {}).get("copy, bytes/s")
        for section, label in (
            ("gpu", "GPU, "),
            ("long", "GPU, "),
            ("cpu", "CPU, "),
            ("peers", ""),
        ):
            for name, value in self.results.get(section, {}).items():
                each = value if isinstance(value, dict) else {"words_per_second": value}
                if isinstance(copied, float) and section != "cpu" and "bytes_per_second" in each:
                    each = each | {"share": each["bytes_per_second"] / copied}
                found[label + name] = each
        return found

    def _batches(self) -> list[dict[str, Any]]:
        names = ((name.rpartition(", "), x) for name, x in self.results.get("batches", {}).items())
        return [{"way": way, "batch": int(n), "speed": speed} for (way, _, n), speed in names]


def _table(corner: str, rows: dict[str, dict[str, Any]]) -> str:
    cells = {(name, title): show(each[key]) for name, each in rows.items()
             for key, (title, show) in _COLUMNS.items() if key in each}  # fmt: skip
    return tables.pivot(corner, cells)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(x)}" for key, x in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)

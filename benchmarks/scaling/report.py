"""How training time grows, as tables and small pictures, and what it comes down to, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.harness import plots
from benchmarks.harness.plots import Line, Panel
from benchmarks.harness.report import left_out, page, pivot
from w2v.bench.rounds import ratio

Record = dict[str, Any]
Series = Sequence[Record]

# What each panel changes, and, where a word's cost is a line in it, the unit.
_PANELS = {
    "threads, same text": ("threads", ""),
    "threads, as much text each": ("threads", ""),
    "dimensions": ("dimensions", "a dimension"),
    "window": ("window", "a word of window"),
    "negatives": ("negatives", "a negative"),
    "vocabulary": ("words in the vocabulary", ""),
    "corpus": ("words in the corpus", ""),
    "batch": ("targets a batch", ""),
}


def table(figures: Mapping[str, Any]) -> str:
    """Return all panels of ``scaling.json`` as Markdown, each with its cost model."""
    setting, text = figures["setting"], figures["text"]
    parts: list[str | list[str]] = [
        f"One thing changes at a time about {setting['dim']} dimensions, window "
        f"{setting['window']}, {setting['negative']} negatives, sample {setting['sample']}, "
        f"{setting['workers']} threads. Text: {text['name']}, {text['words']:,} words of "
        f"{text['vocabulary']:,} different ones; vocabularies and corpora are drawn by Zipf's law.",
        "Cells: million words trained a second, median (lowest–highest) over rounds, and "
        "nanoseconds a word.",
    ]
    for panel, group in _grouped(figures["results"]).items():
        findings = [f"{name}: {_finding(panel, points)}" for name, points in group.items()
                    if len(points) > 1]  # fmt: skip
        parts += [f"## {panel[0].upper()}{panel[1:]}", _cells(panel, group), findings]
    return page("How training time grows", *parts, left_out(figures["left_out"]))


def _grouped(records: Iterable[Record]) -> dict[str, dict[str, list[Record]]]:
    """Return records by panel and series, in their order."""
    grouped: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        grouped.setdefault(record["panel"], {}).setdefault(record["series"], []).append(record)
    return grouped


def _nanoseconds(record: Record) -> float:
    return float(1e9 / record["words_per_second"]["median"])


def linear_cost(points: Series) -> tuple[float, float, float]:
    """Fit time a word = a + b · value, by least squares of relative errors."""
    x = np.array([point["value"] for point in points], dtype=float)
    y = np.array([_nanoseconds(point) for point in points])
    design = np.stack([1 / y, x / y], axis=1)
    (a, b), *_ = np.linalg.lstsq(design, np.ones(len(y)), rcond=None)
    return float(a), float(b), float(np.abs((a + b * x) / y - 1).max())


def _cells(panel: str, group: Mapping[str, Series]) -> str:
    points = [(name, point) for name, points in group.items() for point in points]
    cells: dict[tuple[object, object], str] = {}
    for name, point in sorted(points, key=lambda each: each[1]["value"]):
        cells[f"{point['value']:,}", name] = _cell(point)
        if panel == "vocabulary":  # only there does it change with the value
            cells[f"{point['value']:,}", "words kept"] = f"{point['kept']:.0%}"
    kept = ["words kept"] if panel == "vocabulary" else []
    return pivot(_PANELS[panel][0], cells, [*group, *kept])


def _cell(point: Record) -> str:
    speed = point["words_per_second"]
    low, middle, high = (speed[key] / 1e6 for key in ("lowest", "median", "highest"))
    spread = f" ({low:.3g}–{high:.3g})" if speed["rounds"] > 1 else ""
    return f"{middle:.3g}{spread} · {_nanoseconds(point):,.0f}"


def _finding(panel: str, points: Series) -> str:
    first, last = points[0], points[-1]
    times = last["value"] / first["value"]
    if panel.startswith("threads"):
        gain = ratio(last["rounds"], first["rounds"])
        return (
            f"{last['value']} threads are {gain.text()} times as fast as {first['value']}, "
            f"{gain.median / times:.0%} of what so many could be."
        )
    if panel == "batch":
        best = max(points, key=lambda point: float(point["words_per_second"]["median"]))
        most = best["words_per_second"]["median"]
        enough = next(p for p in points if p["words_per_second"]["median"] >= 0.9 * most)
        return (
            f"fastest at {best['value']:,} targets, with {most / 1e6:.3g} M words/s; nine tenths "
            f"of that from {enough['value']:,} on."
        )
    if unit := _PANELS[panel][1]:
        a, b, misfit = linear_cost(points)
        model = f"a word costs {a:.0f} ns {'+' if b >= 0 else '−'} {abs(b):.3g} ns {unit}"
        if len(points) == 2:
            return f"{model}, by two points."
        return f"{model}; measured points lie within {misfit:.0%} of that."
    # Both slow down a word as they grow; of a larger vocabulary fewer words are left out.
    share = last["kept"] / first["kept"] if panel == "vocabulary" else 1
    growth = ratio([1 / (x * share) for x in last["rounds"]], [1 / x for x in first["rounds"]])
    word = "kept word" if panel == "vocabulary" else "word"
    costs = f"a {word} of {last['value']:,} costs {growth.text()} times one of {first['value']:,}"
    if panel == "vocabulary":
        tenfold = growth.median ** (1 / np.log10(times))
        return f"{costs}: {tenfold:.2f} times for ten times the vocabulary."
    all_costs = [_nanoseconds(point) for point in points]
    apart = max(all_costs) / min(all_costs) - 1
    return f"{costs}; between the cheapest and the dearest of all lie {apart:.0%}."


def draw(records: Iterable[Record], figure: Any) -> None:
    """Draw speed against threads and batches, and the cost of a word against all else."""
    drawn = []
    for title, group in _grouped(records).items():
        head, unit = _PANELS[title]
        speed, threads = head == "threads" or title == "batch", head == "threads"
        lines, guides = {}, []
        for name, points in group.items():
            x = [point["value"] for point in points]
            middle, low, high = (
                np.array([point["words_per_second"][key] for point in points])
                for key in ("median", "lowest", "highest")
            )
            y, low, high = [v / 1e6 if speed else 1e9 / v for v in (middle, low, high)]
            off = [abs(y - low), abs(y - high)]
            lines[name] = Line(x, y, off if speed else off[::-1])
            if unit and len(points) > 2:
                a, b, _ = linear_cost(points)
                fine = np.geomspace(min(x), max(x), 50)
                guides.append(Line(fine, a + b * fine))
            if threads:
                guides.append(Line([x[0], x[-1]], [y[0], y[0] / x[0] * x[-1]]))
        values = sorted({point["value"] for points in group.values() for point in points})
        label = "million words a second" if speed else "ns a word"
        log = "xy" if unit or title == "batch" else "x"
        drawn.append(Panel(title, head, label, lines, log, guides, values))
    plots.panels(figure, drawn, 4)

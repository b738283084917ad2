"""How training time grows, as tables and small pictures, and what it comes down to, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.harness import plots
from benchmarks.harness.plots import Line
from benchmarks.harness.report import left_out, page, pivot
from w2v.bench.rounds import ratio

Series = Sequence[dict[str, Any]]


class Axis(NamedTuple):
    """What a panel changes; where a word's cost is a line in it, the unit; what is drawn, how."""

    name: str
    unit: str = ""
    speed: bool = False
    log: str = "x"


_AXES = {
    "threads, same text": Axis("threads", speed=True),
    "threads, as much text each": Axis("threads", speed=True),
    "dimensions": Axis("dimensions", "a dimension", log="xy"),
    "window": Axis("window", "a word of window", log="xy"),
    "negatives": Axis("negatives", "a negative", log="xy"),
    "vocabulary": Axis("words in the vocabulary"),
    "corpus": Axis("words in the corpus"),
    "batch": Axis("targets a batch", speed=True, log="xy"),
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


def _grouped(records: Iterable[dict[str, Any]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return records by panel and series, in their order."""
    grouped: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for record in records:
        grouped.setdefault(record["panel"], {}).setdefault(record["series"], []).append(record)
    return grouped


def _speeds(points: Series, key: str = "median") -> np.ndarray:
    return np.array([point["words_per_second"][key] for point in points])


def linear_cost(points: Series) -> tuple[float, float, float]:
    """Fit time a word = a + b · value, by least squares of relative errors."""
    x, y = np.array([point["value"] for point in points], dtype=float), 1e9 / _speeds(points)
    (a, b), *_ = np.linalg.lstsq(np.stack([1 / y, x / y], axis=1), np.ones(len(y)), rcond=None)
    return float(a), float(b), float(np.abs((a + b * x) / y - 1).max())


def _cells(panel: str, group: Mapping[str, Series]) -> str:
    points = [(name, point) for name, points in group.items() for point in points]
    cells: dict[tuple[object, object], str] = {}
    for name, point in sorted(points, key=lambda each: each[1]["value"]):
        speed = point["words_per_second"]
        low, middle, high = (speed[key] / 1e6 for key in ("lowest", "median", "highest"))
        spread = f" ({low:.3g}–{high:.3g})" if speed["rounds"] > 1 else ""
        cells[f"{point['value']:,}", name] = f"{middle:.3g}{spread} · {1e3 / middle:,.0f}"
        if panel == "vocabulary":  # only there does it change with the value
            cells[f"{point['value']:,}", "words kept"] = f"{point['kept']:.0%}"
    kept = ["words kept"] if panel == "vocabulary" else []
    return pivot(_AXES[panel].name, cells, [*group, *kept])


def _finding(panel: str, points: Series) -> str:
    (first, *_, last), speeds = points, _speeds(points)
    times = last["value"] / first["value"]
    if panel.startswith("threads"):
        gain = ratio(last["rounds"], first["rounds"])
        return (
            f"{last['value']} threads are {gain.text()} times as fast as {first['value']}, "
            f"{gain.median / times:.0%} of what so many could be."
        )
    if panel == "batch":
        best, enough = (points[int(i)]["value"] for i in
                        (speeds.argmax(), (speeds >= 0.9 * speeds.max()).argmax()))  # fmt: skip
        return (
            f"fastest at {best:,} targets, with {speeds.max() / 1e6:.3g} M words/s; nine tenths "
            f"of that from {enough:,} on."
        )
    if unit := _AXES[panel].unit:
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
    apart = speeds.max() / speeds.min() - 1
    return f"{costs}; between the cheapest and the dearest of all lie {apart:.0%}."


def plot(records: Iterable[dict[str, Any]]) -> plots.Plot:
    """Draw speed against threads and batches, and the cost of a word against all else."""
    drawn = []
    for title, group in _grouped(records).items():
        axis, lines, guides = _AXES[title], {}, []
        for name, points in group.items():
            x = [point["value"] for point in points]
            y, *ends = (
                (v / 1e6 if axis.speed else 1e9 / v)
                for v in (_speeds(points, key) for key in ("median", "lowest", "highest"))
            )
            off = [np.abs(y - end) for end in ends]
            lines[name] = Line(x, y, off if axis.speed else off[::-1])
            if axis.unit and len(points) > 2:
                a, b, _ = linear_cost(points)
                fine = np.geomspace(min(x), max(x), 50)
                guides.append(Line(fine, a + b * fine))
            if axis.name == "threads":
                guides.append(Line([x[0], x[-1]], [y[0], y[0] / x[0] * x[-1]]))
        values = sorted({point["value"] for points in group.values() for point in points})
        label = "million words a second" if axis.speed else "ns a word"
        drawn.append(plots.Panel(title, axis.name, label, lines, axis.log, guides, values))
    return plots.panels(drawn, 4)

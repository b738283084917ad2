"""How training time grows, as tables, and what it comes down to, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.report import markdown_table
from benchmarks.rounds import ratio

Record = dict[str, Any]
Series = Sequence[Record]

UNITS = {"dimensions": "a dimension", "window": "a word of window", "negatives": "a negative"}
HEADS = {
    "threads, same text": "threads",
    "threads, as much text each": "threads",
    "dimensions": "dimensions",
    "window": "window",
    "negatives": "negatives",
    "vocabulary": "words in the vocabulary",
    "corpus": "words in the corpus",
    "batch": "targets a batch",
}


def table(figures: Mapping[str, Any]) -> str:
    """Return all panels as Markdown, each with its cost model.

    Parameters
    ----------
    figures : mapping
        What ``scaling.json`` holds.
    """
    records, setting, text = figures["results"], figures["setting"], figures["text"]
    lines = [
        "# How training time grows",
        "",
        f"One thing changes at a time about {setting['dim']} dimensions, window "
        f"{setting['window']}, {setting['negative']} negatives, sample {setting['sample']}, "
        f"{setting['workers']} threads. Text: {text['name']}, {text['words']:,} words of "
        f"{text['vocabulary']:,} different ones; vocabularies and corpora are drawn by Zipf's law.",
        "",
        "Cells: million words trained a second, median (lowest–highest) over rounds, and "
        "nanoseconds a word.",
    ]
    for panel, group in panels(records).items():
        lines += ["", f"## {panel[0].upper()}{panel[1:]}", "", _cells(panel, group), ""]
        lines += [f"- {line}" for line in _findings(panel, group)]
    lines += [f"- Left out: {reason}." for reason in figures["left_out"]]
    return "\n".join(lines)


def panels(records: Iterable[Record]) -> dict[str, dict[str, list[Record]]]:
    """Return records by panel and series, in their order."""
    grouped: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        grouped.setdefault(record["panel"], {}).setdefault(record["series"], []).append(record)
    return grouped


def nanoseconds(record: Record) -> float:
    """Return the median time of a word."""
    return float(1e9 / record["words_per_second"]["median"])


def linear_cost(points: Series) -> tuple[float, float, float]:
    """Fit time a word = a + b · value, by least squares of relative errors.

    Returns
    -------
    a, b : float
        Nanoseconds.
    misfit : float
        The largest relative error of a point.
    """
    x = np.array([point["value"] for point in points], dtype=float)
    y = np.array([nanoseconds(point) for point in points])
    design = np.stack([1 / y, x / y], axis=1)
    (a, b), *_ = np.linalg.lstsq(design, np.ones(len(y)), rcond=None)
    return float(a), float(b), float(np.abs((a + b * x) / y - 1).max())


def _cells(panel: str, group: Mapping[str, Series]) -> str:
    values = sorted({point["value"] for points in group.values() for point in points})
    found = {(name, point["value"]): point for name, points in group.items() for point in points}
    kept = panel == "vocabulary"  # only there does it change with the value
    rows = []
    for value in values:
        points = [found.get((name, value)) for name in group]
        row: list[object] = [f"{value:,}", *(point and _cell(point) for point in points)]
        if kept:
            row.append(next(f"{point['kept']:.0%}" for point in points if point))
        rows.append(row)
    return markdown_table([HEADS[panel], *group, *(["words kept"] if kept else [])], rows)


def _cell(point: Record) -> str:
    speed = point["words_per_second"]
    low, middle, high = (speed[key] / 1e6 for key in ("lowest", "median", "highest"))
    spread = f" ({low:.3g}–{high:.3g})" if speed["rounds"] > 1 else ""
    return f"{middle:.3g}{spread} · {nanoseconds(point):,.0f}"


def _findings(panel: str, group: Mapping[str, Series]) -> Iterable[str]:
    say: dict[str, Callable[[str, Series], str]] = {
        "threads, same text": _threads,
        "threads, as much text each": _threads,
        "vocabulary": _vocabulary,
        "corpus": _corpus,
        "batch": _batch,
    }
    for name, points in group.items():
        if len(points) > 1:
            yield f"{name}: {say.get(panel, _cost)(panel, points)}"


def _cost(panel: str, points: Series) -> str:
    a, b, misfit = linear_cost(points)
    model = f"a word costs {a:.0f} ns {'+' if b >= 0 else '−'} {abs(b):.3g} ns {UNITS[panel]}"
    if len(points) == 2:
        return f"{model}, by two points."
    return f"{model}; measured points lie within {misfit:.0%} of that."


def _threads(panel: str, points: Series) -> str:
    first, last = points[0], points[-1]
    gain = ratio(last["rounds"], first["rounds"])
    threads = last["value"] / first["value"]
    return (
        f"{last['value']} threads are {gain.text()} times as fast as {first['value']}, "
        f"{gain.median / threads:.0%} of what so many could be."
    )


def _vocabulary(panel: str, points: Series) -> str:
    first, last = points[0], points[-1]
    share = last["kept"] / first["kept"]
    growth = ratio([1 / (x * share) for x in last["rounds"]], [1 / x for x in first["rounds"]])
    tenfold = np.log10(last["value"] / first["value"])
    return (
        f"a kept word of {last['value']:,} costs {growth.text()} times one of "
        f"{first['value']:,}: {growth.median ** (1 / tenfold):.2f} times for ten times the "
        f"vocabulary."
    )


def _corpus(panel: str, points: Series) -> str:
    first, last = points[0], points[-1]
    growth = ratio([1 / x for x in last["rounds"]], [1 / x for x in first["rounds"]])
    costs = [nanoseconds(point) for point in points]
    return (
        f"a word of {last['value']:,} costs {growth.text()} times one of {first['value']:,}; "
        f"between the cheapest and the dearest of all lie {max(costs) / min(costs) - 1:.0%}."
    )


def _batch(panel: str, points: Series) -> str:
    best = max(points, key=lambda point: float(point["words_per_second"]["median"]))
    most = best["words_per_second"]["median"]
    enough = next(p for p in points if p["words_per_second"]["median"] >= 0.9 * most)
    return (
        f"fastest at {best['value']:,} targets, with {most / 1e6:.3g} M words/s; nine tenths of "
        f"that from {enough['value']:,} on."
    )

"""How training time grows, as tables and small pictures, and what it comes down to."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.harness import plots, tables
from w2v.bench.rounds import ratio

Series = Sequence[dict[str, Any]]
_ABOUT = (
    "One thing changes at a time about this setting; vocabularies and corpora are drawn by Zipf's "
    "law. Cells: million words trained a second, median (lowest–highest) over rounds, and "
    "nanoseconds a word."
)
_FINDINGS = ("", "from, to", "words a second, times", "of the ideal", "a kept word's cost, times",
             "ns a word", "misfit")  # fmt: skip


class Axis(NamedTuple):
    """What a panel changes, in the setting or not; its unit where costs are a line in it."""

    name: str
    field: str = ""
    unit: str = ""
    speed: bool = False  # is drawn, not a word's cost
    log: str = "x"


AXES = {
    "threads, same text": Axis("threads", speed=True),
    "threads, as much text each": Axis("threads", speed=True),
    "dimensions": Axis("dimensions", "dim", "a dimension", log="xy"),
    "window": Axis("window", "window", "a word of window", log="xy"),
    "negatives": Axis("negatives", "negative", "a negative", log="xy"),
    "vocabulary": Axis("words in the vocabulary"),
    "corpus": Axis("words in the corpus"),
    "batch": Axis("targets a batch", speed=True, log="xy"),
}


def parts(records: Series) -> Iterator[str]:
    """Give all panels of ``scaling.json`` as Markdown, and what they come down to."""
    yield _ABOUT
    for panel, of in tables.grouped(records, "panel").items():
        yield f"## {panel[0].upper()}{panel[1:]}"
        points = sorted(of, key=lambda x: x["value"])
        cells: dict[tuple[str, str], str] = {}
        for x in points:
            speed = tables.shown(x["words_per_second"], 1e6, None)
            cost = f"{1e9 / x['words_per_second']['median']:,.0f}"
            cells[f"{x['value']:,}", x["series"]] = f"{speed} · {cost}"
        if panel == "vocabulary":  # only there does it change with the value
            cells |= {(f"{x['value']:,}", "words kept"): f"{x['kept']:.0%}" for x in points}
        yield tables.pivot(AXES[panel].name, cells)
    yield "## What it comes down to"
    rows = [_finding(panel, name, points) for (panel, name), points
            in tables.grouped(records, "panel", "series").items() if len(points) > 1]  # fmt: skip
    yield tables.markdown_table(_FINDINGS, rows)


def _finding(panel: str, name: str, points: Series) -> list[str | None]:
    """Return what changes from a series' first point to its last, and a word's cost as a line."""
    (first, *_, last), unit = points, AXES[panel].unit
    gain = ratio(last["rounds"], first["rounds"])
    ideal = f"{gain.median * first['value'] / last['value']:.0%}" if "threads" in panel else None
    # Of a larger vocabulary fewer words are left out.
    kept = last["kept"] / first["kept"] if panel == "vocabulary" else 1
    growth = ratio(first["rounds"], [kept * x for x in last["rounds"]])
    a, b, misfit = linear_cost(points)
    cost = [f"{a:.0f} {'+' if b >= 0 else '−'} {abs(b):.3g} {unit}", f"{misfit:.0%}"]
    return [f"{panel}: {name}", f"{first['value']:,} – {last['value']:,}", gain.text(), ideal,
            growth.text(), *(cost if unit else (None, None))]  # fmt: skip


def _speeds(points: Series, key: str = "median") -> np.ndarray:
    return np.array([point["words_per_second"][key] for point in points])


def linear_cost(points: Series) -> tuple[float, float, float]:
    """Fit time a word = a + b · value, by least squares of relative errors."""
    x, y = np.array([point["value"] for point in points], dtype=float), 1e9 / _speeds(points)
    (a, b), *_ = np.linalg.lstsq(np.stack([1 / y, x / y], axis=1), np.ones(len(y)), rcond=None)
    return float(a), float(b), float(np.abs((a + b * x) / y - 1).max())


def plot(records: Series) -> plots.Plot:
    """Draw speed against threads and batches, and the cost of a word against all else."""
    drawn = []
    for title, of in tables.grouped(records, "panel").items():
        axis, lines, guides = AXES[title], {}, []
        for name, points in tables.grouped(of, "series").items():
            x = [point["value"] for point in points]
            y, *ends = (
                (v / 1e6 if axis.speed else 1e9 / v)
                for v in (_speeds(points, key) for key in ("median", "lowest", "highest"))
            )
            off = [np.abs(y - end) for end in ends]
            lines[name] = plots.Line(x, y, off if axis.speed else off[::-1])
            if axis.unit and len(points) > 2:
                a, b, _ = linear_cost(points)
                fine = np.geomspace(min(x), max(x), 50)
                guides.append(plots.Line(fine, a + b * fine))
            if axis.name == "threads":
                guides.append(plots.Line([x[0], x[-1]], [y[0], y[0] / x[0] * x[-1]]))
        values = sorted({point["value"] for point in of})
        label = "million words a second" if axis.speed else "ns a word"
        drawn.append(plots.Panel(title, axis.name, label, lines, axis.log, guides, values))
    return plots.panels(drawn, 4)

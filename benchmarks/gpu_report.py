"""Tables and plots of the GPU benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Results = dict[str, Any]


def millions(value: Any) -> str:
    """Return words a second in millions, or why there are none."""
    if isinstance(value, dict):
        value = value.get("words_per_second")
    if value is None:
        return "not at hand"
    return value if isinstance(value, str) else f"{value / 1e6:.3g}"


def table(results: Results) -> str:
    """Return all results as Markdown."""
    lines = [f"# {results.get('card', 'GPU')}", "", *_speed(results), *_quality(results)]
    return "\n".join([*lines, *_minibatch(results)]) + "\n"


def _speed(results: Results) -> list[str]:
    copy = results.get("bandwidth", {}).get("copy, bytes/s")
    known = isinstance(copy, float)
    lines = [f"Copying on the card: {copy / 1e12:.2f} TB/s." if known else f"Copying: {copy}.", ""]
    lines += ["| system | M words/s | share of copy bandwidth | loss | finite |"]
    lines += ["|---|---|---|---|---|"]
    for name, value in results.get("gpu", {}).items():
        row = [f"GPU, {name}", millions(value), "", "", ""]
        if isinstance(value, dict):
            if known:
                row[2] = f"{value['bytes_per_second'] / copy:.0%}"
            row[3:] = [f"{value['loss']:.4f}", "yes" if value["finite"] else "no"]
        lines.append(f"| {' | '.join(row)} |")
    for section in ("cpu", "peers"):
        for name, value in results.get(section, {}).items():
            label = f"CPU, {name}" if section == "cpu" else name
            lines.append(f"| {label} | {millions(value)} | | | |")
    return [*lines, ""]


def _quality(results: Results) -> list[str]:
    rows = results.get("quality", {})
    if not rows:
        return ["No books-18m at hand: quality not measured.", ""]
    tasks = ("wordsim353", "simlex999", "analogies")
    lines = [f"| books-18m, 3 epochs | M words/s | {' | '.join(tasks)} |", "|---|---|---|---|---|"]
    for name, value in rows.items():
        scores = [f"{value[t]:.3f}" if isinstance(value, dict) else "" for t in tasks]
        lines.append(f"| {name} | {millions(value)} | {' | '.join(scores)} |")
    return [*lines, ""]


def _minibatch(results: Results) -> list[str]:
    lines = ["| minibatch engine | batch | M words/s |", "|---|---|---|"]
    for name, value in results.get("minibatch", {}).items():
        label, _, batch = name.rpartition(", ")
        lines.append(f"| {label} | {batch} | {millions(value)} |")
    return lines


def draw(results: Results, folder: Path) -> None:
    """Plot words a second of all systems, and of the minibatch engine by batch."""
    try:
        import matplotlib as mpl
    except ImportError:
        return
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    speeds = {
        name: value["words_per_second"] if isinstance(value, dict) else value
        for section in ("gpu", "cpu", "peers")
        for name, value in (
            (f"{section.upper()}, {name}" if section != "peers" else name, value)
            for name, value in results.get(section, {}).items()
        )
        if isinstance(value, dict | float)
    }
    if speeds:
        figure, axes = plt.subplots(figsize=(7, 0.4 * len(speeds) + 1), layout="constrained")
        axes.barh(list(speeds)[::-1], [v / 1e6 for v in speeds.values()][::-1])
        axes.set_xscale("log")
        axes.set_xlabel("million words a second")
        figure.savefig(folder / "gpu-speed.png", dpi=150)
        plt.close(figure)

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    lines: dict[str, list[tuple[int, float]]] = {}
    for name, value in results.get("minibatch", {}).items():
        if isinstance(value, float):
            label, _, batch = name.rpartition(", ")
            lines.setdefault(label, []).append((int(batch), value))
    for label, points in lines.items():
        axes.loglog(*zip(*points, strict=True), marker="o", label=label)
    axes.set_xlabel("batch")
    axes.set_ylabel("words a second")
    if lines:
        axes.legend()
    figure.savefig(folder / "gpu-minibatch.png", dpi=150)
    plt.close(figure)

"""The tables and the picture of the comparison with other systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from benchmarks.evaluation import score_table
from benchmarks.report import markdown_table, plain_axes
from benchmarks.rounds import Spread

_MODELS = {"skip-gram": "Skip-gram", "cbow": "CBOW"}
_VERDICTS = {
    "same": "within 10 %",
    "spread": "not within 10 %, but their rounds overlap",
    "differs": "**not within 10 %**",
    "unknown": "not within 10 %; a single round has no spread",
}


def table(figures: Mapping[str, Any]) -> str:
    """Return the page: a table a model, what was run and counted, and the former run's ratios."""
    setting = figures["setting"]
    corpus = setting["corpus"] + (f" ({setting['note']})" if setting["note"] else "")
    epochs = f"{setting['epochs']} epoch" + ("s" if setting["epochs"] > 1 else "")
    parts = [
        "# Other systems",
        f"{setting['words'] / 1e6:.2f} M words of {corpus}, {epochs}, {setting['threads']} "
        f"threads, {setting['dim']} dimensions, window {setting['window']}, "
        f"{setting['negative']} negatives, sample {setting['sample']:g}, min-count "
        f"{setting['min_count']}. Every training is a process of its own; in every round each "
        f"system trains once. Rounds: {setting['rounds']}; medians, in brackets the lowest and the "
        "highest; ratios are taken within rounds.",
        "Each trains with its own default learning rate; with `corpus_file` and several threads "
        "gensim's falls less than asked, which after few epochs makes better vectors.",
    ]
    for model, title in _MODELS.items():
        parts += [f"## {title}", _speed(figures, model), _quality(figures, model)]
    parts += ["## What was run", _systems(figures)]
    if figures.get("repeated"):
        parts += ["## Run before", _repeated(figures)]
    return "\n\n".join(part for part in parts if part)


def _speed(figures: Mapping[str, Any], model: str) -> str:
    columns = ("", "training, M words/s", "× gensim", "text to vectors, s", "× gensim",
               "peak memory, MB", "without files' pages, MB")  # fmt: skip
    rows = []
    for name, system in figures["systems"].items():
        each = figures["models"][model].get(name)
        if each is None:
            rows.append((system["title"], _why_not(figures, model, name), *[None] * 5))
            continue
        failure = figures["failures"][model].get(name)
        rows.append(
            (
                system["title"] + (f" (then failed: {_cell(failure)})" if failure else ""),
                _text(each["words_per_second"], 1e6, 2),
                _text(each["ratio"], 1, 2),
                _text(each["end_to_end_seconds"], 1, 1),
                _text(each["end_to_end_ratio"], 1, 2),
                _text(each["peak_mb"], 1, 0),
                _text(each["peak_unmapped_mb"], 1, 0),
            )
        )
    return markdown_table(columns, rows)


def _why_not(figures: Mapping[str, Any], model: str, name: str) -> str:
    if figures["systems"][name]["found"] is None:
        return "not installed"
    failure = figures["failures"][model].get(name)
    return f"failed: {_cell(failure)}" if failure else f"has no {model}"


def _text(spread: Mapping[str, Any] | None, unit: float, digits: int) -> str | None:
    return None if spread is None else Spread(**spread).text(unit, digits)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _quality(figures: Mapping[str, Any], model: str) -> str:
    scores = {
        figures["systems"][name]["title"]: each["quality"]
        for name, each in figures["models"][model].items()
    }
    if not any(scores.values()):
        return "Quality was not measured: the evaluation sets are not here (W2V_BENCH_DATA)."
    return score_table(scores)


def _systems(figures: Mapping[str, Any]) -> str:
    lines = ["| | which | training time counts | seed |", "|---|---|---|---|"]
    for each in figures["systems"].values():
        which = each["found"] or f"not installed: {each['get']}"
        seed = "the round's number" if each["seeded"] else "none to give"
        lines.append(f"| {each['title']} | {which} | {each['counts']} | {seed} |")
    return "\n".join(lines)


def _repeated(figures: Mapping[str, Any]) -> str:
    repeated = figures["repeated"]
    measures = {"ratio": "training", "end_to_end_ratio": "text to vectors"}
    rows = [
        (
            f"{figures['systems'][each['system']]['title']}, {each['model']}, "
            f"{measures[each['of']]}",
            f"{each['now']:.2f}",
            f"{each['before']:.2f}",
            f"{each['difference']:+.0%}",
            _VERDICTS[each["verdict"]],
        )
        for each in repeated["ratios"]
    ]
    heading = ("× gensim", "now", "before", "difference", "")
    return f"Beside the same run of {repeated['when']}:\n\n{markdown_table(heading, rows)}"


def draw(figures: Mapping[str, Any], figure: Figure) -> None:
    """Draw words a second as bars, a panel a model, whiskers from the lowest to the highest."""
    panels: Sequence[Any] = figure.subplots(2, 1)
    for axes, (model, title) in zip(panels, _MODELS.items(), strict=True):
        speeds = {
            name: Spread(**each["words_per_second"])
            for name, each in figures["models"][model].items()
            if each["words_per_second"]
        }
        for i, (name, speed) in enumerate(speeds.items()):
            middle = speed.median / 1e6
            whiskers = [[middle - speed.lowest / 1e6], [speed.highest / 1e6 - middle]]
            shade = "0.75" if name == "w2v" else "white"
            axes.barh(i, middle, xerr=whiskers, color=shade, edgecolor="black", capsize=3)
            times = figures["models"][model][name]["ratio"] if name != "gensim" else None
            label = f"{middle:.2f}" + (f"  ({times['median']:.1f} × gensim)" if times else "")
            axes.annotate(
                label, (speed.highest / 1e6, i), (6, 0), textcoords="offset points", va="center"
            )
        titles = [figures["systems"][name]["title"] for name in speeds]
        axes.set_yticks(range(len(titles)), titles)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.4e-6 * max((each.highest for each in speeds.values()), default=1e6))
        plain_axes(axes, "M words/s, training alone", "", title)

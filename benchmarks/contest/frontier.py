"""How good vectors are against the time that they take, from text to file, by epochs and rates."""

import math
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from benchmarks.contest.libraries import MODELS
from benchmarks.contest.peers import BASELINE, Contest, contest_of
from benchmarks.contest.systems import System, all_systems
from benchmarks.harness import options, plots, report, scores, tables, turns

_CONTESTANTS = ("w2v", BASELINE, "fasttext")
_DRAWN = ("men", "wordsim353", "rare_words", "analogies")
_SHARES = (1.0, 0.1)  # of the time that gensim takes for one epoch
_TICKS = (1, 3, 10, 30, 100, 300, 1000)  # seconds
_EPOCHS, _RATES = (1, 2, 3, 5, 10, 20), (0.025, 0.05, 0.1)
_NOTE = (
    "Every training is a process of its own, from the text to the file of vectors, and its time is "
    "{} that it takes."
)
_CLOCKS = {"end_to_end_seconds": "all", "cpu_seconds": "the processor time, of all threads,"}
_PROCESSOR = "Count processor time, where others use the cores meanwhile."

Passes = Annotated[list[int] | None, Option(
    "--epochs", min=1, help="Again for each; 1 2 3 5 10 20.", show_default=False,
), options.Quick([1])]  # fmt: skip
Rates = Annotated[list[float] | None, Option(
    "--rate", help="Again for each; 0.025 0.05 0.1.", show_default=False,
), options.Quick([0.025])]  # fmt: skip


def run(
    folder: Path, *, corpus: options.Corpus = None, words: options.Words = None,
    epochs: Passes = None, rates: Rates = None, rounds: options.Seeds = 1,
    threads: options.Threads = None, fasttext: options.Program = None,
    patience: Annotated[float, Option(help="Longest training begun, in seconds.")] = 400.0,
    processor: Annotated[bool, Option("--processor", help=_PROCESSOR)] = False,
) -> str:  # fmt: skip
    """Train with more and more epochs at several learning rates, and write ``frontier``.

    What one epoch took tells which trainings would take longer than ``patience``: these are left
    out, and listed.
    """
    systems = [s for s in all_systems(fasttext) if s.name in _CONTESTANTS and s.found]
    who = {f"{s.title}, {model}": (s, model) for model in MODELS for s in systems}
    cells = list(product(sorted(epochs or _EPOCHS), rates or _RATES))
    skipped: list[str] = []
    clock = "cpu_seconds" if processor else "end_to_end_seconds"

    def measure(contest: Contest, system: System, model: str, passes: int, rate: float) -> float:
        of = [x[clock] / x["epochs"] for x in contest.runs
              if (x["system"], x["model"]) == (system.name, model)]  # fmt: skip
        if of and passes * min(of) > patience:
            skipped.append(f"{system.title}, {model}, {passes} epochs at {rate}: about "
                           f"{passes * min(of):.0f} s")  # fmt: skip
            return math.nan
        return contest.measure(system, model, epochs=passes, alpha=rate)

    with contest_of(who, corpus, words, 1, threads) as (contest, setting):
        measures = {
            f"{name}, {passes} epochs at {rate}": partial(measure, contest, *each, passes, rate)
            for (passes, rate), (name, each) in product(cells, who.items())
        }
        turns.take_turns("frontier", measures, rounds)
    points = [
        point for model, system in product(MODELS, systems) for passes, rate in cells
        if (point := _point(contest, clock, model, system, passes, rate))
    ]  # fmt: skip
    failed = [f"{model}, {name}: {why}" for model, each in contest.failures.items()
              for name, why in each.items()]  # fmt: skip
    figures = {"setting": {k: v for k, v in setting.items() if k != "epochs"},
               "left_out": skipped + failed + scores.missing_sets(), "points": points,
               "runs": contest.runs}  # fmt: skip
    parts: list[report.Part] = [report.MEDIANS, _NOTE.format(_CLOCKS[clock])]
    for model in MODELS:
        of = [each for each in points if each["model"] == model]
        parts += [f"## {model}", _table(of), *_in_their_time(of)]
    title = "The frontier: quality against time"
    return report.write(folder, "frontier", title, figures, parts, _plot(points))


def _point(
    contest: Contest, clock: str, model: str, system: System, passes: int, rate: float
) -> dict[str, Any] | None:
    """Return the time and the quality of a system's trainings with so many epochs at a rate."""
    wanted = {"system": system.name, "model": model, "epochs": passes, "alpha": rate}
    mine = [each for each in contest.runs if wanted.items() <= each.items()]
    if not mine:
        return None
    seconds = tables.spread_of([each[clock] for each in mine]).figures()
    quality = scores.summarize([each["quality"] for each in mine])
    return {**wanted, "title": system.title, "seconds": seconds, "quality": quality}


def _name(point: dict[str, Any]) -> str:
    passes = "epoch" if point["epochs"] == 1 else "epochs"
    return f"{point['title']}, {point['epochs']} {passes} at {point['alpha']}"


def _table(points: list[dict[str, Any]]) -> str:
    """Return a row a training: its seconds, its scores."""
    cells = dict[tuple[str, str], Any]()
    for each in points:
        cells[_name(each), "seconds"] = tables.shown(each["seconds"], 1, 1)
        for key, found in each["quality"].items():
            cells[_name(each), scores.MEASURES[key]] = scores.shown(**found)
    return tables.pivot("", cells)


def _in_their_time(points: list[dict[str, Any]]) -> list[report.Part]:
    """Return the best of each system in the time of gensim's quickest training, and in a tenth."""
    theirs = [x["seconds"]["median"] for x in points if x["system"] == BASELINE]
    if not theirs or not points[0]["quality"]:
        return []
    cells = dict[tuple[str, str], Any]()
    for share in _SHARES:
        allowed = share * min(theirs)
        for system, of in tables.grouped(points, "title").items():
            within = [x for x in of if x["seconds"]["median"] <= allowed]
            for key in within[0]["quality"] if within else ():
                best = max(within, key=lambda x: x["quality"][key]["mean"])
                cells[f"{system}, in {allowed:.1f} s", scores.TITLES[key]] = (
                    f"{best['quality'][key]['mean']:.3f} ({best['epochs']} at {best['alpha']})"
                )
    what = (
        "The best of each set, with its epochs and rate, in the time of gensim's quickest training"
    )
    return [f"{what} here, and in a tenth of it:", tables.pivot("", cells)]


def _frontier(points: list[dict[str, Any]], key: str) -> plots.Line:
    """Return the trainings of a system that no quicker one of its own equals in a set."""
    best: list[tuple[float, float]] = []
    for each in sorted(points, key=lambda x: float(x["seconds"]["median"])):
        score = each["quality"][key]["mean"]
        if not best or score > best[-1][1]:
            best.append((each["seconds"]["median"], score))
    return plots.Line(*zip(*best, strict=True))


def _plot(points: list[dict[str, Any]]) -> plots.Plot:
    """Return a panel a model and set with a line a system, or where no set is, the time."""
    panels, longest = [], max((x["seconds"]["median"] for x in points), default=1.0)
    ticks = [x for x in _TICKS if x <= 2 * longest]
    for model, key in product(MODELS, _DRAWN):
        known = (x for x in points if x["model"] == model and key in x["quality"])
        lines = {name: _frontier(of, key) for name, of in tables.grouped(known, "title").items()}
        if lines:
            panels.append(plots.Panel(f"{scores.TITLES[key]}, {model}", "seconds from text to "
                                      "vectors", "score", lines, log="x", ticks=ticks))  # fmt: skip
    if not panels:
        lines = plots.lines(points, "title", "epochs", lambda x: float(x["seconds"]["median"]))
        panels = [plots.Panel("Time", "epochs", "seconds", lines)]
    return plots.panels(panels, len(_DRAWN))

"""Rows of the README's table, each from the results of one benchmark if they are there."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from benchmarks.evaluation import TITLES
from benchmarks.report import output_layer
from benchmarks.rounds import ratio


def read(path: Path) -> dict[str, Any]:
    """Return a file of results, or nothing where it is not."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _engine(folder: Path) -> list[str]:
    rows = []
    for path in sorted(folder.glob("engine-speed*.json"), key=lambda path: len(path.stem)):
        result = read(path)
        setting = result["setting"]
        for model in ("skip-gram", "cbow"):
            each = result["summary"][f"{model} words_per_second"]
            share = each.get("share", {}).get("w2v")
            ceiling = f", {share['median']:.0%} of the ceiling" if share else ""
            theirs = " | | |"
            if "gensim" in each:
                theirs = f" | gensim {_millions(each['gensim'])} | **{each['ratio']:.1f} ×** |"
            rows.append(
                f"| train {model}, {setting['dim']} dimensions, "
                f"{output_layer(setting['negative'])}, "
                f"{setting['threads']} threads | {_millions(each['w2v'])}{ceiling}{theirs}"
            )
    return rows


def _end_to_end(folder: Path) -> list[str]:
    rows = []
    for path in sorted(folder.glob("end-to-end-*.json")):
        result = read(path)
        if "ratio" not in result:
            continue
        seconds = {
            system: statistics.median(
                run["wall_seconds"] for run in result["runs"] if run["system"] == system
            )
            for system in ("w2v", "gensim")
        }
        setting = result["setting"]
        name = {"sg": "skip-gram", "cbow": "cbow"}[setting["model"]]
        rows.append(
            f"| text file to vectors file, {name}, {setting['epochs']} epochs of "
            f"{setting['text_bytes'] / 1e6:.0f} MB | {seconds['w2v']:.0f} s "
            f"| gensim {seconds['gensim']:.0f} s | **{result['ratio']:.1f} ×** |"
        )
    return rows


def _reading(folder: Path) -> list[str]:
    result = read(folder / "reading.json")
    if not result:
        return []
    speed = {name: statistics.median(each) for name, each in result["words_per_second"].items()}
    ratio = statistics.median(result["ratios"])
    return [
        f"| read text and build the vocabulary | {_millions(speed['w2v'])} "
        f"| gensim {_millions(speed['gensim'])} | **{ratio:.1f} ×** |"
    ]


def _quality(folder: Path) -> list[str]:
    result = read(folder / "engine-quality.json")
    rows = []
    for model in ("skip-gram", "cbow") if result else ():
        summary = result["summary"]
        ours = summary.get(f"{model} w2v", {})
        # By sentences gensim's vectors are the better ones.
        theirs = summary.get(f"{model} gensim (sentences)") or summary.get(f"{model} gensim", {})
        for key, name in TITLES.items():
            if key in ours and key in theirs:
                rows.append(
                    f"| {name}, {model} after {result['epochs']} epochs | {_spread(ours[key])} "
                    f"| gensim {_spread(theirs[key])} | |"
                )
    return rows


def _peers(folder: Path) -> list[str]:
    """Compare with those that ``engine speed`` does not, round by round."""
    result = read(folder / "peers.json")
    rows = []
    for model in result.get("models", {}):
        speeds: dict[str, list[float]] = {}
        for run in result["runs"]:
            if run["model"] == model and run["words_per_second"]:
                speeds.setdefault(run["system"], []).append(run["words_per_second"])
        ours = speeds.pop("w2v", [])
        speeds.pop("gensim", None)
        for system, theirs in speeds.items():
            if len(ours) == len(theirs):
                rows.append(
                    f"| train {model}, by `peers` "
                    f"| {_millions(statistics.median(ours))} "
                    f"| {result['systems'][system]['title']} "
                    f"{_millions(statistics.median(theirs))} "
                    f"| **{ratio(ours, theirs).median:.1f} ×** |"
                )
    return rows


def _scaling(folder: Path) -> list[str]:
    """Tell whether a word costs the same in the smallest and in the largest corpus."""
    costs: dict[str, dict[int, float]] = {}
    for each in read(folder / "scaling.json").get("results", []):
        if each["panel"] == "corpus":
            speed = each["words_per_second"]["median"]
            costs.setdefault(each["series"], {})[each["value"]] = 1 / speed
    return [
        f"| train {series} on {max(of) / 1e6:g} M words | {_millions(1 / of[max(of)])} "
        f"| on {min(of) / 1e6:g} M words {_millions(1 / of[min(of)])} "
        f"| {of[max(of)] / of[min(of)]:.2f} × the time a word |"
        for series, of in costs.items()
    ]


def _sampling(folder: Path) -> list[str]:
    """Compare exact draws with the textbook's, in the middle of the sizes."""
    found = {
        (each["contestant"], each["vocabulary"]): each
        for each in read(folder / "sampling.json").get("results", [])
        if each["negative"] == 5
    }
    sizes = sorted({size for _, size in found})
    size = sizes[(len(sizes) - 1) // 2] if sizes else 0
    ours = found.get(("exact, cpu", size))
    textbook = [
        each for (name, of), each in found.items() if of == size and name.startswith("random")
    ]
    if not ours or not textbook:
        return []
    speed, theirs = (each["words_per_second"]["median"] for each in (ours, textbook[0]))
    return [
        f"| draw 5 exact negatives of {size:,} words, 1 thread | {speed / 1e6:.1f} M words/s "
        f"| `numpy.random.choice`, row by row {theirs / 1e6:.4f} M words/s "
        f"| **{speed / theirs:,.0f} ×** |"
    ]


def _story(folder: Path) -> list[str]:
    result = read(folder / "story.json")
    what = {"minibatch": "train minibatches, {}, Adam", "fused": "train in the fused engine, {}"}
    rows = []
    for name, times in result.get("speedup", {}).items():
        engine, _, kind = name.removeprefix("textbook / ").partition(", ")
        size = result["settings"].get("middle", 10_000)
        rows.append(
            f"| {what[engine].format(kind)}, {size:,} words | | textbook code | **{times:.0f} ×** |"
        )
    return rows


def _millions(words_per_second: float) -> str:
    return f"{words_per_second / 1e6:.2f} M words/s"


def _spread(values: dict[str, float | None]) -> str:
    deviation = values["deviation"]
    return f"{values['mean']:.3f}" + ("" if deviation is None else f" ± {deviation:.3f}")


ROWS = (_engine, _peers, _end_to_end, _reading, _scaling, _sampling, _quality, _story)

"""Rows of the README's table, each from the results of one benchmark if they are there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import output_layer
from benchmarks.rounds import Spread, ratio


def read(path: Path) -> dict[str, Any]:
    """Return a file of results, or nothing where it is not."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _row(what: str, ours: str, theirs: str = "", times: Spread | None = None) -> str:
    """Return a row; ratios with their lowest and highest, where there are some."""
    if times is None:
        return f"| {what} | {ours} | {theirs} | |"
    digits = 0 if times.median >= 100 else 1
    around = f" ({times.lowest:,.{digits}f}–{times.highest:,.{digits}f})"
    return (
        f"| {what} | {ours} | {theirs} | **{times.median:,.{digits}f} ×**"
        f"{around if times.rounds > 1 else ''} |"
    )


def _engine(folder: Path) -> list[str]:
    rows = []
    for path in sorted(folder.glob("engine-speed*.json"), key=lambda path: len(path.stem)):
        result = read(path)
        setting = result["setting"]
        for model in ("skip-gram", "cbow"):
            each = result["summary"][f"{model} words_per_second"]
            found = {name: Spread(**spread) for name, spread in each["spread"].items()}
            share = each.get("share", {}).get("w2v")
            ceiling = f", {share['median']:.0%} of the ceiling" if share else ""
            rows.append(
                _row(
                    f"train {model}, {setting['dim']} dimensions, "
                    f"{output_layer(setting['negative'])}, {setting['threads']} threads",
                    _millions(found["w2v"]) + ceiling,
                    f"gensim {_millions(found['gensim'])}" if "gensim" in found else "",
                    found.get("ratio"),
                )
            )
    return rows


def _end_to_end(folder: Path) -> list[str]:
    rows = []
    for path in sorted(folder.glob("end-to-end-*.json")):
        result = read(path)
        if "gensim" not in result["wall_seconds"]:
            continue
        walls, setting = result["wall_seconds"], result["setting"]
        ours, theirs = (Spread.of(walls[name]).median for name in ("w2v", "gensim"))
        rows.append(
            _row(
                f"text file to vectors file, {_MODEL[setting['model']]}, {setting['epochs']} "
                f"epochs of {setting['text_bytes'] / 1e6:.0f} MB",
                f"{ours:.0f} s",
                f"gensim {theirs:.0f} s",
                ratio(walls["gensim"], walls["w2v"]),
            )
        )
    return rows


_MODEL = {"sg": "skip-gram", "cbow": "cbow"}


def _reading(folder: Path) -> list[str]:
    result = read(folder / "reading.json")
    if not result:
        return []
    speeds = result["words_per_second"]
    ours, theirs = (Spread.of(speeds[name]) for name in ("w2v", "gensim"))
    rows = [
        _row(
            f"read {result['bytes'] / 1e6:.0f} MB of text and build the vocabulary",
            _millions(ours),
            f"gensim {_millions(theirs)}",
            ratio(speeds["w2v"], speeds["gensim"]),
        )
    ]
    if large := result.get("large"):
        speed = large["words"] / large["seconds"] / 1e6
        what = f"read and encode {large['bytes'] / 1e9:.1f} GB"
        rows.append(_row(what, f"{speed:.2f} M words/s, {large['peak_unmapped_mb']:.0f} MB"))
    return rows


def _peers(folder: Path) -> list[str]:
    """Compare with those that ``engine speed`` does not, round by round; and the memory."""
    result = read(folder / "peers.json")
    rows = []
    for model, systems in result.get("models", {}).items():
        ours = systems.get("w2v", {})
        for name, theirs in systems.items():
            speeds = [_rounds(result["runs"], model, each) for each in ("w2v", name)]
            if name in ("w2v", "gensim") or len(speeds[0]) != len(speeds[1]):
                continue
            of_ours, of_theirs = (Spread(**each["words_per_second"]) for each in (ours, theirs))
            title = result["systems"][name]["title"]
            rows.append(
                _row(
                    f"train {model}, by `peers`",
                    _millions(of_ours),
                    f"{title} {_millions(of_theirs)}",
                    ratio(*speeds),
                )
            )
        if ours and "gensim" in systems:
            mine, gensims = (_memory(each) for each in (ours, systems["gensim"]))
            rows.append(_row(f"peak memory, {model}, by `peers`", mine, f"gensim {gensims}"))
    return rows


def _rounds(runs: Sequence[Mapping[str, Any]], model: str, system: str) -> list[float]:
    mine = (each for each in runs if (each["model"], each["system"]) == (model, system))
    return [each["words_per_second"] for each in mine if each["words_per_second"]]


def _memory(of: Mapping[str, Any]) -> str:
    whole, unmapped = (of[key]["median"] for key in ("peak_mb", "peak_unmapped_mb"))
    return f"{whole:.0f} MB, {unmapped:.0f} without files' pages"


def _scaling(folder: Path) -> list[str]:
    """Tell whether a word costs the same in the smallest and in the largest corpus."""
    speeds: dict[str, dict[int, list[float]]] = {}
    for each in read(folder / "scaling.json").get("results", []):
        if each["panel"] == "corpus":
            speeds.setdefault(each["series"], {})[each["value"]] = each["rounds"]
    return [
        _row(
            f"time a word, {series}, in a corpus of {max(of) / 1e6:g} M words",
            f"{1e3 / Spread.of(of[max(of)]).median * 1e6:.0f} ns",
            f"in one of {min(of) / 1e6:g} M words "
            f"{1e3 / Spread.of(of[min(of)]).median * 1e6:.0f} ns",
            ratio(of[min(of)], of[max(of)]),
        )
        for series, of in speeds.items()
    ]


def _sampling(folder: Path) -> list[str]:
    """Compare exact draws with NumPy's, in the middle of the sizes."""
    found = {
        (each["contestant"], each["vocabulary"]): each["words_per_second"]["median"] / 1e6
        for each in read(folder / "sampling.json").get("results", [])
        if each["negative"] == 5
    }
    sizes = sorted({size for _, size in found})
    size = sizes[(len(sizes) - 1) // 2] if sizes else 0
    ours = found.get(("exact, cpu", size))
    if not ours:
        return []
    others = {"random.choice, row by row": "", "Generator.choice, put back": " and not distinct"}
    theirs = "; ".join(
        f"`{name.split(',')[0]}`{name.partition(',')[2]}{what} {found[name, size]:.3g} M words/s"
        for name, what in others.items()
        if (name, size) in found
    )
    what = f"draw 5 exact negatives of {size:,} words, 1 thread"
    return [_row(what, f"{ours:.1f} M words/s", theirs)]


def _story(folder: Path) -> list[str]:
    result = read(folder / "story.json")
    rows = []
    for name, times in result.get("speedup_spread", {}).items():
        engine, _, kind = name.removeprefix("textbook / ").partition(", ")
        size = result["settings"]["middle"]
        step = {each["method"]: each["us"] for each in result["results"]
                if each["vocab_size"] == size}  # fmt: skip
        softmax = step.get("lookup + softmax") if kind == "CBOW" else None
        rows.append(
            _row(
                f"step on {result['settings']['batch']} words, {kind}, {size:,} words: "
                f"{_ENGINE[engine]}",
                f"{step[f'{engine}, exact, {kind}']:,.0f} µs",
                f"textbook code, Adam {step[f'textbook, {kind}'] / 1e3:,.1f} ms"
                + (f"; softmax over all words {softmax / 1e3:,.1f} ms" if softmax else ""),
                Spread(**times),
            )
        )
    return rows


_ENGINE = {
    "minibatch": "minibatch engine, Adam",
    "fused": "fused engine, SGD, negatives shared by a window",
}


def _millions(words_per_second: Spread) -> str:
    return f"{words_per_second.median / 1e6:.2f} M words/s"


ROWS = (_engine, _peers, _end_to_end, _reading, _scaling, _sampling, _story)

"""The README's figures, made from the results that stand in the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.harness.machine import RESULTS, processor_details
from benchmarks.harness.report import output_layer
from benchmarks.harness.scores import score_table
from w2v.bench.rounds import Spread, ratio

_BEGIN = (
    "<!-- figures: made by `python -m benchmarks readme` from benchmarks/results, not by hand -->"
)
_END = "<!-- end of figures -->"
_MODEL = {"sg": "skip-gram", "cbow": "cbow"}
_ENGINE = {
    "minibatch": "minibatch engine, Adam",
    "fused": "fused engine, SGD, negatives shared by a window",
}


def updated(page: str) -> str:
    """Return the README's text with its figures as the results say.

    Raises
    ------
    ValueError
        The page lacks the comments that the figures stand between.
    """
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"the page needs the lines {_BEGIN} and {_END}")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    parts = [_machine(folder) for folder in sorted(RESULTS.iterdir()) if folder.is_dir()]
    return "\n".join([before + _BEGIN, *(part for part in parts if part), _END]) + after


def _machine(folder: Path) -> str:
    rows = [row for make in ROWS for row in make(folder)]
    if not rows:
        return ""
    machines = [_read(path)["machine"] for path in sorted(folder.glob("*.json"))]
    machine = max(machines, key=len)  # the fullest description
    title = (
        f"On {machine.get('cpu', folder.name)}{processor_details(machine)}, "
        f"{machine.get('cores', '?')} cores ([all results](benchmarks/results/{folder.name})); "
        "medians, in brackets the lowest and highest ratio of a round:"
    )
    table = ["| what | w2v | compared with | |", "|---|---:|---:|---|", *rows]
    parts = ["", title, "", *table, ""]
    if quality := _read(folder / "engine-quality.json"):
        parts += [
            f"Vectors after {quality['epochs']} epochs of {quality['text']}: rank correlations "
            "with people's judgement and share of analogies solved, mean ± deviation of "
            f"{quality['seeds']} seeds. CBOW's default learning rate is word2vec's 0.05 here and "
            "0.025 in gensim; by `corpus_file`, gensim's fastest way, its rate falls less than "
            "asked.",
            "",
            score_table(quality["summary"]),
            "",
        ]
    return "\n".join(parts)


def _read(path: Path) -> dict[str, Any]:
    """Return a file of results, or nothing where it is not."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _row(what: str, ours: str, theirs: str = "", times: Spread | None = None) -> str:
    """Return a row; ratios with their lowest and highest, where there are some."""
    if times is None:
        return f"| {what} | {ours} | {theirs} | |"
    digits = 0 if times.median >= 100 else 1
    around = f" ({times.lowest:,.{digits}f}–{times.highest:,.{digits}f})"
    ratios = f"**{times.median:,.{digits}f} ×**{around if times.rounds > 1 else ''}"
    return f"| {what} | {ours} | {theirs} | {ratios} |"


def _millions(speed: Spread) -> str:
    return f"{speed.median / 1e6:.2f} M words/s"


def _engine(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("engine-speed*.json"), key=lambda path: len(path.stem)):
        result = _read(path)
        setting = result["setting"]
        for model in ("skip-gram", "cbow"):
            each = result["summary"][f"{model} words_per_second"]
            found = {name: Spread(**spread) for name, spread in each["spread"].items()}
            share = each.get("share", {}).get("w2v")
            ceiling = f", {share['median']:.0%} of the ceiling" if share else ""
            yield _row(
                f"train {model}, {setting['dim']} dimensions, "
                f"{output_layer(setting['negative'])}, {setting['threads']} threads",
                _millions(found["w2v"]) + ceiling,
                f"gensim {_millions(found['gensim'])}" if "gensim" in found else "",
                found.get("ratio"),
            )


def _peers(folder: Path) -> Iterator[str]:
    """Compare with those that ``engine speed`` does not, round by round; and the memory."""
    result = _read(folder / "peers.json")

    def rounds(model: str, system: str) -> list[float]:
        mine = (x for x in result["runs"] if (x["model"], x["system"]) == (model, system))
        return [each["words_per_second"] for each in mine if each["words_per_second"]]

    def memory(of: Mapping[str, Any]) -> str:
        whole, unmapped = (of[key]["median"] for key in ("peak_mb", "peak_unmapped_mb"))
        return f"{whole:.0f} MB, {unmapped:.0f} without files' pages"

    for model, systems in result.get("models", {}).items():
        ours = rounds(model, "w2v")
        for name in systems:
            theirs = rounds(model, name)
            if name in ("w2v", "gensim") or len(ours) != len(theirs):
                continue
            speeds = (Spread(**systems[x]["words_per_second"]) for x in ("w2v", name))
            mine, other = map(_millions, speeds)
            title = result["systems"][name]["title"]
            what = f"train {model}, by `peers`"
            yield _row(what, mine, f"{title} {other}", ratio(ours, theirs))
        if "w2v" in systems and "gensim" in systems:
            mine, other = (memory(systems[name]) for name in ("w2v", "gensim"))
            yield _row(f"peak memory, {model}, by `peers`", mine, f"gensim {other}")


def _end_to_end(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("end-to-end-*.json")):
        result = _read(path)
        walls, setting = result["wall_seconds"], result["setting"]
        if "gensim" in walls:
            ours, theirs = (Spread.of(walls[name]).median for name in ("w2v", "gensim"))
            yield _row(
                f"text file to vectors file, {_MODEL[setting['model']]}, {setting['epochs']} "
                f"epochs of {setting['text_bytes'] / 1e6:.0f} MB",
                f"{ours:.0f} s",
                f"gensim {theirs:.0f} s",
                ratio(walls["gensim"], walls["w2v"]),
            )


def _reading(folder: Path) -> Iterator[str]:
    result = _read(folder / "reading.json")
    if not result:
        return
    speeds = result["words_per_second"]
    ours, theirs = (Spread.of(speeds[name]) for name in ("w2v", "gensim"))
    yield _row(
        f"read {result['bytes'] / 1e6:.0f} MB of text and build the vocabulary",
        _millions(ours),
        f"gensim {_millions(theirs)}",
        ratio(speeds["w2v"], speeds["gensim"]),
    )
    if large := result.get("large"):
        speed = large["words"] / large["seconds"] / 1e6
        what = f"read and encode {large['bytes'] / 1e9:.1f} GB"
        yield _row(what, f"{speed:.2f} M words/s, {large['peak_unmapped_mb']:.0f} MB")


def _scaling(folder: Path) -> Iterator[str]:
    """Tell whether a word costs the same in the smallest and in the largest corpus."""
    speeds: dict[str, dict[int, list[float]]] = {}
    for each in _read(folder / "scaling.json").get("results", []):
        if each["panel"] == "corpus":
            speeds.setdefault(each["series"], {})[each["value"]] = each["rounds"]
    for series, of in speeds.items():
        large, small = max(of), min(of)
        costs = [f"{1e3 / Spread.of(of[size]).median * 1e6:.0f} ns" for size in (large, small)]
        yield _row(
            f"time a word, {series}, in a corpus of {large / 1e6:g} M words",
            costs[0],
            f"in one of {small / 1e6:g} M words {costs[1]}",
            ratio(of[small], of[large]),
        )


def _sampling(folder: Path) -> Iterator[str]:
    """Compare exact draws with NumPy's, in the middle of the sizes."""
    found = {
        (each["contestant"], each["vocabulary"]): each["words_per_second"]["median"] / 1e6
        for each in _read(folder / "sampling.json").get("results", [])
        if each["negative"] == 5
    }
    sizes = sorted({size for _, size in found})
    size = sizes[(len(sizes) - 1) // 2] if sizes else 0
    if ours := found.get(("exact, cpu", size)):
        others = {
            "random.choice, row by row": "",
            "Generator.choice, put back": " and not distinct",
        }
        theirs = "; ".join(
            f"`{name.split(',')[0]}`{name.partition(',')[2]}{what} "
            f"{found[name, size]:.3g} M words/s"
            for name, what in others.items()
            if (name, size) in found
        )
        what = f"draw 5 exact negatives of {size:,} words, 1 thread"
        yield _row(what, f"{ours:.1f} M words/s", theirs)


def _story(folder: Path) -> Iterator[str]:
    result = _read(folder / "story.json")
    for name, times in result.get("speedup_spread", {}).items():
        engine, _, kind = name.removeprefix("textbook / ").partition(", ")
        size = result["settings"]["middle"]
        steps = (each for each in result["results"] if each["vocab_size"] == size)
        step = {each["method"]: each["us"] for each in steps}
        softmax = step.get("lookup + softmax") if kind == "CBOW" else None
        yield _row(
            f"step on {result['settings']['batch']} words, {kind}, {size:,} words: "
            f"{_ENGINE[engine]}",
            f"{step[f'{engine}, exact, {kind}']:,.0f} µs",
            f"textbook code, Adam {step[f'textbook, {kind}'] / 1e3:,.1f} ms"
            + (f"; softmax over all words {softmax / 1e3:,.1f} ms" if softmax else ""),
            Spread(**times),
        )


ROWS = (_engine, _peers, _end_to_end, _reading, _scaling, _sampling, _story)

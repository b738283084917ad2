"""The README's figures, made from the results that stand in the repository."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness.machine import RESULTS, processor_details
from benchmarks.harness.report import output_layer, spread_of
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
_NUMPY = {
    "random.choice, row by row": "`random.choice` row by row",
    "Generator.choice, put back": "`Generator.choice` put back and not distinct",
}
Row = tuple[str, str, str, Spread | None]
"""What is done, what it takes here, what it takes others, and the ratios of the rounds."""


def updated(page: str) -> str:
    """Return the README's text with its figures as the results say, between two comments."""
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"the page needs the lines {_BEGIN} and {_END}")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    parts = [_machine(folder) for folder in sorted(RESULTS.iterdir()) if folder.is_dir()]
    return "\n".join([before + _BEGIN, *(part for part in parts if part), _END]) + after


def _machine(folder: Path) -> str:
    rows = [_line(*row) for make in ROWS for row in make(folder)]
    if not rows:
        return ""
    # The fullest description of the machine.
    machine = max((_read(path)["machine"] for path in sorted(folder.glob("*.json"))), key=len)
    title = (
        f"On {machine.get('cpu', folder.name)}{processor_details(machine)}, "
        f"{machine.get('cores', '?')} cores ([all results](benchmarks/results/{folder.name})); "
        "medians, in brackets the lowest and highest ratio of a round:"
    )
    parts = ["", title, "", "| what | w2v | compared with | |", "|---|---:|---:|---|", *rows, ""]
    if quality := _read(folder / "engine-quality.json"):
        about = (
            f"Vectors after {quality['epochs']} epochs of {quality['text']}: rank correlations "
            "with people's judgement and share of analogies solved, mean ± deviation of "
            f"{quality['seeds']} seeds. CBOW's default learning rate is word2vec's 0.05 here and "
            "0.025 in gensim; by `corpus_file`, gensim's fastest way, its rate falls less than "
            "asked."
        )
        parts += [about, "", score_table(quality["summary"]), ""]
    return "\n".join(parts)


def _read(path: Path) -> dict[str, Any]:
    """Return a file of results, or nothing where it is not."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _line(what: str, ours: str, theirs: str, times: Spread | None) -> str:
    """Return a row of the table; ratios with their lowest and highest, where there are some."""
    if times is None:
        return f"| {what} | {ours} | {theirs} | |"
    digits = 0 if times.median >= 100 else 1
    around = f" ({times.lowest:,.{digits}f}–{times.highest:,.{digits}f})"
    ratios = f"**{times.median:,.{digits}f} ×**{around if times.rounds > 1 else ''}"
    return f"| {what} | {ours} | {theirs} | {ratios} |"


def _millions(speeds: Any) -> str:
    return f"{spread_of(speeds).median / 1e6:.2f} M words/s"


def _engine(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.glob("engine-speed*.json"), key=lambda path: len(path.stem)):
        result = _read(path)
        setting = result["setting"]
        how = f"{setting['dim']} dimensions, {output_layer(setting['negative'])}"
        for model in _MODEL.values():
            each = result["summary"][f"{model} words_per_second"]
            found, share = each["spread"], each.get("share", {}).get("w2v")
            ceiling = f", {share['median']:.0%} of the ceiling" if share else ""
            yield (
                f"train {model}, {how}, {setting['threads']} threads",
                _millions(found["w2v"]) + ceiling,
                f"gensim {_millions(found['gensim'])}" if "gensim" in found else "",
                spread_of(found["ratio"]) if "ratio" in found else None,
            )


def _peers(folder: Path) -> Iterator[Row]:
    """Compare with those that ``engine speed`` does not, round by round; and the memory."""
    result = _read(folder / "peers.json")
    for model, systems in result.get("models", {}).items():
        rounds: dict[str, list[float]] = {}
        for run in result["runs"]:
            if run["model"] == model and run["words_per_second"]:
                rounds.setdefault(run["system"], []).append(run["words_per_second"])
        speeds = {x: _millions(y["words_per_second"]) for x, y in systems.items() if x in rounds}
        for name in (x for x in speeds if x not in ("w2v", "gensim")):
            if len(rounds.get("w2v", ())) == len(rounds[name]):
                title, times = result["systems"][name]["title"], ratio(rounds["w2v"], rounds[name])
                yield f"train {model}, by `peers`", speeds["w2v"], f"{title} {speeds[name]}", times
        if "w2v" in systems and "gensim" in systems:
            peaks = [[systems[name][key]["median"] for key in ("peak_mb", "peak_unmapped_mb")]
                     for name in ("w2v", "gensim")]  # fmt: skip
            ours, theirs = (f"{x:.0f} MB, {y:.0f} without files' pages" for x, y in peaks)
            yield f"peak memory, {model}, by `peers`", ours, f"gensim {theirs}", None


def _end_to_end(folder: Path) -> Iterator[Row]:
    for result in map(_read, sorted(folder.glob("end-to-end-*.json"))):
        walls, setting = result["wall_seconds"], result["setting"]
        if "gensim" in walls:
            ours, theirs = (f"{spread_of(walls[name]).median:.0f} s" for name in ("w2v", "gensim"))
            yield (
                f"text file to vectors file, {_MODEL[setting['model']]}, {setting['epochs']} "
                f"epochs of {setting['text_bytes'] / 1e6:.0f} MB",
                ours, f"gensim {theirs}", ratio(walls["gensim"], walls["w2v"]),
            )  # fmt: skip


def _reading(folder: Path) -> Iterator[Row]:
    if result := _read(folder / "reading.json"):
        speeds = result["words_per_second"]
        ours, theirs = (_millions(speeds[name]) for name in ("w2v", "gensim"))
        what = f"read {result['bytes'] / 1e6:.0f} MB of text and build the vocabulary"
        yield what, ours, f"gensim {theirs}", ratio(speeds["w2v"], speeds["gensim"])
    if large := result.get("large"):
        speed = large["words"] / large["seconds"] / 1e6
        took = f"{speed:.2f} M words/s, {large['peak_unmapped_mb']:.0f} MB"
        yield f"read and encode {large['bytes'] / 1e9:.1f} GB", took, "", None


def _scaling(folder: Path) -> Iterator[Row]:
    """Tell whether a word costs the same in the smallest and in the largest corpus."""
    speeds: dict[str, dict[int, list[float]]] = {}
    for each in _read(folder / "scaling.json").get("results", []):
        if each["panel"] == "corpus":
            speeds.setdefault(each["series"], {})[each["value"]] = each["rounds"]
    for series, of in speeds.items():
        large, small = max(of), min(of)
        costs = [f"{1e3 / spread_of(of[size]).median * 1e6:.0f} ns" for size in (large, small)]
        what, theirs = f"time a word, {series}, in a corpus of {large / 1e6:g} M words", costs[1]
        times = ratio(of[small], of[large])
        yield what, costs[0], f"in one of {small / 1e6:g} M words {theirs}", times


def _sampling(folder: Path) -> Iterator[Row]:
    """Compare exact draws with NumPy's, in the middle of the sizes."""
    records = _read(folder / "sampling.json").get("results", [])
    found = {(each["contestant"], each["vocabulary"]): each["words_per_second"]["median"] / 1e6
             for each in records if each["negative"] == 5}  # fmt: skip
    sizes = sorted({size for _, size in found})
    size = sizes[(len(sizes) - 1) // 2] if sizes else 0
    if ours := found.get(("exact, cpu", size)):
        theirs = "; ".join(f"{title} {found[name, size]:.3g} M words/s"
                           for name, title in _NUMPY.items() if (name, size) in found)  # fmt: skip
        what = f"draw 5 exact negatives of {size:,} words, 1 thread"
        yield what, f"{ours:.1f} M words/s", theirs, None


def _story(folder: Path) -> Iterator[Row]:
    result = _read(folder / "story.json")
    for name, times in result.get("speedup_spread", {}).items():
        engine, _, kind = name.removeprefix("textbook / ").partition(", ")
        size, batch = (result["settings"][key] for key in ("middle", "batch"))
        step = {x["method"]: x["us"] for x in result["results"] if x["vocab_size"] == size}
        theirs = f"textbook code, Adam {step[f'textbook, {kind}'] / 1e3:,.1f} ms"
        if kind == "CBOW" and (softmax := step.get("lookup + softmax")):
            theirs += f"; softmax over all words {softmax / 1e3:,.1f} ms"
        what = f"step on {batch} words, {kind}, {size:,} words: {_ENGINE[engine]}"
        yield what, f"{step[f'{engine}, exact, {kind}']:,.0f} µs", theirs, spread_of(times)


ROWS = (_engine, _peers, _end_to_end, _reading, _scaling, _sampling, _story)

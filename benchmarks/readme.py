"""The figures of the README and of docs/benchmarks.md, made from the results in the repository."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness.machine import RESULTS, ROOT, processor_details
from benchmarks.harness.report import read_json
from benchmarks.harness.scores import TITLES, score_table
from benchmarks.harness.tables import grouped, output_layer, spread_of
from benchmarks.speed_and_quality import PICTURE, peers_at_hand
from w2v.bench.rounds import Spread, ratio

_BEGIN = (
    "<!-- figures: made by `python -m benchmarks readme` from benchmarks/results, not by hand -->"
)
_END = "<!-- end of figures -->"
_SHORT = 10  # million words, below which a text's are told
_MODEL = {"sg": "skip-gram", "cbow": "cbow"}
_ENGINE = {
    "minibatch": "minibatch engine, Adam",
    "fused": "fused engine, SGD, negatives shared by a window",
}
_NUMPY = {
    "random.choice, row by row": "`random.choice` row by row",
    "Generator.choice, put back": "`Generator.choice` put back and not distinct",
}
_QUALITY = (
    "Vectors after {epochs} epochs of {text}: rank correlations with people's judgement and share "
    "of analogies solved, mean ± deviation of {seeds} seeds. CBOW's default learning rate is "
    "word2vec's 0.05 here and 0.025 in gensim; by `corpus_file`, gensim's fastest way, its rate "
    "falls less than asked."
)
Row = tuple[str, str, str, Spread | None]
"""What is done, what it takes here, what it takes others, and the ratios of the rounds."""


def pages() -> dict[Path, str]:
    """Return the two pages with their figures as the results say, between two comments."""
    made = {"README.md": _short, "docs/benchmarks.md": _whole}
    return {ROOT / name: _updated(ROOT / name, make) for name, make in made.items()}


def _updated(path: Path, make: Callable[[Path], str]) -> str:
    page = path.read_text(encoding="utf-8")
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"{path.name} needs the lines {_BEGIN} and {_END}")
    before, rest = page.split(_BEGIN)
    folders = [folder for folder in sorted(RESULTS.iterdir()) if folder.is_dir()]
    # Where most was measured comes first.
    parts = [make(each) for each in sorted(folders, key=lambda each: -len(list(each.iterdir())))]
    return "\n".join([before + _BEGIN, *filter(None, parts), _END]) + rest.split(_END)[1]


def _short(folder: Path) -> str:
    """Return a picture and the rows that say most, where the peers were measured."""
    if not (result := read_json(folder / "peers.json")):
        return ""
    (sg, cbow, *_), (whole, *_), (reading, *_) = (
        list(make(folder)) for make in (_engine, _end_to_end, _reading)
    )
    memory = next(row for row in _peers(folder) if row[0].startswith("peak memory"))
    rows = [sg, cbow, whole, reading, *_quality(folder), memory]
    peers = f"Skip-gram beside its peers: {', '.join(peers_at_hand(result))}"
    picture = f"![{peers}]({PICTURE.relative_to(ROOT).as_posix()})"
    return "\n".join(["", picture, "", *_table(rows), "", f"On {_machine(folder)}.", ""])


def _whole(folder: Path) -> str:
    rows = [row for make in ROWS for row in make(folder)]
    frontier = folder / "frontier.md"
    if not rows and not frontier.exists():
        return ""
    title = f"On {_machine(folder)} (all results: `benchmarks/results/{folder.name}`)"
    title += "; medians, in brackets the lowest and highest ratio of a round:" if rows else ":"
    parts = ["", title, "", *([*_table(rows), ""] if rows else [])]
    if quality := read_json(folder / "engine-quality.json"):
        parts += [_QUALITY.format(**quality), "", score_table(quality["summary"]), ""]
    if frontier.exists():
        title, setting, _, clock, *_ = frontier.read_text(encoding="utf-8").split("\n\n")
        picture = frontier.with_suffix(".png").relative_to(ROOT).as_posix()
        parts += [f"#{title}", "", f"{setting}. {clock}", "", f"![{title[2:]}](../{picture})", ""]
        parts += [f"All scores: [frontier.md](../{frontier.relative_to(ROOT).as_posix()}).", ""]
    return "\n".join(parts)


def _machine(folder: Path) -> str:
    """Return a machine by the fullest of its descriptions."""
    machine = max((read_json(path)["machine"] for path in sorted(folder.glob("*.json"))), key=len)
    cores = machine.get("cores", "?")
    return f"{machine.get('cpu', folder.name)}{processor_details(machine)}, {cores} cores"


def _table(rows: list[Row]) -> list[str]:
    return ["| what | w2v | compared with | |", "|---|---:|---:|---|", *(_line(*x) for x in rows)]


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
        setting, summary = (read_json(path)[key] for key in ("setting", "summary"))
        how = f"{setting['dim']} dimensions, {output_layer(setting['negative'])}"
        how += f", window {setting['window']}" if setting.get("window", 5) != 5 else ""
        if (words := setting["words"] / 1e6) < _SHORT:
            how += f", a text of {words:.0f} M words"
        for model in _MODEL.values():
            each = summary[f"{model} words_per_second"]
            found, share = each["spread"], each.get("share", {}).get("w2v")
            ours = _millions(found["w2v"])
            ours += f", {share['median']:.0%} of the ceiling" if share else ""
            theirs = f"gensim {_millions(found['gensim'])}" if "gensim" in found else ""
            times = spread_of(found["ratio"]) if "ratio" in found else None
            yield f"train {model}, {how}, {setting['threads']} threads", ours, theirs, times


def _peers(folder: Path) -> Iterator[Row]:
    """Compare with those that ``engine speed`` does not, round by round; and the memory."""
    result = read_json(folder / "peers.json")
    for model, systems in result.get("models", {}).items():
        runs = [x for x in result["runs"] if x["model"] == model and x["words_per_second"]]
        rounds = {name: [run["words_per_second"] for run in each]
                  for name, each in grouped(runs, "system").items()}  # fmt: skip
        ours = rounds.get("w2v", [])
        for name, theirs in rounds.items():
            if name not in ("w2v", "gensim") and len(ours) == len(theirs):
                title = f"{result['systems'][name]['title']} {_millions(theirs)}"
                yield f"train {model}, by `peers`", _millions(ours), title, ratio(ours, theirs)
        if "w2v" in systems and "gensim" in systems:
            here, there = (
                "{:.0f} MB, {:.0f} without files' pages".format(
                    *(systems[name][key]["median"] for key in ("peak_mb", "peak_unmapped_mb"))
                )
                for name in ("w2v", "gensim")
            )
            yield f"peak memory, {model}, by `peers`", here, f"gensim {there}", None


def _quality(folder: Path) -> Iterator[Row]:
    """Hold skip-gram's vectors against those of gensim's fastest way."""
    result = read_json(folder / "engine-quality.json")
    if {"skip-gram w2v", "skip-gram gensim (corpus_file)"} <= result.get("summary", {}).keys():
        measures = ("wordsim353", "analogies")
        here, there = (
            ", ".join(f"{result['summary'][f'skip-gram {name}'][x]['mean']:.3f}" for x in measures)
            for name in ("w2v", "gensim (corpus_file)")
        )
        of = ", ".join(TITLES[x] for x in measures)
        yield f"{of}, skip-gram, {result['epochs']} epochs", here, f"gensim {there}", None


def _end_to_end(folder: Path) -> Iterator[Row]:
    for result in map(read_json, sorted(folder.glob("end-to-end-*.json"))):
        walls, setting = result["wall_seconds"], result["setting"]
        if "gensim" in walls:
            ours, theirs = (f"{spread_of(walls[name]).median:.0f} s" for name in ("w2v", "gensim"))
            size = f"{setting['epochs']} epochs of {setting['text_bytes'] / 1e6:.0f} MB"
            what = f"text file to vectors file, {_MODEL[setting['model']]}, {size}"
            yield what, ours, f"gensim {theirs}", ratio(walls["gensim"], walls["w2v"])


def _reading(folder: Path) -> Iterator[Row]:
    if result := read_json(folder / "reading.json"):
        ours, theirs = (result["words_per_second"][name] for name in ("w2v", "gensim"))
        what = f"read {result['bytes'] / 1e6:.0f} MB of text and build the vocabulary"
        yield what, _millions(ours), f"gensim {_millions(theirs)}", ratio(ours, theirs)
    if large := result.get("large"):
        took = (
            f"{_millions([large['words'] / large['seconds']])}, {large['peak_unmapped_mb']:.0f} MB"
        )
        yield f"read and encode {large['bytes'] / 1e9:.1f} GB", took, "", None
    processes = result.get("processes", {})
    for name, each in processes.items():
        size = name.rpartition(" of ")[2].rpartition("`, ")[2]
        if name.startswith("`w2v") and (gensims := processes.get(f"gensim reads {size}")):
            whole, scan = (spread_of(gensims[x]).median for x in ("seconds", "scan_seconds"))
            theirs = f"gensim, import and vocabulary {whole:.1f} s, {scan:.1f} of them the scan"
            times = ratio(gensims["seconds"], each["seconds"])
            yield (
                f"{name}, whole process",
                f"{spread_of(each['seconds']).median:.1f} s",
                theirs,
                times,
            )


def _scaling(folder: Path) -> Iterator[Row]:
    """Tell whether a word costs the same in the smallest and in the largest corpus."""
    records = read_json(folder / "scaling.json").get("results", [])
    corpora = grouped((x for x in records if x["panel"] == "corpus"), "series")
    for series, each in corpora.items():
        of = {x["value"]: x["rounds"] for x in each}
        large, small = max(of), min(of)
        here, there = (f"{1e9 / spread_of(of[size]).median:.0f} ns" for size in (large, small))
        what = f"time a word, {series}, in a corpus of {large / 1e6:g} M words"
        yield what, here, f"in one of {small / 1e6:g} M words {there}", ratio(of[small], of[large])


def _sampling(folder: Path) -> Iterator[Row]:
    """Compare exact draws with NumPy's, in the middle of the sizes."""
    records = read_json(folder / "sampling.json").get("results", [])
    found = {(each["contestant"], each["vocabulary"]): each["words_per_second"]["median"] / 1e6
             for each in records if each["negative"] == 5}  # fmt: skip
    sizes = sorted({size for _, size in found}) or [0]
    size = sizes[(len(sizes) - 1) // 2]
    if ours := found.get(("exact, cpu", size)):
        theirs = "; ".join(f"{title} {found[name, size]:.3g} M words/s"
                           for name, title in _NUMPY.items() if (name, size) in found)  # fmt: skip
        what = f"draw 5 exact negatives of {size:,} words, 1 thread"
        yield what, f"{ours:.1f} M words/s", theirs, None


def _story(folder: Path) -> Iterator[Row]:
    result = read_json(folder / "story.json")
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

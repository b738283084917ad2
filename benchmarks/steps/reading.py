"""Text to encoded corpus, beside gensim's vocabulary scan; whole processes; and a large corpus."""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from benchmarks.contest.libraries import Job, missing_gensim, train_gensim
from benchmarks.harness import machine, options, plots, report, tables, texts, turns
from benchmarks.harness.processes import watch
from w2v.bench.rounds import ratio
from w2v.data import read_corpus

_BIG = "Also encode 1 GB and measure its memory."
_SIZES = {"1 M words": 1_000_000, "25 MB": round(25e6 / texts.BYTES_A_WORD)}
_LARGE = 1_050_000_000  # bytes: about 200 million words
_PREPARE = """
import json, sys, time
from w2v.data import prepare
begin = time.perf_counter()
corpus = prepare(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "words": corpus.total_words, "vocab": len(corpus.vocab)}))
"""

_SCAN = """
import sys, time
from gensim.models import Word2Vec
model, begin = Word2Vec(), time.perf_counter()
model.build_vocab(corpus_file=sys.argv[1])
print(time.perf_counter() - begin)
"""


def run(
    folder: Path, *, corpus: options.Corpus = None, words: options.Words = None,
    rounds: options.Rounds = 5,
    small: Annotated[tuple[str, ...], options.Quick(("25 MB",))] = tuple(_SIZES),
    large: Annotated[bool, Option(help=_BIG), options.Quick(False)] = True,
) -> str:  # fmt: skip
    """Measure, also processes where ``small`` and 1 GB where ``large``, and write ``reading``."""
    with texts.benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        size = text.path.stat().st_size

        def ours() -> float:
            begin = time.perf_counter()
            return read_corpus(text.path).total_words / (time.perf_counter() - begin)

        def gensims() -> float:
            job = Job(text.path, Path(), False, 1, 0, machine.usable_cores())
            told = train_gensim(job)[1]
            return told["words"] / told["vocabulary_seconds"]

        ours()  # compiles, and brings the file into memory
        contestants = {"w2v": ours} | ({} if missing_gensim() else {"gensim": gensims})
        speeds = turns.take_turns("reading", contestants, rounds)
        figures: dict[str, Any] = {"text": str(text), "bytes": size, "words_per_second": speeds,
                                   "left_out": missing_gensim()}  # fmt: skip
        if small:
            figures["processes"] = _processes(text, Path(scratch), rounds, small)
        if large:
            turns.say("reading: 1 GB, for its memory", passing=True)
            figures["large"] = _memory(text, Path(scratch))
    titles = {
        "w2v": "w2v, text to encoded corpus",
        "gensim": "gensim, `build_vocab(corpus_file=…)`",
    }
    rows = [[titles[name], tables.shown(each, 1e6, 1), None, None] for name, each in speeds.items()]
    if "gensim" in speeds:
        rows[0][2] = ratio(speeds["w2v"], speeds["gensim"]).text(1, 1)
    if big := figures.get("large"):
        peaks = f"{big['peak_unmapped_mb']:.0f} MB, {big['peak_rss_mb']:.0f} with file mappings"
        what = f"`prepare`, {big['bytes'] / 1e9:.2f} GB, {big['words'] / 1e6:.0f} M words"
        rows.append([what, f"{big['words'] / big['seconds'] / 1e6:.1f}", None, peaks])
    columns = ["", "M words/s", "× gensim", "peak memory"]
    parts = [report.MEDIANS, tables.markdown_table(columns, rows)]
    if small:
        rows = [[name, tables.shown(each["seconds"]), tables.shown(each["cpu_seconds"]),
                 tables.shown(each.get("scan_seconds"))]
                for name, each in figures["processes"].items()]  # fmt: skip
        columns = ["whole process", "seconds", "processor seconds", "vocabulary scan alone"]
        parts.append(tables.markdown_table(columns, rows))
    plot = plots.bars(speeds, 1e6, "million words read a second")
    return report.write(folder, "reading", "Reading text", figures, parts, plot)


def _processes(
    text: texts.Text, scratch: Path, rounds: int, sizes: tuple[str, ...]
) -> dict[str, dict[str, list[float]]]:
    """Time commands on small texts from start to end, beside what gensim takes to read these."""
    found: dict[str, dict[str, list[float]]] = {}

    def timed(name: str, command: list[str]) -> float:
        done, of = watch([sys.executable, *command]), found.setdefault(name, {})
        of.setdefault("seconds", []).append(done.wall_seconds)
        of.setdefault("cpu_seconds", []).append(done.cpu_seconds)
        if name.startswith("gensim"):
            of.setdefault("scan_seconds", []).append(float(done.output.split()[-1]))
        return done.wall_seconds

    contestants: dict[str, Callable[[], float]] = {}
    out = str(scratch / "small")
    for size in sizes:
        with texts.benchmark_text(text.path, _SIZES[size]) as part:
            path = str(part.path.rename(scratch / f"{size}.txt"))
        commands = {
            f"`w2v train`, {epochs} epochs of {size}": [
                "-m",
                "w2v",
                "train",
                path,
                "-o",
                f"{out}.bin",
                "--epochs",
                f"{epochs}",
                "--quiet",
            ]
            for epochs in (1, 5)
            if "words" in size
        } | {f"`w2v prepare`, {size}": ["-m", "w2v", "prepare", path, "-o", out, "--quiet"]}
        if not missing_gensim():
            commands[f"gensim reads {size}"] = ["-c", _SCAN, path]
        contestants |= {name: partial(timed, name, each) for name, each in commands.items()}
    next(iter(contestants.values()))()  # compiles what training needs; `read_corpus` ran before
    found.clear()
    turns.take_turns("reading: processes", contestants, rounds)
    return found


def _memory(text: texts.Text, scratch: Path) -> dict[str, float]:
    """Encode about 1 GB in a process of its own."""
    big = texts.repeat(text, scratch / "large.txt", max(1, _LARGE // text.path.stat().st_size))
    found = watch([sys.executable, "-c", _PREPARE, str(big), str(scratch / "large.w2v")])
    return {"bytes": big.stat().st_size, "peak_unmapped_mb": found.peak_unmapped_mb or 0.0,
            "peak_rss_mb": found.peak_mb or 0.0,
            **json.loads(found.output.splitlines()[-1])}  # fmt: skip

"""Text to encoded corpus, beside gensim's vocabulary scan; and the memory of a large corpus."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.contest.libraries import NO_GENSIM, Job, has_gensim, train_gensim
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.options import Corpus, Rounds, Words
from benchmarks.harness.plots import bars
from benchmarks.harness.processes import watch
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import left_out, markdown_table, page, write
from benchmarks.harness.texts import Text, benchmark_text, repeat
from w2v.bench.rounds import Spread, ratio
from w2v.data import read_corpus

QUICK = {"words": 200_000, "rounds": 2, "large": False}
_TITLES = {"w2v": "w2v, text to encoded corpus", "gensim": "gensim, `build_vocab(corpus_file=…)`"}
_LARGE = 1_050_000_000  # bytes: about 200 million words
_BYTES_A_SECOND = {"w2v": 150e6, "gensim": 18e6, "large": 100e6}  # expected of two cores
_PREPARE = """
import json, sys, time
from w2v.data import prepare
begin = time.perf_counter()
corpus = prepare(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "words": corpus.total_words, "vocab": len(corpus.vocab)}))
"""


def run(
    folder: Path,
    *,
    corpus: Corpus = None,
    words: Words = None,
    rounds: Rounds = 5,
    large: Annotated[bool, typer.Option(help="Also encode 1 GB and measure its memory.")] = True,
) -> str:
    """Measure, also the memory that 1 GB takes where ``large``, and write ``reading``."""
    with benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        size = text.path.stat().st_size
        turns: dict[str, Callable[[], float]] = {"w2v": partial(_ours, text)}
        if has_gensim():
            turns["gensim"] = partial(_gensims, text)
        seconds = {name: size / _BYTES_A_SECOND[name] for name in turns}
        at_last = _LARGE / _BYTES_A_SECOND["large"] if large else 0
        with Progress("reading", 3 + rounds * sum(seconds.values()) + at_last) as progress:
            _ours(text)  # compiles, and brings the file into memory
            speeds = progress.alternate(turns, rounds, seconds)
            figures: dict[str, Any] = {"text": str(text), "bytes": size, "words_per_second": speeds}
            if large:
                progress.step("1 GB, for its memory", at_last)
                figures["large"] = _memory(text, Path(scratch))
    spreads = {name: Spread.of(each) for name, each in speeds.items()}
    notes = left_out([] if has_gensim() else [NO_GENSIM])
    if has_gensim():
        times = ratio(speeds["w2v"], speeds["gensim"]).text(1, 1)
        notes = [f"Ratio, within a round: {times}."]
    if big := figures.get("large"):
        notes.append(
            f"`prepare` of {big['bytes'] / 1e9:.2f} GB ({big['words'] / 1e6:.0f} M words): "
            f"{big['seconds']:.0f} s, {big['words'] / big['seconds'] / 1e6:.1f} M words/s, peak "
            f"memory {big['peak_unmapped_mb']:.0f} MB without file mappings "
            f"({big['peak_rss_mb']:.0f} MB with)."
        )
    table = page(
        "Reading text",
        f"{text}, {size / 1e6:.1f} MB of plain text, all cores, by turns. Median (lowest–highest).",
        markdown_table(
            ["", "M words/s"], [[_TITLES[k], s.text(1e6, 1)] for k, s in spreads.items()]
        ),
        notes,
    )
    plot = partial(bars, values=spreads, unit=1e6, label="million words read a second")
    return write(folder, "reading", figures, table, plot)


def _ours(text: Text) -> float:
    begin = time.perf_counter()
    corpus = read_corpus(text.path)
    return corpus.total_words / (time.perf_counter() - begin)


def _gensims(text: Text) -> float:
    told = train_gensim(Job(text.path, Path(), False, 1, 0, usable_cores()))[1]
    return told["words"] / told["vocabulary_seconds"]


def _memory(text: Text, scratch: Path) -> dict[str, float]:
    """Encode about 1 GB in a process of its own."""
    times = max(1, _LARGE // text.path.stat().st_size)
    big = repeat(text, scratch / "large.txt", times)
    found = watch([sys.executable, "-c", _PREPARE, str(big), str(scratch / "large.w2v")])
    return {
        "bytes": big.stat().st_size,
        "peak_unmapped_mb": found.peak_unmapped_mb or 0.0,
        "peak_rss_mb": found.peak_mb or 0.0,
        **json.loads(found.output.splitlines()[-1]),
    }

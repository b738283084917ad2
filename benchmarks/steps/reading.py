"""Text to encoded corpus, beside gensim's vocabulary scan; and the memory of a large corpus."""

import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.contest.libraries import Job, missing_gensim, train_gensim
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.options import Corpus, Rounds, Words
from benchmarks.harness.plots import bars
from benchmarks.harness.processes import watch
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import left_out, markdown_table, page, shown, write
from benchmarks.harness.texts import Text, benchmark_text, repeat
from w2v.bench.rounds import ratio
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
    folder: Path, *, corpus: Corpus = None, words: Words = None, rounds: Rounds = 5,
    large: Annotated[bool, typer.Option(help="Also encode 1 GB and measure its memory.")] = True,
) -> str:  # fmt: skip
    """Measure, also the memory that 1 GB takes where ``large``, and write ``reading``."""
    with benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        size = text.path.stat().st_size
        turns = {"w2v": (partial(_ours, text), size / _BYTES_A_SECOND["w2v"])}
        if not missing_gensim():
            turns["gensim"] = (partial(_gensims, text), size / _BYTES_A_SECOND["gensim"])
        at_last = _LARGE / _BYTES_A_SECOND["large"] if large else 0
        expected = 3 + rounds * sum(seconds for _, seconds in turns.values()) + at_last
        with Progress("reading", expected) as progress:
            _ours(text)  # compiles, and brings the file into memory
            speeds = progress.alternate(turns, rounds)
            figures: dict[str, Any] = {"text": str(text), "bytes": size, "words_per_second": speeds}
            if large:
                progress.step("1 GB, for its memory", at_last)
                figures["large"] = _memory(text, Path(scratch))
    notes = left_out(missing_gensim())
    if "gensim" in speeds:
        notes = [f"Ratio, within a round: {ratio(speeds['w2v'], speeds['gensim']).text(1, 1)}."]
    if big := figures.get("large"):
        notes.append(
            f"`prepare` of {big['bytes'] / 1e9:.2f} GB ({big['words'] / 1e6:.0f} M words): "
            f"{big['seconds']:.0f} s, {big['words'] / big['seconds'] / 1e6:.1f} M words/s, peak "
            f"memory {big['peak_unmapped_mb']:.0f} MB without file mappings "
            f"({big['peak_rss_mb']:.0f} MB with)."
        )
    rows = [[_TITLES[name], shown(each, 1e6, 1)] for name, each in speeds.items()]
    about = (
        f"{text}, {size / 1e6:.1f} MB of plain text, all cores, by turns. Median (lowest–highest)."
    )
    table = page("Reading text", about, markdown_table(["", "M words/s"], rows), notes)
    plot = bars(speeds, 1e6, "million words read a second")
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
    big = repeat(text, scratch / "large.txt", max(1, _LARGE // text.path.stat().st_size))
    found = watch([sys.executable, "-c", _PREPARE, str(big), str(scratch / "large.w2v")])
    return {"bytes": big.stat().st_size, "peak_unmapped_mb": found.peak_unmapped_mb or 0.0,
            "peak_rss_mb": found.peak_mb or 0.0,
            **json.loads(found.output.splitlines()[-1])}  # fmt: skip

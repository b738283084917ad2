"""Text to encoded corpus, beside gensim's vocabulary scan; and the memory of a large corpus."""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from benchmarks.contest.libraries import Job, missing_gensim, train_gensim
from benchmarks.harness import machine, options, plots, report, tables, texts, turns
from benchmarks.harness.processes import watch
from w2v.bench.rounds import ratio
from w2v.data import read_corpus

_BIG = "Also encode 1 GB and measure its memory."
_LARGE = 1_050_000_000  # bytes: about 200 million words
_PREPARE = """
import json, sys, time
from w2v.data import prepare
begin = time.perf_counter()
corpus = prepare(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "words": corpus.total_words, "vocab": len(corpus.vocab)}))
"""


def run(
    folder: Path, *, corpus: options.Corpus = None, words: options.Words = None,
    rounds: options.Rounds = 5,
    large: Annotated[bool, Option(help=_BIG), options.Quick(False)] = True,
) -> str:  # fmt: skip
    """Measure, also the memory that 1 GB takes where ``large``, and write ``reading``."""
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
    plot = plots.bars(speeds, 1e6, "million words read a second")
    return report.write(folder, "reading", "Reading text", figures, parts, plot)


def _memory(text: texts.Text, scratch: Path) -> dict[str, float]:
    """Encode about 1 GB in a process of its own."""
    big = texts.repeat(text, scratch / "large.txt", max(1, _LARGE // text.path.stat().st_size))
    found = watch([sys.executable, "-c", _PREPARE, str(big), str(scratch / "large.w2v")])
    return {"bytes": big.stat().st_size, "peak_unmapped_mb": found.peak_unmapped_mb or 0.0,
            "peak_rss_mb": found.peak_mb or 0.0,
            **json.loads(found.output.splitlines()[-1])}  # fmt: skip

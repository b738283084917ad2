"""Text to encoded corpus, beside gensim's vocabulary scan; and the memory of a large corpus."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.corpora import unpack_books
from benchmarks.machine import describe_machine, usable_cores

_LARGE = 11  # times books-18m: 200 million words, 1.06 GB

# Run in a process of its own; its peak of memory that no file backs is what is asked for.
_PREPARE = """
import json, resource, sys, threading, time
from pathlib import Path
from w2v.data import prepare
peak, done = [0], threading.Event()
def watch():
    while not done.wait(0.02):
        status = Path("/proc/self/status")
        if status.exists():
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            peak[0] = max(peak[0], int(lines["RssAnon"].split()[0]))
watcher = threading.Thread(target=watch)
watcher.start()
begin = time.perf_counter()
corpus = prepare(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - begin
done.set()
watcher.join()
print(json.dumps({"seconds": seconds, "words": corpus.total_words, "vocab": len(corpus.vocab),
                  "peak_unmapped_mb": peak[0] * 1024 / 1e6,
                  "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))
"""


def run(folder: Path, *, rounds: int, large: bool) -> str:
    """Measure and write ``reading.json`` and ``reading.md``.

    Parameters
    ----------
    folder : Path
        Where to write.
    rounds : int
        Alternating runs of each contestant.
    large : bool
        Also encode 200 million words and measure the memory it takes.

    Returns
    -------
    str
        The Markdown written.
    """
    with tempfile.TemporaryDirectory() as scratch:
        text = unpack_books(Path(scratch) / "books.txt")
        speeds = _compare(text, rounds)
        result: dict[str, Any] = {"machine": describe_machine(), **speeds}
        if large:
            big = unpack_books(Path(scratch) / "large.txt", repeats=_LARGE)
            command = [sys.executable, "-c", _PREPARE, str(big), str(Path(scratch) / "large.w2v")]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            result["large"] = {"bytes": big.stat().st_size, **json.loads(done.stdout)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reading.json").write_text(json.dumps(result, indent=1) + "\n")
    page = _page(result)
    (folder / "reading.md").write_text(page)
    return page


def _compare(text: Path, rounds: int) -> dict[str, Any]:
    from gensim.models import Word2Vec

    from w2v.data import read_corpus

    read_corpus(text)  # compiles, and brings the file into memory
    speeds: dict[str, list[float]] = {"w2v": [], "gensim": []}
    words = 0
    for i in range(rounds):
        print(f"reading: round {i + 1} of {rounds}", file=sys.stderr)
        begin = time.perf_counter()
        corpus = read_corpus(text)
        speeds["w2v"].append(corpus.total_words / (time.perf_counter() - begin))
        words = corpus.total_words
        begin = time.perf_counter()
        model = Word2Vec(workers=usable_cores(), min_count=5)
        model.build_vocab(corpus_file=str(text))
        speeds["gensim"].append(words / (time.perf_counter() - begin))
        if len(model.wv) != len(corpus.vocab):
            raise RuntimeError(f"{len(model.wv)} and {len(corpus.vocab)} words: not the same work")
    ratios = [a / b for a, b in zip(speeds["w2v"], speeds["gensim"], strict=True)]
    return {"words": words, "words_per_second": speeds, "ratios": ratios}


def _page(result: dict[str, Any]) -> str:
    machine = result["machine"]
    lines = [
        "# Reading text",
        "",
        f"`python -m benchmarks reading` on {machine['cpu']}, {machine['cores']} cores, "
        f"load {machine['load_average']}. {result['words'] / 1e6:.1f} M words of books-18m "
        "as plain text, both with all cores, alternating.",
        "",
        "| | median M words/s | lowest | highest |",
        "|---|---|---|---|",
    ]
    names = {"w2v": "w2v, text to encoded corpus", "gensim": "gensim, `build_vocab(corpus_file=…)`"}
    for key, name in names.items():
        millions = [speed / 1e6 for speed in result["words_per_second"][key]]
        middle = statistics.median(millions)
        lines.append(f"| {name} | {middle:.1f} | {min(millions):.1f} | {max(millions):.1f} |")
    ratios = result["ratios"]
    lines += [
        "",
        f"Ratio of the paired runs: median {statistics.median(ratios):.1f}, "
        f"{min(ratios):.1f} to {max(ratios):.1f}.",
    ]
    if "large" in result:
        big = result["large"]
        lines += [
            "",
            f"`prepare` of {big['bytes'] / 1e9:.2f} GB ({big['words'] / 1e6:.0f} M words): "
            f"{big['seconds']:.0f} s, {big['words'] / big['seconds'] / 1e6:.1f} M words/s, peak "
            f"memory {big['peak_unmapped_mb']:.0f} MB without file mappings "
            f"({big['peak_rss_mb']:.0f} MB with).",
        ]
    return "\n".join(lines) + "\n"

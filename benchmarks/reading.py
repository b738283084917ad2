"""Text to encoded corpus, beside gensim's vocabulary scan; and the memory of a large corpus."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpora import Text, benchmark_text, repeat
from benchmarks.machine import usable_cores
from benchmarks.processes import watch
from benchmarks.progress import Progress
from benchmarks.report import bars, markdown_table, write
from benchmarks.rounds import Spread, alternate, ratio
from benchmarks.trainers import NO_GENSIM, has_gensim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


def run(folder: Path, *, corpus: Path | None, words: int | None, rounds: int, large: bool) -> str:
    """Measure, and write ``reading``.

    Parameters
    ----------
    folder : Path
        Where to write.
    corpus : Path, optional
        As for `benchmark_text`, and so is ``words``.
    words : int, optional
    rounds : int
        Alternating runs of each contestant.
    large : bool
        Also encode 1 GB, the text several times over, and measure the memory it takes.

    Returns
    -------
    str
        The Markdown written.
    """
    with benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        size = text.path.stat().st_size
        contestants: dict[str, Callable[[], float]] = {"w2v": partial(_ours, text)}
        if has_gensim():
            contestants["gensim"] = partial(_theirs, text)
        once = sum(size / _BYTES_A_SECOND[name] for name in contestants)
        seconds = 3 + rounds * once + (_LARGE / _BYTES_A_SECOND["large"] if large else 0)
        steps = rounds * len(contestants) + large * 2
        with Progress("reading", steps, seconds) as progress:
            _ours(text)  # compiles, and brings the file into memory
            speeds = alternate(contestants, rounds, progress)
            result: dict[str, Any] = {"text": str(text), "bytes": size, "words_per_second": speeds}
            if large:
                progress.step("1 GB, for its memory", 2)
                result["large"] = _memory(text, Path(scratch))
    return write(folder, "reading", result, _table(result), partial(_draw, result))


def _ours(text: Text) -> float:
    from w2v.data import read_corpus

    begin = time.perf_counter()
    corpus = read_corpus(text.path)
    return corpus.total_words / (time.perf_counter() - begin)


def _theirs(text: Text) -> float:
    from gensim.models import Word2Vec

    begin = time.perf_counter()
    model = Word2Vec(workers=usable_cores(), min_count=5)
    model.build_vocab(corpus_file=str(text.path))
    return float(model.corpus_total_words / (time.perf_counter() - begin))


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


def _table(result: dict[str, Any]) -> str:
    names = {"w2v": "w2v, text to encoded corpus", "gensim": "gensim, `build_vocab(corpus_file=…)`"}
    speeds = result["words_per_second"]
    rows = [[names[key], Spread.of(each).text(1e6, 1)] for key, each in speeds.items()]
    lines = [
        "# Reading text",
        "",
        f"{result['text']}, {result['bytes'] / 1e6:.1f} MB of plain text, all cores, by turns. "
        "Median (lowest–highest).",
        "",
        markdown_table(["", "M words/s"], rows),
        "",
    ]
    if "gensim" in speeds:
        times = ratio(speeds["w2v"], speeds["gensim"]).text(1, 1)
        lines.append(f"- Ratio, within a round: {times}.")
    else:
        lines.append(f"- Left out: {NO_GENSIM}.")
    if "large" in result:
        big = result["large"]
        lines.append(
            f"- `prepare` of {big['bytes'] / 1e9:.2f} GB ({big['words'] / 1e6:.0f} M words): "
            f"{big['seconds']:.0f} s, {big['words'] / big['seconds'] / 1e6:.1f} M words/s, peak "
            f"memory {big['peak_unmapped_mb']:.0f} MB without file mappings "
            f"({big['peak_rss_mb']:.0f} MB with)."
        )
    return "\n".join(lines)


def _draw(result: dict[str, Any], figure: Figure) -> None:
    found = {name: Spread.of(each) for name, each in result["words_per_second"].items()}
    bars(figure, found, 1e6, "million words read a second")

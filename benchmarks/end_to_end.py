"""Whole processes, from a text file to a vectors file: w2v's command line beside gensim."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpora import Text, benchmark_text, repeat
from benchmarks.machine import usable_cores
from benchmarks.processes import Finished, watch
from benchmarks.progress import Progress
from benchmarks.report import bars, markdown_table, write
from benchmarks.rounds import Spread, alternate, ratio
from benchmarks.trainers import NO_GENSIM, has_gensim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS_A_SECOND = {"w2v": {"sg": 5e6, "cbow": 8e6}, "gensim": {"sg": 0.5e6, "cbow": 1.4e6}}
_GENSIM = """
import sys
from gensim.models import Word2Vec
text, out, epochs, sg, threads = sys.argv[1:]
model = Word2Vec(corpus_file=text, sg=int(sg), epochs=int(epochs), workers=int(threads))
model.wv.save_word2vec_format(out, binary=True)
"""


def run(
    folder: Path,
    *,
    corpus: Path | None,
    words: int | None,
    rounds: int,
    epochs: int,
    model: str,
    repeats: int,
) -> str:
    """Measure, and write ``end-to-end-<model>``.

    Parameters
    ----------
    folder : Path
        Where to write.
    corpus : Path, optional
        As for `benchmark_text`, and so is ``words``.
    words : int, optional
    rounds : int
        Alternating runs of each contestant; 0 runs w2v alone, once, for its memory.
    epochs : int
    model : {"sg", "cbow"}
    repeats : int
        How many times over the text is taken.

    Returns
    -------
    str
        The Markdown written.
    """
    runs: list[dict[str, Any]] = []
    with benchmark_text(corpus, words) as found, tempfile.TemporaryDirectory() as scratch:
        text = found
        if repeats > 1:
            path = repeat(found, Path(scratch) / "text.txt", repeats)
            text = Text(f"{repeats} times {found.name}", path, found.note)
        contestants: dict[str, Callable[[], float]] = {
            "w2v": partial(_ours, text.path, Path(scratch), epochs, model, runs)
        }
        if rounds and has_gensim():
            contestants["gensim"] = partial(_theirs, text.path, Path(scratch), epochs, model, runs)
        size = text.path.stat().st_size
        expected = epochs * size / 5.28
        seconds = sum(3 + expected / _WORDS_A_SECOND[name][model] for name in contestants)
        rounds_run = max(1, rounds)
        with Progress(
            "end-to-end", rounds_run * len(contestants), rounds_run * seconds
        ) as progress:
            walls = alternate(contestants, rounds_run, progress)
    result: dict[str, Any] = {
        "setting": {"model": model, "epochs": epochs, "text_bytes": size, "text": str(text)},
        "wall_seconds": walls,
        "runs": runs,
    }
    if "gensim" in walls:
        result["ratio_spread"] = ratio(walls["gensim"], walls["w2v"]).figures()
    label = f"end-to-end-{model}" + ("" if repeats == 1 else f"-{repeats}-times")
    return write(folder, label, result, _table(result), partial(_draw, result))


def _ours(text: Path, scratch: Path, epochs: int, model: str, runs: list[dict[str, Any]]) -> float:
    metrics = scratch / "run.jsonl"
    command = [sys.executable, "-m", "w2v", "train", str(text), "-o", str(scratch / "vectors.bin")]
    command += ["--model", model, "--epochs", str(epochs), "--metrics", str(metrics), "--quiet"]
    found = watch(command)
    last = json.loads(metrics.read_text().splitlines()[-1])
    runs.append({"system": "w2v", **_facts(found), **last})
    return found.wall_seconds


def _theirs(
    text: Path, scratch: Path, epochs: int, model: str, runs: list[dict[str, Any]]
) -> float:
    sg = {"sg": "1", "cbow": "0"}[model]
    arguments = [str(text), str(scratch / "gensim.bin"), str(epochs), sg, str(usable_cores())]
    found = watch([sys.executable, "-c", _GENSIM, *arguments])
    runs.append({"system": "gensim", **_facts(found)})
    return found.wall_seconds


def _facts(found: Finished) -> dict[str, Any]:
    peak = found.peak_unmapped_mb
    return {
        "wall_seconds": round(found.wall_seconds, 2),
        "peak_unmapped_mb": round(peak) if peak else None,
    }


def _table(result: dict[str, Any]) -> str:
    setting = result["setting"]
    rows = [
        [
            name,
            Spread.of(walls).text(1, 1),
            max(run["peak_unmapped_mb"] or 0 for run in result["runs"] if run["system"] == name),
        ]
        for name, walls in result["wall_seconds"].items()
    ]
    lines = [
        "# From a text file to a vectors file",
        "",
        f"{setting['text']}, {setting['text_bytes'] / 1e6:.1f} MB, {setting['epochs']} epochs of "
        f"{setting['model']}, all cores, by turns. Median (lowest–highest) of whole processes.",
        "",
        markdown_table(["", "seconds", "peak MB without file mappings"], rows),
        "",
    ]
    if "ratio_spread" in result:
        lines.append(f"- Ratio, within a round: {Spread(**result['ratio_spread']).text(1, 1)}.")
    elif not has_gensim():
        lines.append(f"- Left out: {NO_GENSIM}.")
    return "\n".join(lines)


def _draw(result: dict[str, Any], figure: Figure) -> None:
    found = {name: Spread.of(each) for name, each in result["wall_seconds"].items()}
    bars(figure, found, 1, "seconds from text file to vectors file")

"""Whole processes, from a text file to a vectors file: w2v's command line beside gensim."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from typer import BadParameter, Option

from benchmarks.contest.libraries import missing_gensim
from benchmarks.contest.peers import Contest
from benchmarks.contest.systems import gensim, w2v_itself
from benchmarks.harness import machine, options, plots, report, tables, texts, turns
from benchmarks.harness.processes import ProcessFailedError
from w2v.bench.rounds import ratio

_ROUNDS = "Alternating runs of each; 0: w2v alone, for its memory."
_REPEATS = "How many times over to take the text."
_MODELS = {"sg": "skip-gram", "cbow": "cbow"}


def run(
    folder: Path, *, corpus: options.Corpus = None, words: options.Words = None,
    rounds: Annotated[int, Option(min=0, help=_ROUNDS), options.Quick(1)] = 3,
    epochs: options.Epochs = 5,
    model: Annotated[str, Option(help="sg or cbow.")] = "sg",
    repeats: Annotated[int, Option(min=1, help=_REPEATS)] = 1,
) -> str:  # fmt: skip
    """Measure, and write ``end-to-end-<model>``; no rounds run w2v alone, once, for its memory."""
    if model not in _MODELS:
        raise BadParameter(f"{model!r} is neither sg nor cbow", param_hint="--model")
    with texts.benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        if repeats > 1:
            path = texts.repeat(text, Path(scratch) / "text.txt", repeats)
            text = texts.Text(f"{repeats} times {text.name}", path, text.note)
        size, cores = text.path.stat().st_size, machine.usable_cores()
        count = round(size / texts.BYTES_A_WORD)
        contest = Contest(text.path, count, epochs, cores, Path(scratch))
        systems = [w2v_itself("auto"), *([gensim()] if rounds and not missing_gensim() else [])]
        measures = {x.name: partial(contest.measure, x, _MODELS[model]) for x in systems}
        turns.take_turns("end-to-end", measures, max(1, rounds))
    if failed := contest.failures[_MODELS[model]]:
        raise ProcessFailedError(failed)
    of = {x.name: [run for run in contest.runs if run["system"] == x.name] for x in systems}
    walls = {name: [run["end_to_end_seconds"] for run in runs] for name, runs in of.items()}
    figures: dict[str, Any] = {
        "setting": {"model": model, "epochs": epochs, "text_bytes": size, "text": str(text)},
        "wall_seconds": walls, "runs": contest.runs, "left_out": missing_gensim(),
    }  # fmt: skip
    rows: list[list[str | None]] = [[name, tables.shown(walls[name], 1, 1),
             f"{max(run['peak_unmapped_mb'] or 0 for run in runs):.0f}", None]
            for name, runs in of.items()]  # fmt: skip
    if "gensim" in walls:
        times = ratio(walls["gensim"], walls["w2v"])
        figures["ratio_spread"], rows[0][-1] = times.figures(), times.text(1, 1)
    columns = ["", "seconds", "peak MB without file mappings", "× gensim"]
    parts = [report.MEDIANS, tables.markdown_table(columns, rows)]
    name = f"end-to-end-{model}" + ("" if repeats == 1 else f"-{repeats}-times")
    plot = plots.bars(walls, 1, "seconds from text file to vectors file")
    return report.write(folder, name, "From a text file to a vectors file", figures, parts, plot)

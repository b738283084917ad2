"""Whole processes, from a text file to a vectors file: w2v's command line beside gensim."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.contest.libraries import Job, missing_gensim
from benchmarks.contest.systems import System, facts, gensim, w2v_itself
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.options import Corpus, Epochs, Words
from benchmarks.harness.plots import bars
from benchmarks.harness.processes import watch
from benchmarks.harness.progress import take_turns
from benchmarks.harness.report import left_out, markdown_table, page, shown, write
from benchmarks.harness.texts import BYTES_A_WORD, Text, benchmark_text, repeat
from w2v.bench.rounds import ratio

QUICK = {"words": 200_000, "rounds": 1, "epochs": 1, "repeats": 1}
_ROUNDS = "Alternating runs of each; 0: w2v alone, for its memory."
_REPEATS = "How many times over to take the text."


def run(
    folder: Path, *, corpus: Corpus = None, words: Words = None,
    rounds: Annotated[int, typer.Option(min=0, help=_ROUNDS)] = 3, epochs: Epochs = 5,
    model: Annotated[str, typer.Option(help="sg or cbow.")] = "sg",
    repeats: Annotated[int, typer.Option(min=1, help=_REPEATS)] = 1,
) -> str:  # fmt: skip
    """Measure, and write ``end-to-end-<model>``; no rounds run w2v alone, once, for its memory."""
    if model not in ("sg", "cbow"):
        raise typer.BadParameter(f"{model!r} is neither sg nor cbow", param_hint="--model")
    runs: list[dict[str, Any]] = []

    def once(system: System, job: Job) -> float:
        found = watch(system.command(job))
        runs.append({"system": system.name, "wall_seconds": round(found.wall_seconds, 2),
                     "peak_unmapped_mb": found.peak_unmapped_mb and round(found.peak_unmapped_mb),
                     **(facts(job) if system.name == "w2v" else {})})  # fmt: skip
        return found.wall_seconds

    with benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        if repeats > 1:
            path = repeat(text, Path(scratch) / "text.txt", repeats)
            text = Text(f"{repeats} times {text.name}", path, text.note)
        size = text.path.stat().st_size
        job = Job(text.path, Path(scratch), model == "sg", 1, epochs, usable_cores())
        systems = [w2v_itself("auto"), *([gensim()] if rounds and not missing_gensim() else [])]
        turns = {x.name: (partial(once, x, job), x.seconds(epochs * size / BYTES_A_WORD, job))
                 for x in systems}  # fmt: skip
        walls = take_turns("end-to-end", turns, max(1, rounds))
    setting = {"model": model, "epochs": epochs, "text_bytes": size, "text": str(text)}
    figures: dict[str, Any] = {"setting": setting, "wall_seconds": walls, "runs": runs}
    notes = left_out(missing_gensim())
    if "gensim" in walls:
        times = ratio(walls["gensim"], walls["w2v"])
        figures["ratio_spread"] = times.figures()
        notes = [f"Ratio, within a round: {times.text(1, 1)}."]
    rows = [[name, shown(each, 1, 1),
             max(x["peak_unmapped_mb"] or 0 for x in runs if x["system"] == name)]
            for name, each in walls.items()]  # fmt: skip
    table = page(
        "From a text file to a vectors file",
        f"{text}, {size / 1e6:.1f} MB, {epochs} epochs of {model}, all cores, by turns. Median "
        "(lowest–highest) of whole processes.",
        markdown_table(["", "seconds", "peak MB without file mappings"], rows),
        notes,
    )
    name = f"end-to-end-{model}" + ("" if repeats == 1 else f"-{repeats}-times")
    plot = bars(walls, 1, "seconds from text file to vectors file")
    return write(folder, name, figures, table, plot)

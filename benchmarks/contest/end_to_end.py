"""Whole processes, from a text file to a vectors file: w2v's command line beside gensim."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.contest.libraries import NO_GENSIM, Job, has_gensim
from benchmarks.contest.systems import Gensim, System, W2v
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.options import Corpus, Epochs, Words
from benchmarks.harness.plots import bars
from benchmarks.harness.processes import watch
from benchmarks.harness.progress import take_turns
from benchmarks.harness.report import left_out, markdown_table, page, write
from benchmarks.harness.texts import BYTES_A_WORD, Text, benchmark_text, repeat
from w2v.bench.rounds import Spread, ratio

QUICK = {"words": 200_000, "rounds": 1, "epochs": 1, "repeats": 1}


class _W2v(W2v):
    backend = "auto"


def run(
    folder: Path,
    *,
    corpus: Corpus = None,
    words: Words = None,
    rounds: Annotated[
        int, typer.Option(min=0, help="Alternating runs of each; 0: w2v alone, for its memory.")
    ] = 3,
    epochs: Epochs = 5,
    model: Annotated[str, typer.Option(help="sg or cbow.")] = "sg",
    repeats: Annotated[int, typer.Option(min=1, help="How many times over to take the text.")] = 1,
) -> str:
    """Measure, and write ``end-to-end-<model>``; no rounds run w2v alone, once, for its memory."""
    if model not in ("sg", "cbow"):
        raise typer.BadParameter(f"{model!r} is neither sg nor cbow", param_hint="--model")
    runs: list[dict[str, Any]] = []

    def once(system: System, job: Job) -> float:
        found = watch(system.command(job))
        facts = system.facts(job) if isinstance(system, W2v) else {}
        runs.append(
            {
                "system": system.name,
                "wall_seconds": round(found.wall_seconds, 2),
                "peak_unmapped_mb": found.peak_unmapped_mb and round(found.peak_unmapped_mb),
                **facts,
            }
        )
        return found.wall_seconds

    with benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        if repeats > 1:
            path = repeat(text, Path(scratch) / "text.txt", repeats)
            text = Text(f"{repeats} times {text.name}", path, text.note)
        job = Job(text.path, Path(scratch), model == "sg", 1, epochs, usable_cores())
        systems: list[System] = [_W2v(), *([Gensim()] if rounds and has_gensim() else [])]
        size = text.path.stat().st_size
        seconds = {s.name: s.seconds(epochs * size / BYTES_A_WORD, job) for s in systems}
        turns = {s.name: partial(once, s, job) for s in systems}
        walls = take_turns("end-to-end", turns, max(1, rounds), seconds)
    figures: dict[str, Any] = {
        "setting": {"model": model, "epochs": epochs, "text_bytes": size, "text": str(text)},
        "wall_seconds": walls,
        "runs": runs,
    }
    notes = left_out([] if has_gensim() else [NO_GENSIM])
    if "gensim" in walls:
        times = ratio(walls["gensim"], walls["w2v"])
        figures["ratio_spread"] = times.figures()
        notes = [f"Ratio, within a round: {times.text(1, 1)}."]
    peaks = {name: max(run["peak_unmapped_mb"] or 0 for run in runs if run["system"] == name)
             for name in walls}  # fmt: skip
    spreads = {name: Spread.of(each) for name, each in walls.items()}
    rows = [[name, each.text(1, 1), peaks[name]] for name, each in spreads.items()]
    table = page(
        "From a text file to a vectors file",
        f"{text}, {size / 1e6:.1f} MB, {epochs} epochs of {model}, all cores, by turns. Median "
        "(lowest–highest) of whole processes.",
        markdown_table(["", "seconds", "peak MB without file mappings"], rows),
        notes,
    )
    name = f"end-to-end-{model}" + ("" if repeats == 1 else f"-{repeats}-times")
    label = "seconds from text file to vectors file"
    return write(folder, name, figures, table, lambda figure: bars(figure, spreads, 1, label))

"""The benchmarks of the fused engine by name: ``python -m benchmarks engine speed``."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks.machine import results_folder, usable_cores
from benchmarks.options import QUICK_WORDS, Corpus, Output, Quick, Rounds, Threads, Words

app = typer.Typer(no_args_is_help=True)

Negative = Annotated[
    int, typer.Option(min=0, help="Negatives a target; 0 trains hierarchical softmax.")
]

Label = Annotated[
    str | None,
    typer.Option(help="Of the files: engine-<label>; by default of what is not as usual."),
]


@app.callback()
def about() -> None:
    """Measure the fused engine beside gensim, and beside what the machine could do at most."""


def named(what: str, negative: int, dim: int = 100) -> str:
    """Return the name of results, so that those of another setting are not replaced."""
    from benchmarks.report import output_layer

    return "-".join(
        [
            what,
            *([] if negative == 5 else [output_layer(negative).replace(" ", "-")]),
            *([] if dim == 100 else [f"{dim}-dimensions"]),
        ]
    )


@app.command()
def speed(
    quick: Quick = False,
    corpus: Corpus = None,
    words: Words = None,
    rounds: Rounds = 5,
    threads: Threads = None,
    dim: Annotated[int, typer.Option(min=1, help="Dimensions.")] = 100,
    negative: Negative = 5,
    label: Label = None,
    output: Output = None,
) -> None:
    """Train an epoch with each in turn: words a second, and the share of the ceiling."""
    from benchmarks.engine_speed import Setting, run

    print(
        run(
            output or results_folder(quick),
            Setting(dim=dim, negative=negative, threads=threads or usable_cores()),
            corpus=corpus,
            words=QUICK_WORDS if quick else words,
            rounds=1 if quick else rounds,
            label=label or named("speed", negative, dim),
        )
    )


@app.command()
def quality(
    quick: Quick = False,
    corpus: Corpus = None,
    words: Words = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each.")] = 3,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the text.")] = 3,
    negative: Negative = 5,
    label: Label = None,
    threads: Threads = None,
    output: Output = None,
) -> None:
    """Train with several seeds, and hold the vectors against people's judgement."""
    from benchmarks.engine_quality import run

    print(
        run(
            output or results_folder(quick),
            corpus=corpus,
            words=QUICK_WORDS if quick else words,
            seeds=1 if quick else seeds,
            epochs=1 if quick else epochs,
            threads=threads or usable_cores(),
            negative=negative,
            label=label or named("quality", negative),
        )
    )


@app.command()
def threads(
    quick: Quick = False,
    corpus: Corpus = None,
    words: Words = None,
    rounds: Rounds = 3,
    most: Threads = None,
    output: Output = None,
) -> None:
    """Compare several threads with one, in speed and in the loss that they report."""
    from benchmarks.engine_threads import run

    print(
        run(
            output or results_folder(quick),
            corpus=corpus,
            words=QUICK_WORDS if quick else words,
            rounds=1 if quick else rounds,
            threads=most or usable_cores(),
        )
    )


@app.command()
def workers(
    quick: Quick = False,
    corpus: Corpus = None,
    words: Words = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of one worker.")] = 3,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the text.")] = 3,
    most: Annotated[int, typer.Option(min=2, help="Workers.")] = 64,
    output: Output = None,
) -> None:
    """Train with 1 to 64 workers, as threads here and as if each had a core, for quality."""
    from benchmarks.engine_workers import run

    print(
        run(
            output or results_folder(quick),
            corpus=corpus,
            words=QUICK_WORDS if quick else words,
            seeds=1 if quick else seeds,
            epochs=1 if quick else epochs,
            most=2 if quick else most,
        )
    )


@app.command()
def first_use(quick: Quick = False, rounds: Rounds = 3, output: Output = None) -> None:
    """Time a process from its start to its first 10,000 words, with kernels to compile or not."""
    from benchmarks.engine_first_use import run
    from benchmarks.trainers import MODELS

    folder = output or results_folder(quick)
    models = tuple(MODELS)[: 1 if quick else None]
    print(run(folder, rounds=1 if quick else rounds, models=models))

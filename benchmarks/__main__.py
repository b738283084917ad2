"""The benchmarks by name: ``python -m benchmarks story``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.machine import results_folder

Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="Folder to write to; benchmarks/results/<machine> by default."
    ),
]

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def about() -> None:
    """Measure the library beside what others do, and write tables and plots."""


@app.command()
def story(
    quick: Annotated[bool, typer.Option(help="Fewer sizes and rounds, for a first look.")] = False,
    output: Output = None,
) -> None:
    """Time a training step against the vocabulary's size: one-hot, lookup, sampled, textbook."""
    # Matrix products on all cores would be measured against one thread, and on a busy machine
    # their threads wait for one another; read when NumPy is first imported.
    for library in ("OPENBLAS", "MKL", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    from benchmarks.story import run

    print(run(output or results_folder(), quick=quick))


@app.command()
def reading(
    rounds: Annotated[int, typer.Option(help="Alternating runs of each contestant.")] = 5,
    large: Annotated[bool, typer.Option(help="Also encode 1 GB and measure its memory.")] = True,
    output: Output = None,
) -> None:
    """Time text to encoded corpus beside gensim's vocabulary scan."""
    from benchmarks.reading import run

    print(run(output or results_folder(), rounds=rounds, large=large))


@app.command()
def gpu(
    words: Annotated[int, typer.Option(help="Words of the Zipf corpus.")] = 200_000_000,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Folder to write to; benchmarks/results/<card> by default."
        ),
    ] = None,
) -> None:
    """Measure the GPU engine beside the CPU's and others, on a machine with a card."""
    from benchmarks.gpu import run
    from w2v.backend import BackendUnavailableError

    try:
        print(run(output, words))
    except BackendUnavailableError as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from None


@app.command()
def end_to_end(
    rounds: Annotated[
        int, typer.Option(help="Alternating runs of each; 0: w2v alone, for its memory.")
    ] = 1,
    epochs: Annotated[int, typer.Option(help="Passes over the text.")] = 5,
    model: Annotated[str, typer.Option(help="sg or cbow.")] = "sg",
    repeats: Annotated[int, typer.Option(help="How many times over the text holds the books.")] = 1,
    output: Output = None,
) -> None:
    """Time whole processes, text file to vectors file, beside gensim; with their memory."""
    from benchmarks.end_to_end import run

    folder = output or results_folder()
    print(run(folder, rounds=rounds, epochs=epochs, model=model, repeats=repeats))


@app.command()
def sampling(
    quick: Annotated[bool, typer.Option(help="Fewer sizes, rounds and draws.")] = False,
    output: Output = None,
) -> None:
    """Count draws a second and weigh the distribution's error, beside NumPy's ways to draw."""
    from benchmarks.sampling import run

    print(run(output or results_folder(), quick=quick))


@app.command()
def peers(
    quick: Annotated[bool, typer.Option(help="One round on pydocs.")] = False,
    corpus: Annotated[Path | None, typer.Option(help="Text instead of books-18m.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Alternating runs of each system.")] = 3,
    epochs: Annotated[int, typer.Option(min=1, help="1 for speed, 3 for quality.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, help="All cores by default.")] = None,
    fasttext: Annotated[Path | None, typer.Option(help="Program instead of the package.")] = None,
    word2vec_c: Annotated[Path | None, typer.Option(help="Program word2vec.")] = None,
    pword2vec: Annotated[Path | None, typer.Option(help="Program pWord2Vec.")] = None,
    output: Output = None,
) -> None:
    """Compare speed, memory and quality with gensim, fastText, word2vec.c and others."""
    from benchmarks.peers import run
    from benchmarks.peers_systems import all_systems

    try:
        systems = all_systems(fasttext=fasttext, word2vec_c=word2vec_c, pword2vec=pword2vec)
        page = run(
            output or results_folder(), systems, corpus=corpus, rounds=rounds, epochs=epochs,
            threads=threads, quick=quick,
        )  # fmt: skip
    except FileNotFoundError as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from None
    print(page)


@app.command()
def readme() -> None:
    """Write the README's figures anew from the results that are there."""
    from benchmarks.readme import README, updated
    from w2v.files import atomic_path

    page = updated(README.read_text(encoding="utf-8"))
    with atomic_path(README) as beside:
        beside.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    app()

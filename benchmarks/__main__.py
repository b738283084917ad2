"""The benchmarks by name: ``python -m benchmarks story``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.machine import results_folder

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def about() -> None:
    """Measure the library beside what others do, and write tables and plots."""


@app.command()
def story(
    quick: Annotated[bool, typer.Option(help="Fewer sizes and rounds, for a first look.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Folder to write to; benchmarks/results/<machine> by default."
        ),
    ] = None,
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
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Folder to write to; benchmarks/results/<machine> by default."
        ),
    ] = None,
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


if __name__ == "__main__":
    app()

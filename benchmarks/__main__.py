"""The benchmarks by name: ``python -m benchmarks story``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks import engine
from benchmarks.machine import results_folder
from benchmarks.options import (
    QUICK_WORDS,
    Corpus,
    Output,
    Program,
    Quick,
    Rounds,
    Threads,
    Words,
    one_blas_thread,
)
from benchmarks.processes import ProcessFailedError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(engine.app, name="engine")


@app.callback()
def about() -> None:
    """Measure the library beside what others do, and write tables and plots."""


@app.command()
def story(quick: Quick = False, output: Output = None) -> None:
    """Time a training step against the vocabulary's size: one-hot, lookup, sampled, textbook."""
    one_blas_thread()
    from benchmarks.story import run

    print(run(output or results_folder(quick), quick=quick))


@app.command()
def bench(quick: Quick = False, output: Output = None) -> None:
    """Keep what `w2v bench` finds: the engines on this CPU and GPU, and a verdict in words."""
    from benchmarks.bench import run

    print(run(output or results_folder(quick), seconds=5 if quick else 120))


@app.command()
def reading(
    quick: Quick = False,
    corpus: Corpus = None,
    words: Words = None,
    rounds: Rounds = 5,
    large: Annotated[bool, typer.Option(help="Also encode 1 GB and measure its memory.")] = True,
    output: Output = None,
) -> None:
    """Time text to encoded corpus beside gensim's vocabulary scan."""
    from benchmarks.reading import run

    print(
        run(
            output or results_folder(quick),
            corpus=corpus,
            words=QUICK_WORDS if quick else words,
            rounds=2 if quick else rounds,
            large=large and not quick,
        )
    )


@app.command()
def gpu(
    quick: Quick = False,
    words: Annotated[int, typer.Option(min=1000, help="Words of the Zipf corpus.")] = 200_000_000,
    parts: Annotated[
        str, typer.Option(help="Some of the parts, by commas.")
    ] = "smoke,tests,speed,quality,batches,long",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Folder to write to; benchmarks/results/<card> by default."
        ),
    ] = None,
) -> None:
    """Test and measure the GPU engine beside the CPU's and others, on a machine with a card."""
    from benchmarks.gpu import PARTS, run
    from w2v.backend import BackendUnavailableError

    chosen = ["smoke", "speed"] if quick else parts.split(",")
    if not set(chosen) <= set(PARTS):
        raise typer.BadParameter(f"{parts}: expected some of {', '.join(PARTS)}")
    try:
        print(run(output, 5_000_000 if quick else words, chosen))
    except BackendUnavailableError as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from None


@app.command()
def end_to_end(
    quick: Quick = False,
    corpus: Corpus = None,
    words: Words = None,
    rounds: Annotated[
        int, typer.Option(min=0, help="Alternating runs of each; 0: w2v alone, for its memory.")
    ] = 3,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the text.")] = 5,
    model: Annotated[str, typer.Option(help="sg or cbow.")] = "sg",
    repeats: Annotated[int, typer.Option(min=1, help="How many times over to take the text.")] = 1,
    output: Output = None,
) -> None:
    """Time whole processes, text file to vectors file, beside gensim; with their memory."""
    from benchmarks.end_to_end import run

    if model not in ("sg", "cbow"):
        raise typer.BadParameter(f"{model!r} is neither sg nor cbow", param_hint="--model")
    print(
        run(
            output or results_folder(quick),
            corpus=corpus,
            words=QUICK_WORDS if quick else words,
            rounds=1 if quick else rounds,
            epochs=1 if quick else epochs,
            model=model,
            repeats=1 if quick else repeats,
        )
    )


@app.command()
def scaling(quick: Quick = False, corpus: Corpus = None, output: Output = None) -> None:
    """Time training by threads, dimensions, window, negatives, vocabulary, corpus and batch."""
    from benchmarks.scaling import run

    print(run(output or results_folder(quick), quick=quick, corpus=corpus))


@app.command()
def sampling(quick: Quick = False, output: Output = None) -> None:
    """Count draws a second and weigh the distribution's error, beside NumPy's ways to draw."""
    from benchmarks.sampling import run

    print(run(output or results_folder(quick), quick=quick))


@app.command()
def peers(
    quick: Quick = False,
    corpus: Corpus = None,
    words: Words = None,
    rounds: Rounds = 3,
    epochs: Annotated[int, typer.Option(min=1, help="1 for speed, 3 for quality.")] = 1,
    threads: Threads = None,
    fasttext: Program = None,
    word2vec_c: Program = None,
    pword2vec: Program = None,
    output: Output = None,
) -> None:
    """Compare speed, memory and quality with gensim, fastText, word2vec.c and others."""
    from benchmarks.peers import run
    from benchmarks.peers_systems import all_systems

    print(
        run(
            output or results_folder(quick),
            all_systems(fasttext=fasttext, word2vec_c=word2vec_c, pword2vec=pword2vec),
            corpus=corpus,
            words=QUICK_WORDS if quick else words,
            rounds=1 if quick else rounds,
            epochs=epochs,
            threads=threads,
        )
    )


@app.command(name="all")
def run_all(quick: Quick = False, corpus: Corpus = None, output: Output = None) -> None:
    """Run every benchmark, one after the other, each in a process of its own."""
    from w2v.backend import available_backends

    failed = []
    card = [("gpu",)] if "gpu" in available_backends() else []
    for words in benchmarks() + card:
        command = [sys.executable, "-m", "benchmarks", *words, *(["--quick"] if quick else [])]
        if corpus and takes(words, "corpus"):
            command += ["--corpus", str(corpus)]
        if output:
            command += ["--output", str(output)]
        if subprocess.run(command, check=False).returncode:
            failed.append(" ".join(words))
    if failed:
        typer.echo(f"benchmarks: failed: {', '.join(failed)}", err=True)
        raise typer.Exit(1)


def benchmarks() -> list[tuple[str, ...]]:
    """Return the names of all benchmarks that run on any machine: those with ``--quick``."""
    found = _commands(app)
    others = [("all",), ("gpu",)]
    return [words for words in found if takes(words, "quick") and words not in others]


def takes(words: tuple[str, ...], option: str) -> bool:
    """Say whether a command has an option."""
    return option in signature(_commands(app)[words]).parameters


def _commands(part: typer.Typer) -> dict[tuple[str, ...], Callable[..., Any]]:
    """Return the functions behind a command line by the words that are typed."""
    found: dict[tuple[str, ...], Callable[..., Any]] = {}
    for each in part.registered_commands:
        assert each.callback is not None
        found[each.name or each.callback.__name__.replace("_", "-"),] = each.callback
    for group in part.registered_groups:
        assert group.typer_instance is not None
        for words, callback in _commands(group.typer_instance).items():
            found[str(group.name), *words] = callback
    return found


@app.command()
def readme() -> None:
    """Write the README's figures anew from the results that are there."""
    from benchmarks.readme import README, updated
    from w2v.files import atomic_path

    page = updated(README.read_text(encoding="utf-8"))
    with atomic_path(README) as beside:
        beside.write_text(page, encoding="utf-8")


def main() -> None:
    """Run the command line; what a user can mend is told in one line, without a traceback."""
    try:
        app(prog_name="python -m benchmarks")
    except (OSError, ProcessFailedError) as error:
        typer.echo(f"benchmarks: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

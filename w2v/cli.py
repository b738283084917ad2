"""The command line: parse, call the library, print."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="w2v",
    help="Train word2vec fast, on a CPU or an NVIDIA GPU.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_Backend = Annotated[
    str, typer.Option(help="auto, cpu, gpu or gpu:N. auto takes the GPU if one answers.")
]


@app.command(no_args_is_help=False)
def train(
    corpus: Annotated[
        list[str] | None,
        typer.Argument(
            help="Text files, one sentence a line. Without any: pydocs, the running Python's "
            "own documentation.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Vectors to write: .bin, .txt or .vec.")
    ] = Path("vectors.bin"),
    model: Annotated[str, typer.Option(help="sg (skip-gram) or cbow.")] = "sg",
    vector_size: Annotated[int, typer.Option(help="Dimension of the vectors.")] = 100,
    window: Annotated[int, typer.Option(help="Context words on each side.")] = 5,
    negative: Annotated[int, typer.Option(help="Negatives a target.")] = 5,
    min_count: Annotated[int, typer.Option(help="Rarer words are left out.")] = 5,
    sample: Annotated[float, typer.Option(help="Thin out words more frequent than this.")] = 1e-3,
    epochs: Annotated[int, typer.Option(help="Passes over the corpus.")] = 5,
    optimizer: Annotated[
        str, typer.Option(help="adam, adagrad, rmsprop, momentum or sgd.")
    ] = "adam",
    alpha: Annotated[
        float | None, typer.Option(help="Learning rate. [default: the optimizer's own]")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Targets a minibatch.")] = 500,
    sampling: Annotated[
        str, typer.Option(help="exact, fast, or auto: exact on the CPU, fast on the GPU.")
    ] = "auto",
    backend: _Backend = "auto",
    seed: Annotated[int, typer.Option(help="Same seed, same vectors.")] = 1,
    plot: Annotated[Path | None, typer.Option(help="Picture of the loss to write.")] = None,
    metrics: Annotated[
        Path | None, typer.Option(help="JSON Lines file of the run to write.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Train word vectors on text.

    **Examples**

    `w2v train` trains on the embedded corpus and writes vectors.bin

    `w2v train book.txt -o book.vec --model cbow --epochs 10 --plot loss.png`
    """
    from w2v.backend import describe_choice
    from w2v.training.metrics import MetricsLog
    from w2v.vectors import format_of
    from w2v.word2vec import Word2Vec

    say = _silent if quiet else _say
    format_of(output)  # a wrong name is better told before the training than after
    for path in (output, plot, metrics):
        _check_folder(path)
    word2vec = Word2Vec(
        verbose=not quiet,
        sg=_choice("--model", model, {"sg": 1, "cbow": 0}),
        vector_size=vector_size,
        window=window,
        negative=negative,
        min_count=min_count,
        sample=sample,
        epochs=epochs,
        optimizer=optimizer,
        alpha=alpha,
        batch_size=batch_size,
        sampling=sampling,
        backend=backend,
        seed=seed,
    )
    say(f"backend: {describe_choice(backend)}")
    with MetricsLog(metrics) as log:
        text = word2vec.read(corpus or "pydocs")
        say(
            f"corpus: {text.total_words:,} words, {len(text.vocab):,} in the vocabulary "
            f"({word2vec.read_seconds:.1f} s)"
        )
        log.start(word2vec)
        word2vec.fit(text, on_report=log.report)
        begin = time.perf_counter()
        word2vec.wv.save(output)
        log.end(word2vec, save_seconds=time.perf_counter() - begin)
    say(
        f"trained: {word2vec.trained_words:,} words in {word2vec.train_seconds:.1f} s, "
        f"{word2vec.words_per_second:,.0f} words/s, loss {word2vec.losses[-1]:.3f}"
    )
    written = [str(output)]
    if plot:
        word2vec.plot(plot)
        written.append(str(plot))
    say(f"written: {', '.join(written)}")


@app.command()
def neighbors(
    vectors: Annotated[Path, typer.Argument(help="Vectors file.")],
    words: Annotated[list[str], typer.Argument(help="Words to look up.")],
    topn: Annotated[int, typer.Option("-n", "--topn", help="Neighbours a word.")] = 10,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show the nearest words of words.

    **Example**

    `w2v neighbors vectors.bin king paris`
    """
    from w2v.vectors import KeyedVectors

    vecs = KeyedVectors.load(vectors)
    found = {word: vecs.most_similar(word, topn=topn) for word in words}
    if json_output:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for word, near in found.items():
        typer.secho(word, bold=True)
        for other, similarity in near:
            typer.echo(f"  {similarity:.3f}  {other}")


@app.command()
def info(
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show what this installation has: versions, backends, memory."""
    from w2v.info import describe_installation

    facts = describe_installation()
    if json_output:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        typer.echo(f"{name:<12} {value}")


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Train word2vec fast, on a CPU or an NVIDIA GPU."""
    if version:
        from w2v import __version__

        typer.echo(f"w2v {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; what a user can mend is told in one line, without a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        _fail("stopped", 130)
    except (ValueError, OSError, LookupError, RuntimeError, MemoryError) as error:
        if os.environ.get("W2V_DEBUG"):
            raise
        _fail(str(error).strip() or type(error).__name__, 1)


def _fail(message: str, status: int) -> None:
    typer.echo(f"w2v: {message}", err=True)
    sys.exit(status)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _silent(text: str) -> None:
    """Say nothing."""


def _choice(option: str, given: str, choices: dict[str, int]) -> int:
    if given not in choices:
        raise typer.BadParameter(f"{given!r} is not one of {', '.join(choices)}", param_hint=option)
    return choices[given]


def _check_folder(path: Path | None) -> None:
    """Refuse a path whose folder is not there before hours are spent on what goes into it."""
    if path is not None and not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: the folder {path.parent} does not exist")

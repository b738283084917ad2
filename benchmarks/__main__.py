"""The benchmarks by name: ``python -m benchmarks story``."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperGroup

from benchmarks.harness.machine import ROOT, results_folder
from benchmarks.harness.options import Corpus
from benchmarks.harness.processes import ProcessFailedError

# What each command runs, with the options that stand there, and what it is for.
BENCHMARKS = {
    "story": ("steps.story", "Time a training step against the vocabulary's size."),
    "bench": ("contest.bench", "Keep what `w2v bench` finds here, and its verdict in words."),
    "reading": ("steps.reading", "Time text to encoded corpus beside gensim's vocabulary scan."),
    "gpu": ("gpu.check", "Test and measure the GPU engine, on a machine with a card."),
    "end-to-end": ("contest.end_to_end", "Time whole processes, text to vectors, beside gensim."),
    "scaling": ("scaling.points", "Time training by threads, sizes, vocabulary, corpus, batch."),
    "sampling": ("steps.sampling", "Count draws a second and weigh their distribution's error."),
    "peers": ("contest.peers", "Compare speed, memory and quality with other systems."),
    "engine speed": ("contest.speed", "Train beside gensim: words a second, share of the ceiling."),
    "engine quality": ("contest.quality", "Hold vectors against people's judgement."),
    "engine threads": ("scaling.workers:threads", "Compare several threads with one."),
    "engine workers": ("scaling.workers", "Judge vectors of 1 to 64 workers, here and simulated."),
    "engine first-use": ("steps.first_use", "Time a process from its start to its first words."),
}  # fmt: skip

_OUTPUT = "Folder to write to, in place of benchmarks/results/<machine>."
Quick = Annotated[bool, typer.Option("--quick", help="A small part, in seconds, for a first look.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help=_OUTPUT)]
_ALL = (("quick", Quick, False), ("output", Output, None))  # what all take


class _Group(TyperGroup):
    """The benchmarks' commands, each of which is imported when it is asked for."""

    prefix = ""

    def list_commands(self, ctx: Any) -> list[str]:
        own = (words.removeprefix(self.prefix) for words in BENCHMARKS if self.prefix in words)
        return [*(name for name in own if " " not in name), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, name: str) -> Any:
        words = self.prefix + name
        return _command(words) if words in BENCHMARKS else super().get_command(ctx, name)


class _Engine(_Group):
    prefix = "engine "


_PLAIN: Any = {"add_completion": False, "pretty_exceptions_enable": False}
app = typer.Typer(cls=_Group, no_args_is_help=True, **_PLAIN)
engine = typer.Typer(cls=_Engine, no_args_is_help=True)
app.add_typer(engine, name="engine")


def _command(words: str) -> Any:
    """Make a command of what runs a benchmark, with its options and two that all have."""
    if words == "story":
        _one_blas_thread()
    run, small = _find(words)
    from w2v.backend import BackendUnavailableError

    def command(quick: bool, output: Path | None, **options: Any) -> None:
        options |= small if quick else {}
        folder = output or (None if words == "gpu" else results_folder(quick))
        try:
            print(run(folder, **options))
        except BackendUnavailableError as error:
            typer.echo(error, err=True)
            raise typer.Exit(2) from None

    kinds = get_type_hints(run, include_extras=True)
    own = ((x.name, kinds[x.name], x.default) for x in signature(run).parameters.values())
    options = [Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
               for name, kind, default in (*own, *_ALL)
               if hasattr(kind, "__metadata__")]  # fmt: skip
    command.__signature__ = signature(command).replace(parameters=options)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in options}
    one = typer.Typer(**_PLAIN)
    one.command(name=words.split()[-1], help=BENCHMARKS[words][1])(command)
    return typer.main.get_command(one)


def _find(words: str) -> tuple[Callable[..., str], dict[str, Any]]:
    """Import what runs a benchmark; return it, and the options that make it quick."""
    place, _, name = BENCHMARKS[words][0].partition(":")
    module = import_module(f"benchmarks.{place}")
    quick = getattr(module, f"QUICK_{name.upper()}" if name else "QUICK")
    return getattr(module, name or "run"), quick


def _one_blas_thread() -> None:
    """Keep matrix products on the one thread that all others have, before NumPy is imported."""
    for library in ("OPENBLAS", "MKL", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@app.callback()
def about() -> None:
    """Measure the library beside what others do, and write tables and plots."""


@engine.callback()
def about_engine() -> None:
    """Measure the fused engine beside gensim, and beside what the machine could do at most."""


@app.command(name="all")
def run_all(quick: Quick = False, corpus: Corpus = None, output: Output = None) -> None:
    """Run every benchmark, one after the other, each in a process of its own."""
    from w2v.backend import available_backends

    failed = []
    for words in [*benchmarks(), *([("gpu",)] if "gpu" in available_backends() else [])]:
        command = [sys.executable, "-m", "benchmarks", *words, *(["--quick"] if quick else [])]
        command += ["--corpus", str(corpus)] if corpus and takes(words, "corpus") else []
        command += ["--output", str(output)] if output else []
        if subprocess.run(command, check=False).returncode:
            failed.append(" ".join(words))
    if failed:
        typer.echo(f"benchmarks: failed: {', '.join(failed)}", err=True)
        raise typer.Exit(1)


def benchmarks() -> list[tuple[str, ...]]:
    """Return the names of all benchmarks that run on any machine."""
    return [tuple(words.split()) for words in BENCHMARKS if words != "gpu"]


def takes(words: tuple[str, ...], option: str) -> bool:
    """Say whether a command has an option."""
    return option in signature(_find(" ".join(words))[0]).parameters


@app.command()
def readme() -> None:
    """Write the README's figures anew from the results that are there."""
    from benchmarks.harness.report import write_text
    from benchmarks.readme import updated

    page = ROOT / "README.md"
    write_text(page, updated(page.read_text(encoding="utf-8")))


def main() -> None:
    """Run the command line; what a user can mend is told in one line, without a traceback."""
    try:
        app(prog_name="python -m benchmarks")
    except (OSError, ProcessFailedError) as error:
        typer.echo(f"benchmarks: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

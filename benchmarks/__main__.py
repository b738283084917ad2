"""The benchmarks by name: ``python -m benchmarks story``."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.models import OptionInfo

from benchmarks.harness.machine import results_folder
from benchmarks.harness.options import Corpus
from benchmarks.harness.options import Quick as QuickValue
from benchmarks.harness.processes import ProcessFailedError

# What each command runs, `run` of a module if not another function; the seconds that takes, and
# those of a quick run, about, on two cores; and what it is for.
BENCHMARKS = {
    "story": ("steps.story", 330, 30, "Time a training step against the vocabulary's size."),
    "bench": ("contest.bench", 140, 25, "Keep what `w2v bench` finds here, and its verdict."),
    "reading": ("steps.reading", 180, 5, "Time text to encoded corpus beside gensim's scan."),
    "gpu": ("gpu.check", 570, 200, "Test and measure the GPU engine, on a machine with a card."),
    "end-to-end": ("contest.end_to_end", 600, 10, "Time text to vectors beside gensim."),
    "scaling": ("scaling.points", 660, 6, "Time training by threads, sizes, corpus, batch."),
    "sampling": ("steps.sampling", 150, 10, "Count draws a second and weigh their error."),
    "peers": ("contest.peers", 900, 15, "Compare speed, memory and quality with other systems."),
    "frontier": ("contest.frontier", 3600, 20, "Weigh quality against time, by epochs and rates."),
    "engine speed": ("contest.engine:speed", 360, 5, "Train beside gensim and the ceiling."),
    "engine quality": ("contest.engine:quality", 1100, 10, "Hold vectors against people's mind."),
    "engine threads": ("contest.engine:threads", 120, 5, "Compare several threads with one."),
    "engine workers": ("contest.engine:workers", 1800, 10, "Judge vectors of 1 to 64 workers."),
    "engine first-use": ("steps.first_use", 60, 15, "Time a process to its first words."),
}  # fmt: skip

_ENGINE = "Measure the fused engine beside gensim, and beside what the machine could do at most."
_OUTPUT = "Folder to write to, in place of benchmarks/results/<machine>."
Quick = Annotated[bool, typer.Option("--quick", help="A small part, in seconds, for a first look.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help=_OUTPUT)]


def application(asked: Sequence[str]) -> typer.Typer:
    """Return the command line; only the benchmark that is asked for is imported for its options."""
    look: Any = {"no_args_is_help": True, "add_completion": False}
    app = typer.Typer(
        help="Measure the library beside what others do, and write tables and plots.",
        pretty_exceptions_enable=False, **look,
    )  # fmt: skip
    engine = typer.Typer(help=_ENGINE, **look)
    for name, (*_, what) in BENCHMARKS.items():
        chosen = name.split() == list(asked[: len(name.split())])
        group = engine if name.startswith("engine ") else app
        group.command(name.split()[-1], help=what)(_command(name) if chosen else lambda: None)
    app.add_typer(engine, name="engine")
    app.command("all")(run_all)
    app.command()(readme)
    return app


def _command(name: str) -> Callable[..., None]:
    """Return a benchmark as a command, with its own options and two that all have."""
    if name == "story":  # matrix products keep to the one thread that all others have
        os.environ |= {f"{x}_NUM_THREADS": "1" for x in ("OPENBLAS", "MKL", "OMP")} | os.environ
    run, (_, seconds, few, _) = _function(name), BENCHMARKS[name]
    from w2v.backend import BackendUnavailableError

    def command(quick: Quick = False, output: Output = None, **options: Any) -> None:
        typer.echo(f"{name}: takes about {few if quick else seconds} s on two cores", err=True)
        folder = output or (None if name == "gpu" else results_folder(quick))
        try:
            print(run(folder, **options | (small if quick else {})))
        except BackendUnavailableError as error:
            typer.echo(error, err=True)
            raise typer.Exit(2) from None

    known = [x for each in (run, command) for x in signature(each).parameters.values()]
    said = [(x, getattr(x.annotation, "__metadata__", ())) for x in known]
    small = {x.name: y.value for x, about in said for y in about if isinstance(y, QuickValue)}
    options = [x.replace(kind=x.KEYWORD_ONLY) for x, about in said
               if any(isinstance(y, OptionInfo) for y in about)]  # fmt: skip
    command.__signature__ = signature(command).replace(parameters=options)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in options}
    return command


def _function(name: str) -> Callable[..., str]:
    place, _, function = BENCHMARKS[name][0].partition(":")
    return getattr(import_module(f"benchmarks.{place}"), function or "run")


def run_all(quick: Quick = False, corpus: Corpus = None, output: Output = None) -> None:
    """Run every benchmark, one after the other, each in a process of its own."""
    from w2v.backend import available_backends

    failed = []
    for name in BENCHMARKS:
        if name == "gpu" and "gpu" not in available_backends():
            continue
        command = [sys.executable, "-m", "benchmarks", *name.split(), *["--quick"] * quick]
        if corpus and "corpus" in signature(_function(name)).parameters:
            command += ["--corpus", str(corpus)]
        command += ["--output", str(output)] if output else []
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        typer.echo(f"benchmarks: failed: {', '.join(failed)}", err=True)
        raise typer.Exit(1)


def readme() -> None:
    """Write the figures of the README and of docs/benchmarks.md anew from the results."""
    from benchmarks.harness.report import write_text
    from benchmarks.readme import pages
    from benchmarks.speed_and_quality import draw_picture

    draw_picture()
    for path, text in pages().items():
        write_text(path, text)


def main() -> None:
    """Run the command line; what a user can mend is told in one line, without a traceback."""
    try:
        application(sys.argv[1:])(prog_name="python -m benchmarks")
    except (OSError, ProcessFailedError) as error:
        sys.exit(f"benchmarks: {error}")


if __name__ == "__main__":
    main()

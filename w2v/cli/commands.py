"""The commands, and what is said where they fail."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from w2v.cli.bench import bench
from w2v.cli.common import CommandLineError
from w2v.cli.corpora import phrases, prepare
from w2v.cli.explore import explore
from w2v.cli.info import info
from w2v.cli.option_names import in_options
from w2v.cli.outputs import reason
from w2v.cli.signals import current
from w2v.cli.terminal import echo
from w2v.cli.train import train
from w2v.cli.vectors import analogy, convert, evaluate, neighbors, plot
from w2v.messages import shortened

_UsageError: Any = typer.BadParameter.__base__  # of click, or of what typer has in its place
_LONGEST = 2_000  # characters of a message
_PIPE_CLOSED = 141  # as shells have it for programs that the signal of it ends


class _PipeClosedError(Exception):
    """Whoever was given what is printed has heard enough, as `head` does."""


class _Commands(TyperGroup):
    """The commands; what they say of a wrong command line quotes no more of it than is of use."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with _short_usage_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with _short_usage_errors():
            return super().invoke(ctx)


@contextmanager
def _short_usage_errors() -> Iterator[None]:
    try:
        yield
    except EOFError as error:  # of a file that is cut off; the caller would take it for Ctrl-D
        raise ValueError(str(error)) from error
    except BrokenPipeError as error:  # of which the caller would make a failure
        raise _PipeClosedError from error
    except _UsageError as error:
        error.message = shortened(error.message, 400)
        raise


app = typer.Typer(
    name="w2v",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    train, prepare, phrases, neighbors, analogy, evaluate, plot, explore, convert, bench, info,
)  # fmt: skip
for command in COMMANDS:
    app.command()(command)


def _show_version(asked: bool) -> None:
    if asked:
        from w2v import __version__

        echo(f"w2v {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Train word2vec fast, on a CPU or an NVIDIA GPU.

    **Examples**

    `w2v train book.txt -o vectors.bin`, then `w2v neighbors vectors.bin sea`

    **Exit status**

    0 done, 1 it failed and one line says why, 2 a wrong command line, 128 and its number after a
    signal: 130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP, 141 by a pipe that was closed
    """


_TOLD = (
    ValueError, ArithmeticError, OSError, LookupError, RuntimeError, MemoryError, ImportError,
)  # fmt: skip


def run() -> None:
    """Run the command that the command line names; what a user can mend is told in one line.

    Raises
    ------
    SystemExit
        With the command's status.
    """
    warnings.showwarning = _warn  # type: ignore[assignment]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # shows letters that it lacks as escapes
            stream.reconfigure(errors="backslashreplace")
    try:
        _run()
    finally:
        _let_go()


def _run() -> None:
    try:
        app()
    except _PipeClosedError:
        sys.exit(_PIPE_CLOSED)
    except _TOLD as error:
        if os.environ.get("W2V_DEBUG") or (current().number is not None and not current().holds):
            raise
        told, status = _told(error), 2 if isinstance(error, CommandLineError) else 1
    else:
        return
    # Here what the failed call held is free: where memory is short, a line takes some too.
    _fail(told, status)


def _let_go() -> None:
    """Have Python not try again, when it ends, to print what could not be printed."""
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where it was closed from the first
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _warn(message: Warning | str, *_: Any) -> None:
    echo(f"w2v: {shortened(in_options(str(message)), _LONGEST)}", err=True)


def _told(error: BaseException) -> str:
    """Say what went wrong in one line."""
    if isinstance(error, OSError) and error.strerror:
        name = error.filename
        return f"{shortened(str(name))}: {error.strerror}" if name else error.strerror
    return in_options(reason(error).strip())


def _fail(message: str, status: int) -> None:
    echo(f"w2v: {shortened(message, _LONGEST)}", err=True)
    current().told = True
    sys.exit(status)

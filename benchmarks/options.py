"""Options that several benchmarks take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

Quick = Annotated[bool, typer.Option("--quick", help="A small part, in seconds, for a first look.")]
Corpus = Annotated[
    Path | None,
    typer.Option(help="Text to run on; books-18m where it is at hand, else pydocs, by default."),
]
Words = Annotated[
    int | None, typer.Option(min=1, help="Take about so many words of the text, not all.")
]
Rounds = Annotated[int, typer.Option(min=1, help="Runs of each contestant, which take turns.")]
Threads = Annotated[int | None, typer.Option(min=1, help="All cores by default.")]
Program = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, resolve_path=True, help="Program to run."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="Folder to write to; benchmarks/results/<machine>, or quick/ in it, by default.",
    ),
]

QUICK_WORDS = 200_000


def one_blas_thread() -> None:
    """Keep matrix products on one thread; to be called before NumPy is first imported.

    On all cores they would be measured against one thread, and on a busy machine their
    threads wait for one another.
    """
    for library in ("OPENBLAS", "MKL", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")

"""Options that several benchmarks take on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Corpus = Annotated[
    Path | None,
    typer.Option(help="Text to run on; books-18m where it is at hand, else pydocs, by default."),
]
Words = Annotated[
    int | None, typer.Option(min=1, help="Take about so many words of the text, not all.")
]
Rounds = Annotated[int, typer.Option(min=1, help="Runs of each contestant, which take turns.")]
Epochs = Annotated[int, typer.Option(min=1, help="Passes over the text.")]
Seeds = Annotated[int, typer.Option(min=1, help="Trainings of each.")]
Threads = Annotated[int | None, typer.Option(min=1, help="All cores by default.")]
Negative = Annotated[
    int, typer.Option(min=0, help="Negatives a target; 0 trains hierarchical softmax.")
]
Label = Annotated[
    str | None,
    typer.Option(help="Of the files: engine-<label>; by default of what is not as usual."),
]
Program = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, resolve_path=True, help="Program to run."),
]

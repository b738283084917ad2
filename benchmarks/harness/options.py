"""Options that several benchmarks take on the command line."""

from pathlib import Path
from typing import Annotated, Any

import typer

_TEXT = "Text to run on; books-18m where it is at hand, else pydocs, by default."
_WORDS = "Take about so many words of the text, not all."
_NEGATIVE = "Negatives a target; 0 trains hierarchical softmax."
_LABEL = "Of the files: engine-<label>; by default of what is not as usual."
_PROGRAM: Any = {"exists": True, "dir_okay": False, "resolve_path": True}

Corpus = Annotated[Path | None, typer.Option(help=_TEXT)]
Words = Annotated[int | None, typer.Option(min=1, help=_WORDS)]
Rounds = Annotated[int, typer.Option(min=1, help="Runs of each contestant, which take turns.")]
Epochs = Annotated[int, typer.Option(min=1, help="Passes over the text.")]
Seeds = Annotated[int, typer.Option(min=1, help="Trainings of each.")]
Threads = Annotated[int | None, typer.Option(min=1, help="All cores by default.")]
Negative = Annotated[int, typer.Option(min=0, help=_NEGATIVE)]
Label = Annotated[str | None, typer.Option(help=_LABEL)]
Program = Annotated[Path | None, typer.Option(help="Program to run.", **_PROGRAM)]

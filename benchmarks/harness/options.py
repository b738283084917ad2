"""Options that several benchmarks take on the command line, and what a quick run has for them."""

from pathlib import Path
from typing import Annotated, Any, NamedTuple

from typer import Option


class Quick(NamedTuple):
    """What a parameter is in a quick run, said beside its type."""

    value: Any


_TEXT = "Text to run on; books-18m where it is at hand, else pydocs, by default."
_WORDS = "Take about so many words of the text, not all."
_LABEL = "Of the files: engine-<label>; by default of what is not as usual."
_PROGRAM = Option(help="Program to run.", exists=True, dir_okay=False, resolve_path=True)

Corpus = Annotated[Path | None, Option(help=_TEXT)]
Words = Annotated[int | None, Option(min=1, help=_WORDS), Quick(50_000)]
Rounds = Annotated[int, Option(min=1, help="Runs of each contestant, by turns."), Quick(1)]
Epochs = Annotated[int, Option(min=1, help="Passes over the text."), Quick(1)]
Seeds = Annotated[int, Option(min=1, help="Trainings of each."), Quick(1)]
Threads = Annotated[int | None, Option(min=1, help="All cores by default.")]
Negative = Annotated[int, Option(min=0, help="Negatives a target; 0: hierarchical softmax.")]
Label = Annotated[str | None, Option(help=_LABEL)]
Program = Annotated[Path | None, _PROGRAM]

"""Options for the finer hyper-parameters of a training."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def _width(given: Any) -> int | str:
    """Return the width of a window, a number or "sentence"."""
    if given == "sentence":
        return str(given)
    try:
        return int(str(given))  # of a file's values too, where 2.5 is none
    except ValueError:
        raise typer.BadParameter(f"{given!r} is neither a whole number nor sentence") from None


Window = Annotated[
    Any,
    typer.Option(
        parser=_width,
        metavar="INTEGER|sentence",
        help="Context words on each side; sentence: all others of it, as in a basket.",
    ),
]
ShrinkWindows = Annotated[
    bool,
    typer.Option(
        "--shrink-windows/--no-shrink-windows",
        help="Draw each window's width from 1 to --window, so that near words count more.",
    ),
]
NsExponent = Annotated[
    float, typer.Option(help="Exponent of the counts from which negatives are drawn.")
]
CbowMean = Annotated[
    bool,
    typer.Option(
        "--cbow-mean/--no-cbow-mean", help="Mean of the contexts as CBOW's input, or their sum."
    ),
]
MaxVocabSize = Annotated[
    int | None,
    typer.Option(
        "--max-vocab-size",
        min=1,
        help="As gensim's: rare words are left out, by count, until so many are left at most.",
        show_default=False,
    ),
]
MinAlpha = Annotated[
    float, typer.Option(help="Learning rate at the end, to which it falls (sgd only).")
]

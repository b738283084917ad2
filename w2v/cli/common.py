"""What the commands share: how they speak, refuse and end."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from w2v.cli.terminal import echo
from w2v.messages import quoted

if TYPE_CHECKING:
    from w2v.data import EncodedCorpus
    from w2v.vectors import KeyedVectors


def teller(quiet: bool) -> Callable[[str], None]:
    """Return what tells a person how things go: on standard error, or not at all.

    The library's warnings go the same way, a line each.
    """
    say: Callable[[str], None] = (
        (lambda text: None) if quiet else (lambda text: echo(text, err=True))
    )
    warnings.showwarning = lambda message, *_, **__: say(f"warning: {message}")
    return say


def totals_of(corpus: EncodedCorpus) -> dict[str, int]:
    """Give a corpus's size, for JSON."""
    return {
        "words": corpus.total_words,
        "sentences": len(corpus),
        "vocab": len(corpus.vocab),
    }


def describe(corpus: EncodedCorpus) -> str:
    """Say in one line what was read."""
    replaced = corpus.info.get("replaced", 0)
    return (
        f"{corpus.total_words:,} words in {len(corpus):,} sentences, "
        f"{len(corpus.vocab):,} in the vocabulary"
        + (f", {replaced:,} invalid characters replaced" if replaced else "")
    )


def choice(option: str, given: str, choices: Mapping[str, int]) -> int:
    """Translate one of a few words an option takes."""
    if given not in choices:
        raise typer.BadParameter(
            f"{quoted(given)} is not one of {', '.join(choices)}", param_hint=option
        )
    return choices[given]


def save_or_rescue(vectors: KeyedVectors, path: Path) -> None:
    """Save vectors, in the folder for temporary files if they cannot stand where they should.

    Raises
    ------
    OSError
        In that case, with the place of either.
    """
    try:
        vectors.save(path)
    except OSError as error:
        rescue = Path(tempfile.mkdtemp(prefix="w2v-")) / path.name
        vectors.save(rescue)
        raise OSError(
            f"cannot write {path} ({error.strerror or error}); the vectors are in {rescue}"
        ) from error


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | str]) -> None:
    """Refuse to write two things into one file, or one over what it is made from."""
    read = {os.path.realpath(name): name for name in inputs}
    written: dict[str, Path] = {}
    for path in filter(None, outputs):
        place = os.path.realpath(path)
        if place in read:
            raise ValueError(f"{path} would be written over, and is read: name another output")
        if place in written:
            raise ValueError(f"{path} is named for two outputs: each needs a name of its own")
        written[place] = path


def check_folder(path: Path | None) -> None:
    """Refuse a path whose folder is not there before hours are spent on what goes into it."""
    if path is not None and not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: the folder {path.parent} does not exist")

"""What is printed: text that cannot command the terminal or break the lines it stands in."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import typer

from w2v.cli.metrics import finite

# Marks that turn the direction of what follows; letters of any script go without them.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, line and paragraph separators, halves of surrogate pairs.
_COMMANDING = frozenset(("Cc", "Zl", "Zp", "Cs"))


def visible(text: str) -> str:
    """Write characters that would not be printed but obeyed as escapes of Python."""
    if text.isprintable():
        return text
    return "".join(_escaped(c) if _obeyed(c) else c for c in text)


def echo(text: str, *, err: bool = False, bold: bool = False) -> None:
    """Print a line on standard output or standard error, made visible.

    What stands on standard error goes unsaid where nobody listens any more, as when a terminal or
    a pipe was closed: nothing else depends on it.
    """
    with suppress(OSError) if err else _named_output():
        typer.secho(visible(text), err=err, bold=bold and "NO_COLOR" not in os.environ)


def print_json(facts: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output; figures that JSON lacks are null."""
    text = json.dumps(finite(facts), ensure_ascii=False)
    # Within strings JSON itself escapes the first 32 alone.
    with _named_output():
        typer.echo("".join(f"\\u{ord(c):04x}" if _obeyed(c) else c for c in text))


@contextmanager
def _named_output() -> Iterator[None]:
    """Name standard output in the error of one that cannot be written to."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, "standard output") from error


def _obeyed(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in _COMMANDING


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()

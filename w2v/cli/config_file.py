"""Options from a TOML file, for runs that are to be repeated."""

from __future__ import annotations

import difflib
import inspect
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer

from w2v.cli.common import command_line
from w2v.messages import quoted

_KINDS: dict[type, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "text in quotes"),
    Path: ((str,), "a path in quotes"),
}
# Of options that take a number or a word.
_EITHER: dict[str, tuple[tuple[type, ...], str]] = {
    "window": ((int, str), "a whole number or 'sentence'"),
    "alpha": ((int, float, str), "a number or 'auto'"),
}


def read_options(path: Path, ctx: typer.Context) -> dict[str, Any]:
    """Read the options of a command and check their names and types.

    Parameters
    ----------
    path : Path
        TOML; names as on the command line, with hyphens or underscores.
    ctx : typer.Context
        Of the command.

    Returns
    -------
    dict of str to value
        By the names of the command's parameters.

    Raises
    ------
    ValueError
        The file is no TOML, or which key is unknown or has a value of another type than
        expected.
    OSError
        It cannot be read.
    """
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no TOML file: {error}") from None
    hints = get_type_hints(inspect.unwrap(ctx.command.callback))  # type: ignore[arg-type]
    names = {
        option.lstrip("-"): parameter.name
        for parameter in ctx.command.params
        for option in parameter.opts
        if (option.startswith("--") or not option.startswith("-")) and parameter.name in hints
    }
    del names["config"]
    options = {}
    for key, value in given.items():
        spelled = key.replace("_", "-")
        if spelled not in names:
            near = difflib.get_close_matches(spelled, names, 3, 0.6)
            expected = f"is it {' or '.join(near)}?" if near else f"expected {', '.join(names)}"
            raise ValueError(f"{path}: unknown key {quoted(key)}; {expected}")
        name = str(names[spelled])
        if misfit := _misfit(value, hints[name], name):
            raise ValueError(f"{path}: {key} must be {misfit}, got {quoted(value)}")
        several = list in _types(hints[name]) and not isinstance(value, list)
        options[name] = [value] if several else value
    return options


def _types(hint: Any) -> list[Any]:
    """List the types of a hint such as ``list[str] | None``, ``list`` for any list."""
    parts = [hint] if isinstance(hint, type) or get_origin(hint) is list else get_args(hint)
    return [get_origin(part) or part for part in parts if part is not NoneType]


def _misfit(value: Any, hint: Any, name: str) -> str | None:
    """Say what is expected where the value is something else."""
    [kind] = _types(hint)
    if kind is list:
        texts = value if isinstance(value, list) else [value]
        fits = bool(texts) and all(isinstance(text, str) for text in texts)
        return None if fits else "text in quotes, or a list of these"
    accepted, expected = _EITHER[name] if name in _EITHER else _KINDS[kind]
    fits = isinstance(value, accepted) and (kind is bool or not isinstance(value, bool))
    return None if fits else expected


def _take(ctx: typer.Context, path: Path | None) -> Path | None:
    if path is not None and not ctx.resilient_parsing:
        # What the parser falls back on where the command line says nothing.
        with command_line():
            ctx.default_map = {**(ctx.default_map or {}), **read_options(path, ctx)}
    return path


Config = Annotated[
    Path | None,
    typer.Option(
        callback=_take,
        is_eager=True,
        show_default=False,
        help="TOML file of options by these names; the command line goes before it.",
    ),
]


@contextmanager
def options_of(config: Path | None) -> Iterator[None]:
    """Name the file in errors about options that it may have given."""
    try:
        yield
    except typer.BadParameter as error:
        if config:
            error.message += f" (options are also from {config})"
        raise
    except ValueError as error:
        if config:
            raise type(error)(f"{error} (options are also from {config})") from None
        raise

"""What can be called and with what, for comparisons with gensim."""

from __future__ import annotations

import inspect
from typing import Any


def parameters(function: Any) -> list[str]:
    return [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self" and parameter.kind is not parameter.VAR_KEYWORD
    ]


def public(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}

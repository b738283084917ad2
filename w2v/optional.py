"""Packages that only some calls need: imported then, or one line that says how to get them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def optional(module: str, extra: str | None, package: str | None = None, note: str = "") -> Any:
    """Import a module of a package that w2v does without.

    Parameters
    ----------
    module : str
    extra : str or None
        Of w2v, with which the package is installed; None where it has no extra.
    package : str, optional
        Its name, where that is not the module's.
    note : str, default ""
        What to say after how it is installed.

    Returns
    -------
    module

    Raises
    ------
    ImportError
        It is not installed; the message says what to install.
    """
    try:
        return import_module(module)
    except ImportError as error:
        name = package or module.partition(".")[0]
        if error.name is not None and error.name.partition(".")[0] != module.partition(".")[0]:
            raise ImportError(f"{name} cannot be imported: {error}") from error
        install = f"'w2v[{extra}]'" if extra else name
        raise ImportError(f"{name} is not installed: pip install {install}{note}") from None

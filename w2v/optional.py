"""Packages that only some calls need: imported then, or one line that says how to get them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def optional(module: str, extra: str, package: str | None = None) -> Any:
    """Import a module of a package that w2v does without.

    Parameters
    ----------
    module : str
    extra : str
        Of w2v, with which the package is installed.
    package : str, optional
        Its name, where that is not the module's.

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
        raise ImportError(f"{name} is not installed: pip install 'w2v[{extra}]'") from None

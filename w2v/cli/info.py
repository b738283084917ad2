"""What this installation has."""

from __future__ import annotations

from w2v.cli.options import Json
from w2v.cli.terminal import echo, print_json


def info(json_output: Json = False) -> None:
    """Show versions, backends and memory.

    **Example**

    `w2v info`
    """
    facts = describe_installation()
    if json_output:
        print_json(facts)
        return
    for name, value in facts.items():
        echo(f"{name:<12} {value}")


def describe_installation() -> dict[str, str]:
    """Return versions, backends and memory, ready to be printed or put into a report.

    Returns
    -------
    dict of str to str
    """
    import platform

    from w2v import __version__
    from w2v.backend import available_backends, describe_choice, get_backend

    facts = {"w2v": __version__, "python": platform.python_version()}
    for package in ("numpy", "numba", "cupy"):
        facts[package] = _version(package)
    facts["machine"] = platform.platform()
    facts["default"] = describe_choice("auto")
    for name in available_backends():
        backend = get_backend(name)
        free, total = backend.memory_info()
        facts[name] = (
            f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free, {backend.sampling} sampling"
        )
    return facts


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    names = ["cupy", "cupy-cuda12x", "cupy-cuda13x"] if package == "cupy" else [package]
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "not installed"

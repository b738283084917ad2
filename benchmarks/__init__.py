"""Speed and quality, measured side by side with what others do."""

from importlib.util import find_spec

if missing := [
    name for name in ("numba", "typer", "matplotlib", "psutil") if find_spec(name) is None
]:
    raise SystemExit(
        f"benchmarks: {missing[0]} is not installed; `make train` installs all into .venv, then "
        "run `.venv/bin/python -m benchmarks`"
    )

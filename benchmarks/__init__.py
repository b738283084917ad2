"""Speed and quality, measured side by side with what others do."""

from importlib.util import find_spec

for _name in ("numba", "typer", "matplotlib", "psutil"):
    if find_spec(_name) is None:
        raise SystemExit(
            f"benchmarks: {_name} is not installed; `make train` installs all into .venv, then "
            "run `.venv/bin/python -m benchmarks`"
        )

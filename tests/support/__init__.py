"""What tests share that is no test: twins, stand-ins, flipped bits, a browser."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The checkout."""


def python_path(*first: object) -> str:
    """Return a PYTHONPATH with some folders before those that it has."""
    return os.pathsep.join([*map(str, first), *filter(None, [os.environ.get("PYTHONPATH")])])

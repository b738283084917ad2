"""What tests share that is no test: twins, stand-ins, flipped bits, a browser."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The checkout."""

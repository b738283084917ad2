"""NumPy and Numba: what the CPU does faster than plain array code."""

from w2v.backend.cpu import numba_settings as numba_settings  # before anything else of Numba

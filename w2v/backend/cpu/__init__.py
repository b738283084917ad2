"""NumPy and Numba: what the CPU does faster than plain array code."""

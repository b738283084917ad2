"""Every primitive in plain array code: what each does, readable, on NumPy and on CuPy."""

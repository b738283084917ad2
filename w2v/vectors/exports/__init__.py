"""Vectors for other libraries: their tables, models and folders."""

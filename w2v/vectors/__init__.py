"""Word vectors: look up, search, evaluate, save and load."""

from .errors import UnknownWordError, VectorFormatError
from .formats import format_of
from .keyed_vectors import KeyedVectors

__all__ = ["KeyedVectors", "UnknownWordError", "VectorFormatError", "format_of"]

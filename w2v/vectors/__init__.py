"""Word vectors: look up, search, evaluate, save and load."""

from w2v.vectors.errors import UnknownWordError, VectorFormatError
from w2v.vectors.formats.registry import format_of
from w2v.vectors.keyed_vectors import KeyedVectors

__all__ = ["KeyedVectors", "UnknownWordError", "VectorFormatError", "format_of"]

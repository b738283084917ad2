"""Word vectors: look up, search, evaluate, save and load."""

from w2v.vectors.errors import UnknownWordError, VectorFormatError
from w2v.vectors.formats.registry import format_of
from w2v.vectors.indexes import AnnoyIndexer, UsearchIndexer
from w2v.vectors.keyed_vectors import KeyedVectors
from w2v.vectors.word_movers import WmdSimilarity

__all__ = [
    "AnnoyIndexer",
    "KeyedVectors",
    "UnknownWordError",
    "UsearchIndexer",
    "VectorFormatError",
    "WmdSimilarity",
    "format_of",
]

"""gensim.similarities, as far as it is about word vectors."""

from w2v.gensim.similarities import annoy
from w2v.vectors import WmdSimilarity

__all__ = ["WmdSimilarity", "annoy"]

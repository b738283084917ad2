"""gensim.similarities.annoy: approximate search."""

from w2v.vectors import AnnoyIndexer

__all__ = ["AnnoyIndexer"]

"""Word2Vec, the estimator."""

from w2v.word2vec.estimator import Word2Vec

__all__ = ["Word2Vec"]

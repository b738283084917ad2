"""gensim.models.keyedvectors: vectors without a model."""

from w2v.vectors import KeyedVectors

Word2VecKeyedVectors = KeyedVectors  # its name before version 4
load_word2vec_format = KeyedVectors.load_word2vec_format

__all__ = ["KeyedVectors", "Word2VecKeyedVectors", "load_word2vec_format"]

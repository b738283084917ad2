"""gensim.models, as far as it is about word2vec."""

from w2v.gensim.models import callbacks, keyedvectors, phrases, word2vec
from w2v.gensim.models.keyedvectors import KeyedVectors
from w2v.gensim.models.phrases import Phrases
from w2v.gensim.models.word2vec import Word2Vec

__all__ = [
    "KeyedVectors",
    "Phrases",
    "Word2Vec",
    "callbacks",
    "keyedvectors",
    "phrases",
    "word2vec",
]

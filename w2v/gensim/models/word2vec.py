"""gensim.models.word2vec: the model, and files of sentences."""

from w2v.data import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from w2v.vectors import KeyedVectors
from w2v.word2vec import Word2Vec

MAX_WORDS_IN_BATCH = 10_000  # where LineSentence cuts
FAST_VERSION = 1  # 0 and more: compiled

__all__ = [
    "FAST_VERSION",
    "MAX_WORDS_IN_BATCH",
    "BrownCorpus",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Text8Corpus",
    "Word2Vec",
]

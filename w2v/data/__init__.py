"""Reading text, vocabularies, encoded corpora, windows and datasets."""

from w2v.data import ptb
from w2v.data.corpus import EncodedCorpus
from w2v.data.course import convert_one_hot, preprocess
from w2v.data.datasets.pydocs import pydocs
from w2v.data.errors import CorpusError
from w2v.data.graph_walks import random_walks
from w2v.data.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases
from w2v.data.reading.read_corpus import prepare, read_corpus
from w2v.data.sentence_files import (
    BrownCorpus,
    LineSentence,
    PathLineSentences,
    SentenceFiles,
    Text8Corpus,
)
from w2v.data.trimming import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP
from w2v.data.vocabulary import Vocabulary
from w2v.data.windows import context_windows, create_contexts_target

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "BrownCorpus",
    "CorpusError",
    "EncodedCorpus",
    "FrozenPhrases",
    "LineSentence",
    "PathLineSentences",
    "Phraser",
    "Phrases",
    "SentenceFiles",
    "Text8Corpus",
    "Vocabulary",
    "context_windows",
    "convert_one_hot",
    "create_contexts_target",
    "prepare",
    "preprocess",
    "ptb",
    "pydocs",
    "random_walks",
    "read_corpus",
]

"""gensim.models.phrases: collocations."""

from w2v.data import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases
from w2v.data.phrases import npmi_scorer, original_scorer

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "FrozenPhrases",
    "Phraser",
    "Phrases",
    "npmi_scorer",
    "original_scorer",
]

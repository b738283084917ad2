"""Collocations of two and three words, found, joined, frozen and trained on."""

import random

from gensim.models import Phrases, Word2Vec
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases

rng = random.Random(1)
places = [["new", "york", "city"], ["los", "angeles"], ["bank", "of", "america"]]
fillers = [f"filler{i}" for i in range(60)]
documents = []
for _ in range(1500):
    words = rng.choices(fillers, k=8)
    at = rng.randrange(8)
    words[at:at] = rng.choice(places)
    documents.append(words)

bigrams = Phrases(
    documents, min_count=5, threshold=5, connector_words=ENGLISH_CONNECTOR_WORDS, progress_per=100
)
bigrams.add_vocab([["new", "york", "city"]] * 10)
frozen = bigrams.freeze()
trigrams = Phrases(frozen[documents], min_count=5, threshold=5)
twice = trigrams[frozen[documents]]
bigrams.save("bigrams.pkl")

model = Word2Vec(twice, vector_size=16, window=3, min_count=5, epochs=2, workers=1, seed=3)
loaded = Phrases.load("bigrams.pkl")
answers = {
    "bigrams": frozen.phrasegrams,
    "reloaded": loaded.export_phrases(),
    "found": trigrams.find_phrases(frozen[documents[:200]]),
    "joined": [list(sentence) for sentence in twice][:50],
    "of a copy": FrozenPhrases(bigrams)[["in", "new", "york", "city"]],
    "words": sorted(model.wv.key_to_index),
    "counts": [model.wv.get_vecattr(word, "count") for word in sorted(model.wv.key_to_index)],
}

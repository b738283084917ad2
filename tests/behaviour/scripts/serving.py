"""Vectors that are saved, loaded as a server does, and asked through an index."""

import json
import random

from gensim.models import KeyedVectors, Word2Vec
from gensim.similarities.annoy import AnnoyIndexer

rng = random.Random(11)
topics = [[f"t{topic}w{i}" for i in range(15)] for topic in range(6)]
text = [rng.choices(rng.choice(topics), k=10) for _ in range(1500)]
Word2Vec(text, vector_size=16, min_count=1, sg=1, epochs=5, workers=1, sample=0).wv.save("served")

wv = KeyedVectors.load("served", mmap="r")
index = AnnoyIndexer(wv, 20)
index.save("served.index")
loaded = AnnoyIndexer()
loaded.load("served.index")
asked = [topic[0] for topic in topics]
overlap = sum(
    len(dict(wv.most_similar(word, topn=5)).keys() & dict(
        wv.most_similar(word, topn=5, indexer=loaded)).keys())
    for word in asked
)  # fmt: skip


def answer(word: str, topn: int = 3) -> str:
    try:
        near = wv.most_similar(word, topn=topn, indexer=index)
        found = {"word": word, "topics": sorted({other[:2] for other, _ in near})}
    except KeyError:
        found = {"word": word, "error": "unknown"}
    return json.dumps(found)


answers = {
    "served": [answer(word) for word in [*asked, "nobody"]],
    "overlap": overlap / (5 * len(asked)),
    "itself": wv.most_similar([wv["t0w0"]], topn=1, indexer=index)[0][0],
}

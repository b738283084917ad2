"""A model that learns from batches as they come, with new words and a rate that falls by hand."""

import random
from collections.abc import Iterator

from gensim.models import Word2Vec

rng = random.Random(10)


def batches() -> Iterator[list[list[str]]]:
    for batch in range(6):
        # A word more for each topic in every batch.
        topics = [[f"t{topic}w{i}" for i in range(8 + batch)] for topic in range(4)]
        yield [rng.choices(rng.choice(topics), k=10) for _ in range(600)]


model = Word2Vec(vector_size=16, min_count=3, sg=1, workers=1, seed=1, alpha=0.05, min_alpha=0.05)
rates, sizes, trained = [], [], []
for number, batch in enumerate(batches()):
    model.build_vocab(batch, update=number > 0)
    trained.append(model.train(batch, total_examples=model.corpus_count, epochs=3)[1])
    rates.append(round(model.alpha, 6))
    sizes.append(len(model.wv))
    model.alpha -= 0.008
    model.min_alpha = model.alpha
model.save("stream.model")
model = Word2Vec.load("stream.model")
model.train([["t0w1", "t0w2", "t0w3"]] * 5, total_examples=5, epochs=1, start_alpha=0.01,
            end_alpha=0.001)  # fmt: skip
model.train([["never", "heard"]], total_examples=1, epochs=1)
right = [
    other[:2] == word[:2]
    for word in model.wv.index_to_key
    for other, _ in model.wv.most_similar(word, topn=5)
]
answers = {
    "rates": rates,
    "sizes": sizes,
    "trained": trained,
    "words": sorted(model.wv.key_to_index),
    "right": sum(right) / len(right),
}

"""Vectors from elsewhere, held fixed while those of new words are learnt beside them."""

import random

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

rng = random.Random(7)
general = [[f"g{topic}w{i}" for i in range(10)] for topic in range(4)]
first = [rng.choices(rng.choice(general), k=10) for _ in range(1500)]
base = Word2Vec(first, vector_size=16, min_count=1, sg=1, epochs=5, workers=1, seed=1, sample=0)
base.wv.save_word2vec_format("base.vec")
pretrained = KeyedVectors.load_word2vec_format("base.vec")

# Each topic has words of its own in the new text.
special = [words + [f"s{topic}w{i}" for i in range(3)] for topic, words in enumerate(general)]
second = [rng.choices(rng.choice(special), k=10) for _ in range(1500)]
model = Word2Vec(vector_size=16, min_count=1, sg=1, workers=1, seed=2, sample=0)
model.build_vocab(second)
model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
model.wv.intersect_word2vec_format("base.vec", lockf=0.0)
model.train(second, total_examples=model.corpus_count, epochs=5)

old = [word for word in model.wv.index_to_key if word in pretrained]
new = [word for word in model.wv.index_to_key if word not in pretrained]
right = [other[1] == word[1] for word in new for other, _ in model.wv.most_similar(word, topn=5)]
answers = {
    "fixed": bool((model.wv[old] == pretrained[old]).all()),
    "old": sorted(old),
    "new": sorted(new),
    "right": sum(right) / len(right),
}

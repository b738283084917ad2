"""The matrix of a network's embedding layer, made of vectors; NumPy stands for the network."""

import random
from typing import Any

import numpy as np
from gensim.models import KeyedVectors, Word2Vec


class Embedding:
    """As torch.nn.Embedding.from_pretrained and keras.layers.Embedding take their weights."""

    def __init__(self, weight: Any, padding_idx: int | None = None) -> None:
        assert weight.ndim == 2
        assert weight.dtype == np.float32
        self.weight = np.array(weight)  # of its own
        if padding_idx is not None:
            self.weight[padding_idx] = 0

    def __call__(self, ids: Any) -> Any:
        return self.weight[np.asarray(ids)]


rng = random.Random(9)
text = [[f"w{rng.randint(0, 30)}" for _ in range(10)] for _ in range(300)]
model = Word2Vec(text, vector_size=20, min_count=1, workers=1, seed=1)
model.wv.save("layer.kv")
wv = KeyedVectors.load("layer.kv", mmap="r")

whole = Embedding(wv.vectors)
index = {word: i + 1 for i, word in enumerate(wv.key_to_index)}
matrix = np.zeros((len(wv) + 1, wv.vector_size), dtype=np.float32)
for word, i in index.items():
    if wv.has_index_for(word):
        matrix[i] = wv.get_vector(word)
padded = Embedding(matrix, padding_idx=0)
sentence = text[0]
ids = [index.get(word, 0) for word in [*sentence, "unknown"]]
answers = {
    "whole": bool((whole([wv.key_to_index[w] for w in sentence]) == wv[sentence]).all()),
    "padded": bool((padded(ids)[:-1] == wv[sentence]).all()),
    "unknown": bool((padded(ids)[-1] == 0).all()),
    "shape": (wv.vectors.shape, str(wv.vectors.dtype)),
    "same as trained": bool((wv.vectors == model.wv.vectors).all()),
}

"""Vectors of two periods, turned so that they can be compared; the word that has changed most."""

import random
from typing import Any

import numpy as np
from gensim.models import Word2Vec

rng = random.Random(8)


def texts(of_gay: int) -> list[list[str]]:
    topics = [[f"t{topic}w{i}" for i in range(15)] for topic in range(4)]
    topics[of_gay] = topics[of_gay] + ["moved"] * 2
    return [rng.choices(rng.choice(topics), k=10) for _ in range(2000)]


def trained(sentences: list[list[str]]) -> Any:
    return Word2Vec(
        sentences, vector_size=12, min_count=5, sg=1, epochs=8, workers=1, seed=1, sample=0
    )


def align(base: Any, other: Any) -> list[str]:
    """Turn the other's vectors onto the base's, by the words that both have."""
    both = [word for word in base.wv.index_to_key if word in other.wv.key_to_index]
    for model in (base, other):
        model.wv.vectors = model.wv.get_normed_vectors()
        model.wv.fill_norms(force=True)
    left, _, right = np.linalg.svd(other.wv[both].T @ base.wv[both])
    other.wv.vectors = other.wv.vectors @ (left @ right)
    other.wv.fill_norms(force=True)
    return both


earlier, later = trained(texts(0)), trained(texts(3))
common = align(earlier, later)
same = {word: float(earlier.wv[word] @ later.wv[word]) for word in common}
later.save("later.model")
answers = {
    "words": sorted(common),
    "changed most": min(same, key=lambda word: same[word]),
    "others stay": sorted(same.values())[1] > 0.5,
    "then": earlier.wv.most_similar("moved", topn=1)[0][0][:2],
    "now": later.wv.most_similar("moved", topn=1)[0][0][:2],
    "kept": bool((Word2Vec.load("later.model").wv.vectors == later.wv.vectors).all()),
}

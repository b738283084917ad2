"""Products that are bought together, as vectors; what is like a product, and like a basket."""

import random

from gensim.models import Word2Vec

rng = random.Random(3)
kinds = [[f"{kind}-{i}" for i in range(30)] for kind in ("tea", "tool", "toy", "shoe")]
baskets = [rng.sample(rng.choice(kinds), rng.randint(3, 7)) for _ in range(4000)]
most = max(map(len, baskets))

model = Word2Vec(
    sentences=baskets, vector_size=16, window=most, min_count=1, sg=1, negative=5, sample=0,
    ns_exponent=-0.5, epochs=8, workers=1, seed=5, shrink_windows=False,
)  # fmt: skip
right = total = 0
for kind in kinds:
    for item in kind:
        near = model.wv.most_similar(item, topn=5)
        right += sum(other in kind for other, _ in near)
        total += len(near)
basket = model.wv.get_mean_vector(["tea-1", "tea-2"])
answers = {
    "right": right / total,
    "for the basket": model.wv.similar_by_vector(basket, topn=1)[0][0].split("-")[0],
    "odd one out": model.wv.doesnt_match(["tea-1", "tea-2", "tea-3", "shoe-4"]),
    "items": len(model.wv),
    "read": (model.corpus_count, model.corpus_total_words),
}

"""Measure item2vec on generated baskets: ``python docs/recipes/item2vec.py``.

A basket is of two groups of products and of what everyone buys. All but the last product of a
basket are trained on; the last is to be among the ten nearest to the mean of the others.
"""

import sys
import warnings
from itertools import product

import numpy as np

from w2v import Word2Vec

QUICK = "--quick" in sys.argv
WHOLE = {"window": 1000, "shrink_windows": False}


def baskets(number, items=3000, groups=150, seed=1):
    """Return lists of distinct products, from 3 to 8, the less popular first drawn as others."""
    rng = np.random.default_rng(seed)
    size = items // groups
    falling = [1 / np.arange(1, n + 1) ** 0.8 for n in (groups, size)]
    of_group, within = (each / each.sum() for each in falling)
    everywhere = np.outer(of_group, within).ravel() ** 1.5
    two = rng.choice(groups, (number, 2), p=of_group)
    group = two[np.arange(number)[:, None], (rng.random((number, 8)) < 0.3).astype(int)]
    bought = group * size + rng.choice(size, (number, 8), p=within)
    common = rng.choice(items, (number, 8), p=everywhere / everywhere.sum())
    bought = np.where(rng.random((number, 8)) < 0.3, common, bought)
    rows = zip(bought.tolist(), rng.integers(3, 9, number).tolist(), strict=True)
    distinct = [list(dict.fromkeys(row[:length])) for row, length in rows]
    return [basket for basket in distinct if len(basket) >= 3]


def hit_rate(vectors, key_to_index, cases):
    """Return how often the last product is among the ten nearest to the others' mean."""
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    hits = 0
    for basket, last in cases:
        rows = [key_to_index[item] for item in basket]
        scores = vectors @ vectors[rows].mean(axis=0)
        scores[rows] = -np.inf
        hits += (scores > scores[key_to_index[last]]).sum() < 10
    return hits / len(cases)


def popular(train, cases):
    """Return how often it is among the ten that most have bought, of those not in the basket."""
    counts = np.bincount([item for basket in train for item in basket])
    best = np.argsort(-counts)[:20].tolist()
    return np.mean([last in [i for i in best if i not in basket][:10] for basket, last in cases])


def main():
    """Print the tables of the page."""
    all_baskets = baskets(2_000 if QUICK else 60_000, *((200, 20) if QUICK else ()))
    train = [basket[:-1] for basket in all_baskets]
    seen = {item for basket in train for item in basket}
    tried = all_baskets[:: 20 if QUICK else 12]
    cases = [(b[:-1], b[-1]) for b in tried if b[-1] in seen]
    print(f"{len(train):,} baskets, {len(seen):,} products, {len(cases):,} cases\n")
    print(f"| | hit rate@10 |\n|---|---:|\n| the most popular | {popular(train, cases):.3f} |")

    def rate(**settings):
        settings = {"sg": 1, "vector_size": 50, "min_count": 1, "workers": 1, "seed": 1} | settings
        wv = Word2Vec(train, **settings).wv
        return hit_rate(wv.vectors, wv.key_to_index, cases)

    tuned = {**WHOLE, "epochs": 60}
    print(f"| as it comes, for text | {rate():.3f} |")
    for what in (WHOLE, {"epochs": 60}, tuned):
        print(f"| {', '.join(f'{name}={value}' for name, value in what.items())} "
              f"| {rate(**what):.3f} |", flush=True)  # fmt: skip

    exponents = (-0.5, 0.0, 0.5, 0.75, 1.0)
    print("\n| sample | epochs | " + " | ".join(f"{x:+}" for x in exponents) + " |")
    print("|---:|---:|" + "---:|" * len(exponents))
    for sample, epochs in product((1e-3, 1e-4), (5,) if QUICK else (5, 20, 60)):
        found = [
            rate(**WHOLE, sample=sample, epochs=epochs, ns_exponent=x)
            for x in (exponents[:1] if QUICK else exponents)
        ]
        best = [f"{x:.3f}" for x in found]
        print(f"| {sample:g} | {epochs} | " + " | ".join(best) + " |", flush=True)

    try:
        from gensim.models import Word2Vec as Gensim
    except ImportError:
        return
    asked = {"sg": 1, "vector_size": 50, "min_count": 1, "workers": 1, "seed": 1, **tuned}
    if QUICK:
        asked["epochs"] = 1
    theirs = Gensim(train, **asked).wv
    print(f"\ngensim, tuned: {hit_rate(theirs.vectors, theirs.key_to_index, cases):.3f}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the default subsampling is for texts, as the table shows
    main()
